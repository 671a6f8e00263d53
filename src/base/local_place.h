// Texts that name a place on this machine: they say nothing to others and tell them about somebody's files.
#pragma once

#include <string_view>

namespace cairn {

// Sentences may begin with a slash; paths have no spaces.
inline bool NamesLocalPlace(std::string_view text) {
  if (text.find("file:/") != text.npos) return true;
  const bool spaced = text.find_first_of(" \t\r\n") != text.npos;
  return !spaced && (text.starts_with("~/") || (text.size() > 1 && text[0] == '/'));
}

}  // namespace cairn
