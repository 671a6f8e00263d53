// Small taxonomies on disk for the tests of this room.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cairn::taxonomy {

// An empty directory that goes away with the object.
class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "cairn-taxonomy-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) ? name : "";
    EXPECT_FALSE(path_.empty());
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::path path = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;  // without the fsync of WriteFileAtomic: these are many
  }

 private:
  std::string path_;
};

// Five passages with three questions each; every passage is a line of HarbourDocument.
inline std::string HarbourDocument() {
  std::string text = "# The harbour\n\n";
  for (int i = 1; i <= 5; ++i)
    text += "The *pier* number " + std::to_string(i) + "\nwas built in 190" + std::to_string(i) + ".\n\n";
  return text;
}

inline std::string HarbourQna(const std::string& tail = "") {
  std::string text = "version: 3\ncreated_by: ann\ndomain: harbours\ndocument_outline: piers\nseed_examples:\n";
  for (int i = 1; i <= 5; ++i) {
    std::string n = std::to_string(i);
    text += "  - context: The pier number " + n + " was built in 190" + n + ".\n    questions_and_answers:\n";
    for (const char* ask : {"When was pier number ", "In which year did they build pier ", "How old is pier "})
      text += "      - question: " + std::string(ask) + n + "?\n        answer: In 190" + n + ".\n";
  }
  return text + tail;
}

inline std::string SkillQna(const std::string& tail = "") {
  std::string text = "version: 3\ncreated_by: ann\ntask_description: sort words\nseed_examples:\n";
  for (int i = 1; i <= 5; ++i) {
    std::string n = std::to_string(i);
    text += "  - question: Sort b" + n + ", a" + n + ".\n    answer: a" + n + ", b" + n + "\n";
  }
  return text + tail;
}

inline std::string Eval(const std::string& question) {
  return "questions:\n  - question: " + question + "\n    answer: 1901\n    accept: [in 1901, \"1901\"]\n";
}

}  // namespace cairn::taxonomy
