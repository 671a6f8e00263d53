// Arrays of numbers as bytes: digests are taken over little-endian bytes and files hold them, whatever the machine. A
// little-endian machine uses the array as it lies in memory; others reverse the bytes of each element.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/check.h"
#include "base/digest.h"

namespace cairn {

static_assert(std::endian::native == std::endian::little || std::endian::native == std::endian::big);
inline constexpr bool kLittleEndianMachine = std::endian::native == std::endian::little;

// Reverses the bytes of each element, `size` bytes long; a whole number of elements.
inline void ReverseElements(std::span<std::byte> bytes, size_t size) {
  CAIRN_CHECK(size > 0 && bytes.size() % size == 0);
  for (size_t at = 0; at < bytes.size(); at += size) std::reverse(bytes.data() + at, bytes.data() + at + size);
}

// Appends an array of elements of `size` bytes, given as it lies in memory.
inline void AppendLittleEndian(std::span<const std::byte> elements, size_t size, std::string* out) {
  out->append(reinterpret_cast<const char*>(elements.data()), elements.size());
  if constexpr (!kLittleEndianMachine)
    ReverseElements(std::as_writable_bytes(std::span(*out).last(elements.size())), size);
}

// One number of a file; bytes need not be aligned.
template <typename T>
T LoadLittleEndian(const std::byte* bytes) {
  static_assert(std::is_arithmetic_v<T>);
  T value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (!kLittleEndianMachine) ReverseElements(std::as_writable_bytes(std::span(&value, 1)), sizeof value);
  return value;
}

// Elements of a file: bytes.size() == out.size_bytes(); bytes need not be aligned.
template <typename T>
void CopyLittleEndian(std::span<const std::byte> bytes, std::span<T> out) {
  static_assert(std::is_arithmetic_v<T>);
  CAIRN_CHECK(bytes.size() == out.size_bytes());
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  if constexpr (!kLittleEndianMachine) ReverseElements(std::as_writable_bytes(out), sizeof(T));
}

// Continues a digest with the elements.
template <typename T>
void HashLittleEndian(Sha256& sha, std::span<const T> elements) {
  static_assert(std::is_arithmetic_v<T>);
  if constexpr (kLittleEndianMachine) {
    sha.Update(std::as_bytes(elements));
  } else {
    constexpr size_t kPiece = 16384;
    std::vector<T> piece;
    for (size_t at = 0; at < elements.size(); at += kPiece) {
      const auto part = elements.subspan(at, std::min(kPiece, elements.size() - at));
      piece.assign(part.begin(), part.end());
      ReverseElements(std::as_writable_bytes(std::span(piece)), sizeof(T));
      sha.Update(std::as_bytes(std::span(piece)));
    }
  }
}

}  // namespace cairn
