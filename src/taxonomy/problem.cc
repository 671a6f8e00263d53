#include "taxonomy/problem.h"

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
