// Comparing what people wrote: questions with questions, quotations with documents.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "formats/unicode.h"

namespace cairn::taxonomy {

// Whether the bytes of a file are text that a person can read and see: UTF-8 without controls (base/controls.h) but
// tabs and line ends. what: as the error calls it, "the document"; file: where that is, with line and column.
Result<void> CheckReadable(std::string_view bytes, const std::string& what, const std::string& file);

// Without white space at both ends. REQUIRES well-formed UTF-8, as all functions here.
std::string_view Trim(std::string_view text);

// NFKC, lower case.
std::string FoldText(std::string_view text);

// A question as compared with another: NFKC, runs of white space one space, punctuation at the end dropped. fold_case:
// lower case, too; not for skills, whose questions may be about case.
std::string NormalizeQuestion(std::string_view text, bool fold_case);

// Letters and digits only, lower case, words separated by one space, one at each end: a text that quotes a document is
// a substring of it in this form whatever the line breaks and Markdown marks.
std::string WordsOnly(std::string_view text);

size_t CountWords(std::string_view text);

using formats::Excerpt;

}  // namespace cairn::taxonomy
