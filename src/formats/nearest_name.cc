#include "formats/nearest_name.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace cairn::formats {
namespace {

constexpr size_t kLongestName = 64;  // longer ones are not slips, and the table is quadratic

std::string Plain(std::string_view name) {
  std::string out;
  for (char c : name) {
    if (c != '-' && c != '_' && c != '.' && c != ' ') out.push_back(AsciiLower(c));
  }
  return out;
}

size_t Edits(const std::string& a, const std::string& b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    above = row;
  }
  return above[b.size()];
}

}  // namespace

std::string NearestName(std::string_view name, const std::vector<std::string>& known) {
  std::string best;
  size_t fewest = kLongestName;
  if (name.size() > kLongestName) return best;
  std::string plain = Plain(name);
  for (const std::string& candidate : known) {
    if (candidate.size() > kLongestName) continue;
    std::string other = Plain(candidate);
    size_t edits = Edits(plain, other);
    if (edits * 3 <= std::max(plain.size(), other.size()) && edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  return best;
}

std::string NameRemedy(std::string_view name, const std::vector<std::string>& known) {
  std::string nearest = NearestName(name, known);
  if (!nearest.empty()) return "; did you mean \"" + nearest + "\"?";
  std::string all;
  for (const std::string& candidate : known) all += (all.empty() ? "" : ", ") + candidate;
  return "; known here: " + all;
}

}  // namespace cairn::formats
