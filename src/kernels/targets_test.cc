#include <algorithm>
#if defined(__SSE__)
#include <xmmintrin.h>
#endif
#include <fenv.h>

#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

TEST(Targets, CanBeForcedAndRestored) {
  const std::vector<std::string> names = SupportedTargets();
  ASSERT_FALSE(names.empty());
  for (const std::string& name : names) {
    EXPECT_TRUE(ForceTarget(name));
    EXPECT_EQ(CurrentTarget(), name);
    EXPECT_EQ(SupportedTargets(), names);  // asking changes nothing
    EXPECT_EQ(CurrentTarget(), name);
  }
  EXPECT_FALSE(ForceTarget("no such target"));
  EXPECT_TRUE(ForceTarget(""));
  EXPECT_EQ(CurrentTarget(), names.front());
}

TEST(FloatEnvironment, IsAskedForAndFound) {
  EXPECT_TRUE(CheckFloatEnvironment().ok());
  ASSERT_EQ(fesetround(FE_UPWARD), 0);
  EXPECT_FALSE(CheckFloatEnvironment().ok());
  fesetround(FE_TONEAREST);
#if defined(__SSE__)
  const unsigned before = _mm_getcsr();
  for (unsigned flag : {0x8000u, 0x0040u}) {  // flush to zero, denormals are zero
    _mm_setcsr(before | flag);
    const bool ok = CheckFloatEnvironment().ok();
    _mm_setcsr(before);
    EXPECT_FALSE(ok) << flag;
  }
#elif defined(__aarch64__)
  uint64_t fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  __asm__ volatile("msr fpcr, %0" ::"r"(fpcr | (uint64_t{1} << 24)));
  const bool ok = CheckFloatEnvironment().ok();
  __asm__ volatile("msr fpcr, %0" ::"r"(fpcr));
  EXPECT_FALSE(ok);
#endif
  EXPECT_TRUE(CheckFloatEnvironment().ok());
}

}  // namespace
}  // namespace cairn::kernels
