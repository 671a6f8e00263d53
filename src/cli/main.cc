// The `cairn` program: parses the command line, runs the chosen subcommand, turns errors into messages and exit codes.

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>

#include "base/file.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "cli/usage.h"
#include "device/device.h"
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

CLI::Validator NotNegative() {
  return CLI::Validator(
      [](std::string& text) { return text.starts_with('-') ? text + " is negative; give 0 or more" : std::string(); },
      "");
}

void AddCommon(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "print one JSON object on stdout");
  command.add_flag("-q,--quiet", context.quiet, "no progress on stderr");
  command.add_option("--threads", context.threads, "threads (default: all CPUs); changes no bit")
      ->check(CLI::Range(1, 1024));
  command.add_option("--isa", context.isa, "use only this instruction set (see `cairn system info`); changes no bit");
}

void AddDevice(CLI::App& command, Context& context) {
  command
      .add_option("--device", context.device,
                  "what trains: cpu, cuda (an NVIDIA GPU), emulator (the GPU's kernels here, slowly); changes no bit")
      ->check(CLI::IsMember({"cpu", "cuda", "emulator"}))
      ->capture_default_str();
}

void AddResources(CLI::App& command, Context& context) {
  AddDevice(command, context);
  command.add_flag(
      "--recompute", context.resources.recompute,
      "keep one layer's activations, not all, and run the forward pass of layers twice for it; changes no bit");
  command
      .add_option("--micro-batch", context.resources.micro_batch,
                  "rows of a training batch in memory at a time: fewer need less memory; changes no bit")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
}

namespace {

int Fail(const Context& context, const Error& error) {
  Say(stderr, "cairn: {}\n", PrintableLine(error.ToString()));
  if (context.json)
    SayJson({{"error", {{"code", ErrorCodeName(error.code)}, {"message", error.message}, {"where", error.where}}}});
  return ExitCodeOf(error.code);
}

// A command line that cannot be understood.
int FailUsage(Context& context, const CLI::App& app, const CLI::ParseError& error,
              const std::vector<std::string>& words) {
  context.json = std::find(words.begin(), words.end(), "--json") != words.end();
  if (words.empty()) Say(stderr, "{}", app.help());
  std::string unknown = UnknownName(app, words);
  return Fail(context, BadInput(unknown.empty() ? std::string(error.what()) + "; see --help" : unknown));
}

int Main(int argc, char** argv) {
  Context context;
  CLI::App app("Cairn: many people make one language model better, and anyone can check how it was made.", "cairn");
  app.set_version_flag("--version", std::string("cairn ") + kVersion);
  app.require_subcommand(1);
  app.formatter(MakeHelpFormatter());
  AddInit(app, context);
  AddTaxonomy(app, context);
  AddBuild(app, context);
  AddData(app, context);
  AddTrain(app, context);
  AddEval(app, context);
  AddChat(app, context);
  AddVerify(app, context);
  AddReplay(app, context);
  AddKeygen(app, context);
  AddSeed(app, context);
  AddSystem(app, context);
  // Last, because subcommands inherit a footer that is there before them.
  app.footer(
      "First steps:\n  cairn init harbour && cd harbour\n  cairn build\n  cairn chat -q \"Who drew the plan of Hollin "
      "Bridge?\"\nEach command explains itself: cairn build --help");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help, --version
    return FailUsage(context, app, e, {argv + 1, argv + argc});
  }
  if (auto sane = CheckFloatEnvironment(); !sane.ok()) return Fail(context, sane.error());
  if (!context.isa.empty() && !kernels::ForceTarget(context.isa))
    return Fail(context, BadInput("this machine does not have the instruction set " + context.isa +
                                  "; `cairn system info` lists them"));
  InstallInterruptHandler();
  auto device = device::OpenDevice(context.device);
  if (!device.ok()) return Fail(context, device.error());
  context.resources.device = device->get();
  try {
    auto result = context.run();
    if (!result.ok()) return Fail(context, result.error());
    // Whoever reads the output must not take half of it for all.
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return Fail(context, IoError("cannot write to standard output (is the disk full?)"));
    return *result;
  } catch (const std::exception& e) {  // the last barrier: libraries are caught where they are called, memory is not
    bool memory = dynamic_cast<const std::bad_alloc*>(&e) != nullptr;
    return Fail(context, IoError(memory ? "not enough memory" : std::string("a fault in cairn itself: ") + e.what()));
  }
}

}  // namespace
}  // namespace cairn::cli

int main(int argc, char** argv) { return cairn::cli::Main(argc, argv); }
