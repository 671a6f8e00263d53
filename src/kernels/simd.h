// Include first in every file with a foreach_target body. Only targets with a fused multiply-add and a fixed vector
// size take part; every other machine runs the plain loops (std::fma is correctly rounded everywhere).
#pragma once

#include <hwy/detect_targets.h>

// Highway emulates MulAdd without fusing on the SSE targets; SVE and RVV vectors have no size known here.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS                                                                                \
  (HWY_SSSE3 | HWY_SSE4 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_PPC8 | HWY_WASM | \
   HWY_WASM_EMU256)
