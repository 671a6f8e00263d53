// The version of this program: what `cairn --version` prints and a release's provenance names as its builder.
#pragma once

namespace cairn {

inline constexpr const char* kVersion = "0.1.0";  // CMakeLists.txt reads it

}  // namespace cairn
