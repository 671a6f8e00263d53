// The command line over CLI11: commands with their flags and arguments, and how it teaches: help wrapped for a
// terminal, the nearest known name for one that is not known. CLI11 itself is kept out of this header: whatever
// includes it takes seconds more to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cairn::cli {

// One flag or argument. Lives as long as its command; copies mean the same.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}
  Option Required() const;
  Option ShowDefault() const;  // in the help
  // For unsigned types, of which CLI11 would read "-1" as the largest number.
  Option NotNegative() const;
  Option Between(int64_t low, int64_t high) const;
  Option OneOf(const std::vector<std::string>& values) const;
  Option Without(Option other) const;  // not together with the other

 private:
  CLI::Option* option_;
};

// A command, or the program itself. A command's help is a paragraph; a list of commands shows only what stands before
// its first full stop or colon. Lives as long as its program; copies mean the same.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}
  Command AddCommand(const std::string& name, const std::string& help) const;  // one below this
  void RequireCommand() const;                                                 // exactly one of those below
  // A value after a flag ("--out", "-C,--directory"), or an argument (no dash). The value keeps its default if it is
  // not given. Types are those that flags.cc lists.
  template <typename T>
  Option AddValue(const std::string& names, T& value, const std::string& help) const;
  Option AddFlag(const std::string& names, bool& value, const std::string& help) const;
  void Remove(const std::string& name) const;
  void Footer(const std::string& text) const;
  void OnChosen(std::function<void()> callback) const;

 private:
  CLI::App* app_;
};

class Program {
 public:
  Program(const std::string& name, const std::string& help, const std::string& version);
  ~Program();
  Command command() const { return Command(app_.get()); }
  // Sets the values and calls what was chosen. False: the help or version was asked for and printed. kBadInput: what is
  // wrong, for an unknown name with the nearest known one.
  Result<bool> Parse(int argc, char** argv) const;
  std::string Help() const;

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace cairn::cli
