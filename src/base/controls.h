// Which characters of other people's text are for machines and not for readers. The one place that decides it: what
// contributors may write, what may name a file, and what reaches a terminal or a page follow from here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cairn {

// Bytes of the character at text[at] if it controls a terminal or changes the order in which text is shown, else 0.
// These are C0 (line ends and tabs, too), DEL, C1, and the embeddings, overrides and isolates of bidirectional text
// (U+202A..U+202E, U+2066..U+2069): with them a line can be made to read as another one. Marks that scripts need are
// none: joiners (U+200C, U+200D) and U+200E, U+200F, U+061C. REQUIRES at < text.size(), not inside a character.
size_t ControlLength(std::string_view text, size_t at);

// Offset of the first of these characters that does not stand in `allowed`; npos if there is none.
size_t FindControl(std::string_view text, std::string_view allowed = {});

// "U+009B": nobody can see such a character in a message. REQUIRES ControlLength(text, at) > 0.
std::string ControlName(std::string_view text, size_t at);

}  // namespace cairn
