#include "cli/usage.h"

#include <algorithm>
#include <string_view>

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

}  // namespace

std::shared_ptr<CLI::Formatter> MakeHelpFormatter() {
  auto formatter = std::make_shared<HelpFormatter>();
  formatter->column_width(34);
  return formatter;
}

std::string UnknownName(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  for (const std::string& word : words) {
    if (word == "--") break;
    std::vector<std::string> commands = CommandNames(*command);
    if (word.starts_with("--")) {
      std::string flag = word.substr(0, word.find('='));
      if (!Known(FlagNames(*command), flag))
        return "unknown flag \"" + flag + "\" of \"" + path + "\"" + formats::NameRemedy(flag, FlagNames(*command));
    } else if (!word.starts_with("-") && !commands.empty()) {
      if (!Known(commands, word))
        return "unknown command \"" + path + " " + word + "\"" + formats::NameRemedy(word, commands);
      command = command->get_subcommand(word);
      path += " " + word;
    }
  }
  return {};
}

}  // namespace cairn::cli
