#include "taxonomy/problem.h"

#include <charconv>
#include <string_view>

namespace cairn::taxonomy {
namespace {

// A hostile file could earn a message per value; nobody reads more than this, but errors are still counted.
constexpr size_t kMostShown = 1000;

}  // namespace

std::string Problem::ToString() const {
  std::string out = severity == Severity::kError ? "error: " : "warning: ";
  if (!where.empty()) out += where + ": ";
  out += message;
  if (!remedy.empty()) out += "; " + remedy;
  return out;
}

Place PlaceOf(const std::string& where) {
  int numbers[2] = {0, 0};
  std::string_view rest = where;
  for (int i = 1; i >= 0; --i) {
    size_t colon = rest.rfind(':');
    if (colon == rest.npos) return {where};
    const char* end = rest.data() + rest.size();
    auto [stop, code] = std::from_chars(rest.data() + colon + 1, end, numbers[i]);
    if (code != std::errc() || stop != end) return {where};
    rest = rest.substr(0, colon);
  }
  return {std::string(rest), numbers[0], numbers[1]};
}

void Problems::AddError(std::string where, std::string message, std::string remedy) {
  Push({Severity::kError, std::move(where), std::move(message), std::move(remedy)});
}

void Problems::AddWarning(std::string where, std::string message, std::string remedy) {
  Push({Severity::kWarning, std::move(where), std::move(message), std::move(remedy)});
}

void Problems::Add(const Error& error) {
  size_t cut = error.message.rfind("; ");
  if (cut == std::string::npos) return AddError(error.where, error.message, "");
  AddError(error.where, error.message.substr(0, cut), error.message.substr(cut + 2));
}

void Problems::Append(Problems other) {
  size_t before = error_count_;
  for (Problem& problem : other.list_) Push(std::move(problem));
  error_count_ = before + other.error_count_;
}

void Problems::Push(Problem problem) {
  if (problem.severity == Severity::kError) ++error_count_;
  if (list_.size() < kMostShown) list_.push_back(std::move(problem));
}

}  // namespace cairn::taxonomy
