#include "cli/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "formats/nearest_name.h"

namespace cairn::cli {
namespace {

constexpr size_t kColumns = 100;

// What stands before the first full stop, colon or line end.
std::string FirstClause(const std::string& text) {
  return text.substr(0, std::min({text.find(". "), text.find(": "), text.find('\n')}));
}

std::string Wrap(const std::string& text) {
  std::string out;
  size_t column = 0;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find_first_of(" \n", start), text.size());
    if (column > 0 && column + 1 + (end - start) > kColumns) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out.append(text, start, end - start);
    column += end - start;
    if (end < text.size() && text[end] == '\n') {
      out += '\n';
      column = 0;
    }
    start = end + 1;
  }
  return out;
}

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* sub) const override {
    std::ostringstream out;
    CLI::detail::format_help(out, sub->get_display_name(true), FirstClause(sub->get_description()), 14);
    return out.str();
  }
  std::string make_description(const CLI::App* app) const override {
    std::string text = Wrap(app->get_description());
    return text.empty() ? text : text + "\n";
  }
};

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

// Every spelling of a flag with its dashes.
std::vector<std::string> FlagNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

bool Known(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A number below zero is none.
bool IsFlag(std::string_view word) { return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9'); }

// As FlagNames has it: "--out" of "--out=x", "-C" of "-Cx".
std::string NameOfFlag(std::string_view word) {
  return std::string(word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2));
}

// Whether the word after this known flag is its value.
bool TakesNext(const CLI::App& command, const std::string& word) {
  const CLI::Option* option = command.get_option_no_throw(NameOfFlag(word));
  return word == NameOfFlag(word) && option != nullptr && option->get_items_expected_max() > 0;
}

// For an unknown flag, words[at]: the command further on to which it belongs, or the nearest name.
std::string FlagRemedy(const CLI::App& command, std::string path, const std::vector<std::string>& words, size_t at) {
  const CLI::App* below = &command;
  for (size_t i = at + 1; i < words.size(); ++i) {
    if (!Known(CommandNames(*below), words[i])) continue;
    below = below->get_subcommand(words[i]);
    path += " " + words[i];
    if (Known(FlagNames(*below), NameOfFlag(words[at])))
      return "; it belongs behind the command: " + path + " " + words[at] +
             (Known(CommandNames(command), words[at + 1]) ? "" : " " + words[at + 1]);
  }
  return formats::NameRemedy(words[at].substr(0, words[at].find('=')), FlagNames(command));
}

// What is wrong with the names of a command line, with a remedy; empty if all are known, whatever else is wrong.
std::string UnknownName(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
    const std::string& word = words[i];
    const std::vector<std::string> commands = CommandNames(*command);
    if (IsFlag(word)) {
      if (!Known(FlagNames(*command), NameOfFlag(word)))
        return "unknown flag \"" + word.substr(0, word.find('=')) + "\" of \"" + path + "\"" +
               FlagRemedy(*command, path, words, i);
      if (TakesNext(*command, word)) ++i;
    } else if (!commands.empty()) {
      if (!Known(commands, word))
        return "unknown command \"" + path + " " + word + "\"" + formats::NameRemedy(word, commands);
      command = command->get_subcommand(word);
      path += " " + word;
    }
  }
  return {};
}

// For a command line that ends before it names a command that does something: which there are.
std::string MissingCommand(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  for (const std::string& word : words) {
    if (!Known(CommandNames(*command), word)) break;
    command = command->get_subcommand(word);
  }
  std::string names;
  for (const std::string& name : CommandNames(*command)) names += (names.empty() ? ": " : ", ") + name;
  return names;
}

}  // namespace

Option Option::Required() const { return Option(option_->required()); }

Option Option::ShowDefault() const { return Option(option_->capture_default_str()); }

Option Option::NotNegative() const {
  auto check = [](std::string& text) { return text.starts_with('-') ? text + " is negative; give 0 or more" : ""; };
  return Option(option_->check(CLI::Validator(check, "")));
}

Option Option::Between(int64_t low, int64_t high) const { return Option(option_->check(CLI::Range(low, high))); }

Option Option::OneOf(const std::vector<std::string>& values) const {
  return Option(option_->check(CLI::IsMember(values)));
}

Option Option::Without(Option other) const { return Option(option_->excludes(other.option_)); }

Command Command::AddCommand(const std::string& name, const std::string& help) const {
  return Command(app_->add_subcommand(name, help));
}

void Command::RequireCommand() const { app_->require_subcommand(1); }

template <typename T>
Option Command::AddValue(const std::string& names, T& value, const std::string& help) const {
  return Option(app_->add_option(names, value, help));
}
#define CAIRN_VALUE(T) template Option Command::AddValue(const std::string&, T&, const std::string&) const
CAIRN_VALUE(int);
CAIRN_VALUE(int64_t);
CAIRN_VALUE(uint64_t);
CAIRN_VALUE(double);
CAIRN_VALUE(std::string);
CAIRN_VALUE(std::optional<uint64_t>);
CAIRN_VALUE(std::optional<std::string>);
CAIRN_VALUE(std::vector<std::string>);
#undef CAIRN_VALUE

Option Command::AddFlag(const std::string& names, bool& value, const std::string& help) const {
  return Option(app_->add_flag(names, value, help));
}

void Command::Remove(const std::string& name) const { app_->remove_option(app_->get_option(name)); }

void Command::Footer(const std::string& text) const { app_->footer(text); }

void Command::OnChosen(std::function<void()> callback) const { app_->callback(std::move(callback)); }

Program::Program(const std::string& name, const std::string& help, const std::string& version)
    : app_(std::make_unique<CLI::App>(help, name)) {
  auto formatter = std::make_shared<HelpFormatter>();
  formatter->column_width(34);
  app_->formatter(formatter);
  app_->set_version_flag("--version", version);
  app_->require_subcommand(1);
}

Program::~Program() = default;

Result<bool> Program::Parse(int argc, char** argv) const {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (!words.empty() && words[0] == "help") {  // cairn help build: cairn build --help
    words.erase(words.begin());
    if (std::string unknown = UnknownName(*app_, words); !unknown.empty()) return BadInput(unknown);
    words.emplace_back("--help");
  }
  try {
    app_->parse(std::vector<std::string>(words.rbegin(), words.rend()));  // the last word first, as CLI11 wants them
    return true;
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) {
      app_->exit(e);
      return false;
    }
    if (std::string unknown = UnknownName(*app_, words); !unknown.empty()) return BadInput(unknown);
    return BadInput(std::string(e.what()) + MissingCommand(*app_, words) + "; see --help");
  }
}

std::string Program::Help() const { return app_->help(); }

}  // namespace cairn::cli
