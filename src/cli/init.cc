// cairn init: a project that can be built at once.

#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/init_files.h"
#include "project/config.h"
#include "trust/key.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string directory, name;
};

// A model's name from that of the folder: what is not allowed becomes a hyphen.
std::string NameFrom(const std::string& directory) {
  std::error_code code;
  std::filesystem::path path = std::filesystem::weakly_canonical(directory, code);
  if (!path.has_filename()) path = path.parent_path();
  std::string name;
  for (char c : AsciiLower(path.filename().string())) {
    bool plain = IsAsciiLower(c) || IsAsciiDigit(c);
    if (plain || (!name.empty() && name.back() != '-')) name += plain ? c : '-';
  }
  name = name.substr(0, 63);
  while (name.ends_with('-')) name.pop_back();
  if (name == "data" || name == "training") return name + "-model";  // names of folders in build/
  return name.empty() ? "model" : name;
}

bool HasLine(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

// What the project's folder must not put under version control; lines that are there already are not repeated. With a
// slash at the end git would take a link of that name into a commit.
Result<std::string> IgnoreLines(const std::string& path) {
  std::string text;
  if (PathExists(path)) {
    CAIRN_ASSIGN(text, ReadFile(path, 1 << 20));
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
  }
  for (const auto& [line, before] :
       {std::pair<std::string, std::string>{"/.cairn", ".cairn/"}, {"/build", "build/"}, {"cairn.key", "cairn.key"}})
    if (!HasLine(text, line) && !HasLine(text, before)) text += line + "\n";
  return text;
}

// A folder, or a path at which one can be made.
Result<void> CheckDirectory(const std::string& directory) {
  if (directory.empty()) return BadInput("the folder's name is empty; give one, as in: cairn init harbour");
  std::error_code code;
  for (std::filesystem::path path = directory; !path.empty(); path = path.parent_path()) {
    if (!std::filesystem::exists(path, code)) continue;
    if (std::filesystem::is_directory(path, code)) break;
    return BadInput("this is a file; name a folder, which is made if it does not exist", path.string());
  }
  return {};
}

// A word as a shell takes it.
std::string ShellWord(const std::string& text) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+,@%-";
  std::string word = text.starts_with('-') ? "./" + text : text;  // cd would take it for a flag
  if (word.find_first_not_of(kPlain) == word.npos) return word;
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

Result<int> Init(const Options& options, const Context& context) {
  const std::string& directory = options.directory;
  CAIRN_TRY(CheckDirectory(directory));
  std::string project_file = directory + "/" + project::kProjectFileName;
  if (PathExists(project_file))
    return BadInput("there is a project here already; choose another folder, or remove this file first", project_file);
  std::string text = ProjectFileText(options.name.empty() ? NameFrom(directory) : options.name);
  CAIRN_ASSIGN(project::ProjectConfig config, project::ParseProjectConfig(text, project_file));
  CAIRN_ASSIGN(std::string ignored, IgnoreLines(directory + "/.gitignore"));
  std::vector<std::string> written;
  auto write = [&](const std::string& name, std::string_view bytes) -> Result<void> {
    CAIRN_TRY(WriteFileAtomic(directory + "/" + name, bytes));
    written.push_back(name);
    return {};
  };
  // The project file comes last: a folder in which a part failed can be initialised again.
  CAIRN_TRY(MakeDirectories(directory));
  if (!PathExists(directory + "/cairn.key")) {
    CAIRN_TRY(trust::GenerateKeyFiles(directory + "/cairn.key", directory + "/cairn.pub"));
    written.insert(written.end(), {"cairn.key", "cairn.pub"});
  }
  CAIRN_TRY(write(".gitignore", ignored));
  if (!PathExists(directory + "/taxonomy"))
    for (const InitFile& file : ExampleTaxonomy()) CAIRN_TRY(write(std::string("taxonomy/") + file.path, file.text));
  CAIRN_TRY(write(project::kProjectFileName, text));
  if (!context.quiet) {
    for (const std::string& name : written) Say(stderr, "wrote {}/{}\n", directory, name);
    Say(stderr, "Next: cd {}; cairn taxonomy check; cairn build\n", ShellWord(directory));
  }
  if (context.json) SayJson({{"directory", directory}, {"name", config.metadata.name}, {"files", written}});
  return 0;
}

}  // namespace

void AddInit(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command init = app.AddCommand(
      "init",
      "make a project that can be built at once. Writes cairn.yaml with comments, a taxonomy with one small example to "
      "replace by your own contributions, a key pair for signing, and a .gitignore that keeps the private key and the "
      "build folders out of version control. A taxonomy or key that is already in the folder is kept.");
  AddCommon(init, context);
  init.AddValue("directory", options->directory, "the project's folder; made if it does not exist").Required();
  init.AddValue("--name", options->name, "the model's name (default: from the folder's)");
  init.Footer("Example: cairn init harbour");
  init.OnChosen([options, &context] { context.run = [options, &context] { return Init(*options, context); }; });
}

}  // namespace cairn::cli
