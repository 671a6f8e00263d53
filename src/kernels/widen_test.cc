// The vectors that widen stored halves, for every instruction set of this machine, in every float environment.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/widen_test.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <cstring>

#include "kernels/test_util.h"
#include "kernels/widen-inl.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {

void WidenTarget(WeightType type, const std::byte* row, size_t first, size_t n, float* out) {
#if CAIRN_SIMD
  Widen(type, row, first, n, out);
#else
  WidenWeights(type, row, first, n, out);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
HWY_EXPORT(WidenTarget);

namespace {

// Flush-to-zero and denormals-are-zero while it lives.
class Flushing {
 public:
#if defined(__SSE__)
  Flushing() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040u); }
  ~Flushing() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#elif defined(__aarch64__)
  Flushing() {
    __asm__ volatile("mrs %0, fpcr" : "=r"(before_));
    __asm__ volatile("msr fpcr, %0" ::"r"(before_ | (uint64_t{1} << 24)));
  }
  ~Flushing() { __asm__ volatile("msr fpcr, %0" ::"r"(before_)); }

 private:
  uint64_t before_;
#else
  Flushing() {}
  ~Flushing() {}
#endif
};

// Every pattern of 16 bits, cut so that vectors begin and end anywhere.
void ExpectEveryHalf(WeightType type, const Floats& expected, bool flushing) {
  std::vector<uint16_t> all(expected.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  const auto* row = reinterpret_cast<const std::byte*>(all.data());
  const TargetGuard guard;
  for (const std::string& target : SupportedTargets()) {
    ASSERT_TRUE(ForceTarget(target));
    for (size_t first : {0, 1, 5, 1023}) {
      Floats got(all.size() - 2 * first);
      if (flushing) {
        const Flushing flush;
        HWY_DYNAMIC_DISPATCH(WidenTarget)(type, row, first, got.size(), got.data());
      } else {
        HWY_DYNAMIC_DISPATCH(WidenTarget)(type, row, first, got.size(), got.data());
      }
      EXPECT_EQ(std::memcmp(got.data(), expected.data() + first, got.size() * sizeof(float)), 0)
          << WeightTypeName(type) << " from " << first << ", " << target << (flushing ? ", flushing" : "");
    }
  }
}

TEST(Widen, EveryHalfHasTheBitsOfItsDefinition) {
  std::vector<uint16_t> all(65536);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  Floats f16(all.size()), bf16(all.size());
  reference::F16ToF32(all.data(), f16.data(), all.size());
  reference::Bf16ToF32(all.data(), bf16.data(), all.size());
  for (bool flushing : {false, true}) {
    ExpectEveryHalf(WeightType::kF16, f16, flushing);
    ExpectEveryHalf(WeightType::kBf16, bf16, flushing);
  }
}

}  // namespace
}  // namespace cairn::kernels
#endif  // HWY_ONCE
