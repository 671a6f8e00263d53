// Wordings of the instructions of skills: the few old forms, and in plain scenes many more of them in many layouts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "tasks.h"

namespace cairn::seed {

// What an instruction works on, for forms that do not say where it stands. kInside: every form says so. kWord and
// kPhrase, one or a few words: a form with "{x}" may put it in quotes.
enum class Data { kInside, kWord, kPhrase, kList, kNumbers, kSentence, kText, kForm };

using Forms = std::initializer_list<std::string_view>;

// The wording of a run of exercises. wording % 24 may decide the task (first or last, two or three letters); what is
// above that chooses among further forms, so that a number below 24 is always an old form.
size_t DrawWording(const Scene& scene);
inline constexpr size_t kOldWordings = 24;

// The form that the number stands for, with "{x}" and other slots still to be filled. Before plain scenes it is one of
// the old forms; in plain scenes three in four are of the further ones. Further forms without "{x}" get the data before
// or after them, on the same line or another, in quotes or not. Those that end without a mark are commands and may be
// asked politely: "Sort these words" -> "Could you sort these words? {x}".
std::string Wording(const Scene& scene, Forms old, Forms further, size_t wording, Data data);

}  // namespace cairn::seed
