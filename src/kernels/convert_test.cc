#include <cstring>

#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

TEST(Convert, EveryHalfWidens) {
  std::vector<uint16_t> x(65536);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<uint16_t>(i);
  Floats got(x.size()), expected(x.size());
  F16ToF32(x.data(), got.data(), x.size());
  reference::F16ToF32(x.data(), expected.data(), x.size());
  EXPECT_EQ(std::memcmp(got.data(), expected.data(), got.size() * sizeof(float)), 0);
  EXPECT_EQ(got[0x3C00], 1.0f);
  EXPECT_EQ(got[0x0001], 0x1p-24f);
  EXPECT_EQ(got[0x83FF], -0x1.ff8p-15f);
  EXPECT_EQ(got[0xFBFF], -65504.0f);
  EXPECT_EQ(std::bit_cast<uint32_t>(got[0xFC00]), 0xFF800000u);
  EXPECT_EQ(std::bit_cast<uint32_t>(got[0x7C01]), 0x7FC02000u);  // a NaN keeps its payload, a signalling one is quieted
  EXPECT_EQ(std::bit_cast<uint32_t>(got[0xFE01]), 0xFFC02000u);
  Bf16ToF32(x.data(), got.data(), x.size());
  reference::Bf16ToF32(x.data(), expected.data(), x.size());
  EXPECT_TRUE(SameBits(got, expected));
  std::vector<uint16_t> back(x.size());
  F32ToBf16(got.data(), back.data(), x.size());
  for (size_t i = 0; i < x.size(); ++i)
    if (!std::isnan(got[i])) {
      EXPECT_EQ(back[i], x[i]);
    }
}

TEST(Convert, NarrowsToNearestEven) {
  const float x[] = {1.0f, 0x1.01p0f, 0x1.03p0f, 0x1.010002p0f, 0x1.fffffep127f, -0.0f, 0x1p-149f};
  const uint16_t expected[] = {0x3F80, 0x3F80, 0x3F82, 0x3F81, 0x7F80, 0x8000, 0x0000};
  uint16_t got[7];
  F32ToBf16(x, got, 7);
  for (size_t i = 0; i < 7; ++i) EXPECT_EQ(got[i], expected[i]) << i;
  Rng rng(30);
  Floats many(1 << 20);
  for (float& f : many) f = std::bit_cast<float>(static_cast<uint32_t>(rng()));
  std::vector<uint16_t> a(many.size()), b(many.size());
  F32ToBf16(many.data(), a.data(), many.size());
  reference::F32ToBf16(many.data(), b.data(), many.size());
  EXPECT_EQ(a, b);
}

TEST(Convert, NarrowsToHalf) {
  const float x[] = {1.0f, 65519.0f, 65520.0f, -0.0f, 0x1p-24f, 0x1p-25f, 0x1.8p-24f, 0x1.ff8p-15f, 0x1.ffcp-15f};
  const uint16_t expected[] = {0x3C00, 0x7BFF, 0x7C00, 0x8000, 0x0001, 0x0000, 0x0002, 0x03FF, 0x0400};
  uint16_t got[9];
  F32ToF16(x, got, 9);
  for (size_t i = 0; i < 9; ++i) EXPECT_EQ(got[i], expected[i]) << i;
  Rng rng(33);
  Floats many(1 << 20);
  for (float& f : many) f = std::bit_cast<float>(static_cast<uint32_t>(rng()));
  std::vector<uint16_t> a(many.size()), b(many.size());
  F32ToF16(many.data(), a.data(), many.size());
  reference::F32ToF16(many.data(), b.data(), many.size());
  EXPECT_EQ(a, b);
}

}  // namespace
}  // namespace cairn::kernels
