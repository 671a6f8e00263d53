// Result<T>: a value, or the reason there is none. What every function returns that can fail because of
// input, files, network or the user. A broken invariant aborts instead (base/check.h).
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace cairn {

enum class ErrorCode {
  kBadInput,     // the user's text, flags or files say something wrong
  kNotFound,     // a path, name or id that does not exist
  kIo,           // the operating system refused: disk full, permission, network
  kCorrupt,      // bytes that should be right are not: digest, signature, truncated file
  kUnsupported,  // valid, but beyond what cairn does
  kDenied,       // a gate, policy or signature says no
  kCancelled,    // Ctrl-C
};

// Lower-case word for logs and JSON, e.g. "bad_input".
const char* ErrorCodeName(ErrorCode code);
// Process exit code: 2 for what the user can mend (bad input, not found, unsupported), 130 for cancelled, else 1.
int ExitCodeOf(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::kBadInput;
  std::string message;  // what is wrong and what to do about it
  std::string where;    // "file:line:column", "file" or empty

  // "where: message", as a terminal shows it.
  std::string ToString() const;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose
  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& value() & {
    CAIRN_CHECK(ok());
    return *value_;
  }
  const T& value() const& {
    CAIRN_CHECK(ok());
    return *value_;
  }
  T&& value() && {
    CAIRN_CHECK(ok());
    return *std::move(value_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    CAIRN_CHECK(!ok());
    return error_;
  }

 private:
  // Not a std::variant: it takes longer to compile, in every file.
  std::optional<T> value_;
  Error error_;  // empty beside a value
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit on purpose
  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    CAIRN_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

inline Error BadInput(std::string message, std::string where = {}) {
  return {ErrorCode::kBadInput, std::move(message), std::move(where)};
}
inline Error NotFound(std::string message, std::string where = {}) {
  return {ErrorCode::kNotFound, std::move(message), std::move(where)};
}
inline Error IoError(std::string message, std::string where = {}) {
  return {ErrorCode::kIo, std::move(message), std::move(where)};
}
inline Error Corrupt(std::string message, std::string where = {}) {
  return {ErrorCode::kCorrupt, std::move(message), std::move(where)};
}
inline Error Unsupported(std::string message, std::string where = {}) {
  return {ErrorCode::kUnsupported, std::move(message), std::move(where)};
}
inline Error Denied(std::string message, std::string where = {}) {
  return {ErrorCode::kDenied, std::move(message), std::move(where)};
}

}  // namespace cairn

#define CAIRN_CONCAT_INNER(a, b) a##b
#define CAIRN_CONCAT(a, b) CAIRN_CONCAT_INNER(a, b)
// CAIRN_TRY(expr): leaves the function with expr's error, if it has one.
#define CAIRN_TRY(expr)                                          \
  do {                                                           \
    auto cairn_try_result = (expr);                              \
    if (!cairn_try_result.ok()) return cairn_try_result.error(); \
  } while (false)
// CAIRN_ASSIGN(auto x, expr): x = expr's value, or leaves the function with its error.
#define CAIRN_ASSIGN(declaration, expr) CAIRN_ASSIGN_INNER(CAIRN_CONCAT(cairn_result_, __LINE__), declaration, expr)
#define CAIRN_ASSIGN_INNER(name, declaration, expr) \
  auto name = (expr);                               \
  if (!name.ok()) return name.error();              \
  declaration = std::move(name).value()
