#include "base/little_endian.h"

#include <gtest/gtest.h>

namespace cairn {
namespace {

// Known bytes, so that this test says the same on every machine.
TEST(LittleEndian, BytesAreThoseOfTheDefinition) {
  const std::vector<uint32_t> words = {0x04030201, 0xFFFEFDFC};
  std::string bytes = "x";
  AppendLittleEndian(std::as_bytes(std::span(words)), 4, &bytes);
  const std::string expected("\x01\x02\x03\x04\xFC\xFD\xFE\xFF");
  EXPECT_EQ(bytes, "x" + expected);
  Sha256 sha;
  HashLittleEndian(sha, std::span(words));
  EXPECT_EQ(sha.Finish(), Sha256Of(expected));
  std::vector<uint32_t> read(2);
  CopyLittleEndian(std::as_bytes(std::span(expected.data(), expected.size())), std::span(read));
  EXPECT_EQ(read, words);
  EXPECT_EQ(LoadLittleEndian<uint16_t>(std::as_bytes(std::span(expected)).data() + 1), 0x0302);
  EXPECT_EQ(LoadLittleEndian<float>(std::as_bytes(std::span(std::string_view("\0\0\xC0\x3F", 4))).data()), 1.5f);
}

TEST(LittleEndian, LongArraysAreHashedWhole) {
  std::vector<uint16_t> halves(40001);
  std::string bytes;
  for (size_t i = 0; i < halves.size(); ++i) {
    halves[i] = static_cast<uint16_t>(i * 31);
    bytes += {static_cast<char>(halves[i] & 255), static_cast<char>(halves[i] >> 8)};
  }
  Sha256 sha;
  HashLittleEndian(sha, std::span<const uint16_t>(halves));
  EXPECT_EQ(sha.Finish(), Sha256Of(bytes));
}

TEST(LittleEndian, ReversesEachElement) {
  std::string bytes = "abcdefgh";
  ReverseElements(std::as_writable_bytes(std::span(bytes)), 4);
  EXPECT_EQ(bytes, "dcbahgfe");
  ReverseElements(std::as_writable_bytes(std::span(bytes)), 1);
  EXPECT_EQ(bytes, "dcbahgfe");
  ReverseElements({}, 2);
}

}  // namespace
}  // namespace cairn
