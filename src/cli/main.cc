// The `cairn` program: parses the command line, runs the chosen subcommand, turns errors into messages and exit codes.

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "cli/command.h"
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
  if (PathExists(path + "/config.json")) return path;
  if (name == "seed")
    return NotFound(
        "the built-in model is not here, nor beside the program; run `make install` in the source tree in place of "
        "copying the program, or set CAIRN_HOME to that tree",
        path);
  return NotFound("no model here: a model is \"seed\" (built in) or a directory with config.json and model.safetensors",
                  path);
}

std::function<Result<std::string>(const std::string&)> ModelResolverFor(const std::string& directory) {
  return [directory](const std::string& name) {
    return ResolveModel(name == "seed" || name.starts_with("/") ? name : directory + "/" + name);
  };
}

bool OnGitHub() { return std::getenv("GITHUB_ACTIONS") != nullptr; }

std::string InertOnGitHub(std::string text) {
  for (size_t at; (at = text.find("##[")) != text.npos;) text.insert(at + 2, 1, ' ');
  return text;
}

void AddCommon(Command command, Context& context) {
  command.AddFlag("--json", context.json, "print one JSON object on stdout");
  command.AddFlag("-q,--quiet", context.quiet, "no progress on stderr");
  command
      .AddValue("--threads", context.threads,
                "threads (default: all CPUs, or fewer where a container has less time); changes no bit")
      .Between(1, 1024);
  command.AddValue("--isa", context.isa, "use only this instruction set (see `cairn system info`); changes no bit");
}

void AddDevice(Command command, Context& context) {
  command
      .AddValue("--device", context.device,
                "what trains: cpu, cuda (an NVIDIA GPU), emulator (the GPU's kernels here, slowly); changes no bit")
      .OneOf({"cpu", "cuda", "emulator"})
      .ShowDefault();
}

void AddResources(Command command, Context& context) {
  AddDevice(command, context);
  command.AddFlag(
      "--recompute", context.resources.recompute,
      "keep one layer's activations, not all, and run the forward pass of layers twice for it; changes no bit");
  command
      .AddValue("--micro-batch", context.resources.micro_batch,
                "rows of a training batch in memory at a time: fewer need less memory; changes no bit")
      .Between(1, 1024)
      .ShowDefault();
}

namespace {

int Fail(const Context& context, const Error& error) {
  const std::string text = PrintableLine(error.ToString());
  Say(stderr, "cairn: {}\n", OnGitHub() ? InertOnGitHub(text) : text);
  if (context.json)
    SayJson({{"error", {{"code", ErrorCodeName(error.code)}, {"message", error.message}, {"where", error.where}}}});
  return ExitCodeOf(error.code);
}

// Whoever started the program may have closed standard input, output or error. The next file to be opened would get its
// number, and with it what is said to people. What stands here instead fails when it is read or written.
void HoldStandardDescriptors() {
  for (int fd : {0, 1, 2})
    if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) return;
}

// A reader that went away, as head does, knows that it has not read all.
bool ReaderWentAway() {
  pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

// Whoever reads the output must not take half of it for all.
Result<void> FlushOutput() {
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && !ReaderWentAway())
    return IoError("cannot write to standard output (is the disk full?)");
  return {};
}

int Main(int argc, char** argv) {
  HoldStandardDescriptors();
  Context context;
  const Program command_line("cairn",
                             "Cairn: many people make one language model better, and anyone can check how it was made.",
                             std::string("cairn ") + kVersion);
  const Command program = command_line.command();
  AddInit(program, context);
  AddTaxonomy(program, context);
  AddBuild(program, context);
  AddData(program, context);
  AddTrain(program, context);
  AddEval(program, context);
  AddChat(program, context);
  AddVerify(program, context);
  AddReplay(program, context);
  AddKeygen(program, context);
  AddSeed(program, context);
  AddSystem(program, context);
  // Last, because subcommands inherit a footer that is there before them.
  program.Footer(
      "First steps:\n  cairn init harbour && cd harbour\n  cairn build\n  cairn chat -q \"Who drew the plan of Hollin "
      "Bridge?\"\nEach command explains itself: cairn build --help");
  auto parsed = command_line.Parse(argc, argv);
  if (!parsed.ok()) {
    context.json = std::find(argv + 1, argv + argc, std::string_view("--json")) != argv + argc;
    if (argc == 1) Say(stderr, "{}", command_line.Help());
    return Fail(context, parsed.error());
  }
  if (!*parsed) {  // --help, --version
    auto written = FlushOutput();
    return written.ok() ? 0 : Fail(context, written.error());
  }
  if (auto sane = CheckFloatEnvironment(); !sane.ok()) return Fail(context, sane.error());
  if (!context.isa.empty() && !kernels::ForceTarget(context.isa))
    return Fail(context, BadInput("this machine has no instruction set of the name " + context.isa +
                                  "; `cairn system info` lists them, as they are written"));
  InstallInterruptHandler(context.only_reads ? AtInterrupt::kEnd : AtInterrupt::kAsk);
  auto device = device::OpenDevice(context.device);
  if (!device.ok()) return Fail(context, device.error());
  context.resources.device = device->get();
  try {
    auto result = context.run();
    if (!result.ok()) return Fail(context, result.error());
    if (auto written = FlushOutput(); !written.ok()) return Fail(context, written.error());
    return *result;
  } catch (const std::exception& e) {  // the last barrier: libraries are caught where they are called, memory is not
    bool memory = dynamic_cast<const std::bad_alloc*>(&e) != nullptr;
    return Fail(context, IoError(memory ? "not enough memory" : std::string("a fault in cairn itself: ") + e.what()));
  }
}

}  // namespace
}  // namespace cairn::cli

int main(int argc, char** argv) { return cairn::cli::Main(argc, argv); }
