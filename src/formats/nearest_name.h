// "Did you mean ...?": the known name nearest to one that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::formats {

// The known name with the fewest edits (insert, delete, replace, swap of neighbours: Damerau 1964, restricted form),
// if they are few enough to be a slip: at most a third of the longer name. Case, '-', '.', '_' and ' ' are not told
// apart. Empty if there is none; the first of equals.
std::string NearestName(std::string_view name, const std::vector<std::string>& known);

// "; did you mean \"x\"?", or "; known here: a, b, c" if nothing is near.
std::string NameRemedy(std::string_view name, const std::vector<std::string>& known);

}  // namespace cairn::formats
