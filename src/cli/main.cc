// The `cairn` program: parses the command line, runs the chosen subcommand, turns errors into messages and exit codes.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "kernels/kernels.h"

namespace cairn::cli {

int Context::Threads() const { return threads > 0 ? threads : AvailableCpus(); }

std::string HomeDirectory() {
  if (const char* home = std::getenv("CAIRN_HOME")) return home;
  std::error_code code;
  auto binary = std::filesystem::read_symlink("/proc/self/exe", code);
  for (auto folder = binary.parent_path(); !code && folder.has_relative_path(); folder = folder.parent_path()) {
    if (PathExists(folder.string() + "/share/cairn/models")) return folder.string() + "/share/cairn";
    if (PathExists(folder.string() + "/recipes/seed/recipe.yaml")) return folder.string();
  }
  return ".";
}

Result<std::string> ResolveModel(const std::string& name) {
  std::string path = name == "seed" ? HomeDirectory() + "/models/seed" : name;
  if (!PathExists(path + "/config.json"))
    return NotFound(
        "no model here: a model is \"seed\" (built in) or a directory with config.json and model.safetensors", path);
  return path;
}

std::function<Result<std::string>(const std::string&)> ModelResolverFor(const std::string& directory) {
  return [directory](const std::string& name) {
    return ResolveModel(name == "seed" || name.starts_with("/") ? name : directory + "/" + name);
  };
}

void AddCommon(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "print one JSON object on stdout");
  command.add_flag("-q,--quiet", context.quiet, "no progress on stderr");
  command.add_option("--threads", context.threads, "threads (default: all CPUs); changes no bit")
      ->check(CLI::Range(1, 1024));
  command.add_option("--isa", context.isa, "use only this instruction set (see `cairn system info`); changes no bit");
}

namespace {

int Fail(const Context& context, const Error& error) {
  fmt::print(stderr, "cairn: {}\n", error.ToString());
  if (context.json)
    fmt::print("{}\n",
               DumpJson({{"error",
                          {{"code", ErrorCodeName(error.code)}, {"message", error.message}, {"where", error.where}}}}));
  return ExitCodeOf(error.code);
}

int Main(int argc, char** argv) {
  Context context;
  CLI::App app("Cairn: many people make one language model better, and anyone can check how it was made.", "cairn");
  app.set_version_flag("--version", "cairn 0.1.0");
  app.require_subcommand(1);
  AddBuild(app, context);
  AddData(app, context);
  AddTrain(app, context);
  AddEval(app, context);
  AddReplay(app, context);
  AddSeed(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    int code = app.exit(e);
    return code == 0 ? 0 : 2;
  }
  if (auto sane = CheckFloatEnvironment(); !sane.ok()) return Fail(context, sane.error());
  if (!context.isa.empty() && !kernels::ForceTarget(context.isa))
    return Fail(context, BadInput("this machine does not have the instruction set " + context.isa +
                                  "; `cairn system info` lists them"));
  InstallInterruptHandler();
  auto result = context.run();
  return result.ok() ? *result : Fail(context, result.error());
}

}  // namespace
}  // namespace cairn::cli

int main(int argc, char** argv) { return cairn::cli::Main(argc, argv); }
