// What `cairn taxonomy check` reports. Problems are collected, not returned one at a time: a contributor wants to see
// all of them.
#pragma once

#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace cairn::taxonomy {

enum class Severity { kWarning, kError };

struct Problem {
  Severity severity = Severity::kError;
  std::string where;  // "file:line:column" or "file"
  std::string message;
  std::string remedy;
  // "error: where: message; remedy".
  std::string ToString() const;
};

// Where a problem is; line and column are 0 if it says none.
struct Place {
  std::string file;
  int line = 0, column = 0;
  auto operator<=>(const Place&) const = default;
};
Place PlaceOf(const std::string& where);  // "file:line:column"

class Problems {
 public:
  void AddError(std::string where, std::string message, std::string remedy);
  void AddWarning(std::string where, std::string message, std::string remedy);
  // An error of another room; what follows the last "; " of its message becomes the remedy.
  void Add(const Error& error);
  void Append(Problems other);
  size_t error_count() const { return error_count_; }
  bool has_errors() const { return error_count_ > 0; }
  const std::vector<Problem>& list() const { return list_; }
  std::vector<Problem> Take() && { return std::move(list_); }

 private:
  void Push(Problem problem);
  std::vector<Problem> list_;
  size_t error_count_ = 0;
};

}  // namespace cairn::taxonomy
