// For the tests of this room: a directory that goes away, and files in it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"

namespace cairn::trust {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = ::testing::TempDir() + "cairn_trust_XXXXXX";
    CAIRN_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void Put(const std::string& path, std::string_view bytes) {
  Result<void> written = WriteFileAtomic(path, bytes);
  ASSERT_TRUE(written.ok()) << written.error().ToString();
}

inline std::string Get(const std::string& path) {
  Result<std::string> bytes = ReadFile(path);
  EXPECT_TRUE(bytes.ok()) << path;
  return bytes.ok() ? *bytes : std::string();
}

inline std::string TestData(std::string_view name) {
  return std::string(CAIRN_SOURCE_DIR "/src/trust/testdata/") + std::string(name);
}

}  // namespace cairn::trust
