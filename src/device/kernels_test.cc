// The kernels' PTX names every rounding: nothing is approximate, contracted or flushed (docs/numerics.md).
#include <gtest/gtest.h>

#include <string>

#include "device/device.h"

namespace cairn::device {
namespace {

TEST(Kernels, RoundAsWritten) {
  if (KernelsPtx() == nullptr) GTEST_SKIP() << "built where clang is missing";
  const std::string ptx = KernelsPtx();
  EXPECT_NE(ptx.find("fma.rn.f32"), std::string::npos);
  for (const char* word :
       {".ftz", ".approx", "div.full", "mad.f32", "mad.rn", "ex2.", "lg2.", "wmma", "mma.", "\tatom", "\tred."})
    EXPECT_EQ(ptx.find(word), std::string::npos) << word;
  // Everything is inlined: arguments of functions would go through memory, and its addresses would be of any kind.
  for (const char* word : {".func", "call.uni", "ld.f32", "ld.v4", "st.f32", "st.v4"})
    EXPECT_EQ(ptx.find(word), std::string::npos) << word;
  for (const char* name : {"add.f32", "mul.f32", "sub.f32", "div.f32", "sqrt.f32", "add.f64"})
    EXPECT_EQ(ptx.find(name), std::string::npos) << name << " names no rounding";
}

TEST(Devices, AreNamed) {
  EXPECT_EQ(OpenDevice("cpu").value(), nullptr);
  EXPECT_EQ(OpenDevice("emulator").value()->name(), "emulator");
  auto unknown = OpenDevice("abacus");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kBadInput);
}

}  // namespace
}  // namespace cairn::device
