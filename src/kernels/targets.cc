// Which instruction set the kernels use.
#include "kernels/simd.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/targets.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/kernels.h"

HWY_BEFORE_NAMESPACE();
namespace cairn::kernels {
namespace HWY_NAMESPACE {
int64_t ThisTarget() { return HWY_TARGET; }
}  // namespace HWY_NAMESPACE
}  // namespace cairn::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::kernels {
namespace {

// The fallback always runs, whatever the library says of this CPU. Asked once, because hwy::SupportedTargets also
// undoes a forced choice.
const std::vector<int64_t>& Runnable() {
  static const std::vector<int64_t> targets = [] {
    std::vector<int64_t> out;
    const int64_t here = (hwy::SupportedTargets() | HWY_STATIC_TARGET) & HWY_TARGETS;
    for (int64_t rest = here; rest != 0; rest &= rest - 1) out.push_back(rest & ~(rest - 1));
    return out;
  }();
  return targets;
}

}  // namespace

HWY_EXPORT(ThisTarget);

std::vector<std::string> SupportedTargets() {
  std::vector<std::string> names;
  for (int64_t target : Runnable()) names.emplace_back(hwy::TargetName(target));
  return names;
}

std::string CurrentTarget() { return hwy::TargetName(HWY_DYNAMIC_DISPATCH(ThisTarget)()); }

bool ForceTarget(const std::string& name) {
  if (name.empty()) {
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return true;
  }
  for (int64_t target : Runnable()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::GetChosenTarget().Update(target);
    return true;
  }
  return false;
}

}  // namespace cairn::kernels
#endif  // HWY_ONCE
