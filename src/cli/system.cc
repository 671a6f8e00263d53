// cairn system info: what this machine and this installation offer.
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "kernels/kernels.h"
#include "project/project.h"
#include "train/config.h"

namespace cairn::cli {
namespace {

uint64_t MemoryBytes(int name) {
  long pages = sysconf(name), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(size) : 0;
}

std::string Joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// A missing or damaged built-in model is a fact to report, not a failure of this command.
Json BuiltInModel() {
  auto path = ResolveModel("seed");
  if (!path.ok()) return {{"present", false}, {"reason", path.error().ToString()}};
  auto digest = project::ModelDirectoryDigest(*path);
  if (!digest.ok()) return {{"present", false}, {"path", *path}, {"reason", digest.error().ToString()}};
  return {{"present", true}, {"path", *path}, {"digest", digest->Hex()}};
}

Json Facts(const Context& context) {
  auto floats = CheckFloatEnvironment();
  return {{"version", kVersion},
          {"numerics", train::kNumericsVersion},
          {"cpus", AvailableCpus()},
          {"threads", context.Threads()},
          {"instruction_sets", kernels::SupportedTargets()},
          {"instruction_set", kernels::CurrentTarget()},
          {"memory_bytes", MemoryBytes(_SC_PHYS_PAGES)},
          {"memory_free_bytes", MemoryBytes(_SC_AVPHYS_PAGES)},
          {"float_environment", floats.ok() ? "ok" : floats.error().message},
          {"home", HomeDirectory()},
          {"seed", BuiltInModel()}};
}

Result<int> Info(const Context& context) {
  Json facts = Facts(context);
  if (context.json) {
    fmt::print("{}\n", DumpJson(facts));
    return 0;
  }
  const Json& seed = facts["seed"];
  fmt::print("cairn              {}, numerics {}\n", kVersion, train::kNumericsVersion);
  fmt::print("CPUs               {}\n", AvailableCpus());
  fmt::print("instruction sets   {} (in use: {})\n", Joined(kernels::SupportedTargets()), kernels::CurrentTarget());
  fmt::print("memory             {}, free {}\n", HumanBytes(facts["memory_bytes"].get<uint64_t>()),
             HumanBytes(facts["memory_free_bytes"].get<uint64_t>()));
  fmt::print("float environment  {}\n", facts["float_environment"].get<std::string>());
  fmt::print("home directory     {}\n", HomeDirectory());
  if (seed["present"].get<bool>())
    fmt::print("built-in model     {}\n                   sha256 {}\n", seed["path"].get<std::string>(),
               seed["digest"].get<std::string>());
  else
    fmt::print("built-in model     none: {}\n", seed["reason"].get<std::string>());
  return 0;
}

}  // namespace

void AddSystem(CLI::App& app, Context& context) {
  CLI::App* system = app.add_subcommand("system", "facts about this machine and this installation");
  system->require_subcommand(1);
  CLI::App* info = system->add_subcommand(
      "info",
      "show what cairn found here. Version, CPUs, the instruction sets that its kernels can use (--isa takes these "
      "names), memory, the folder with the files that come with cairn, and the built-in model with its digest. Add it "
      "to every bug report.");
  AddCommon(*info, context);
  system->footer("Example: cairn system info");
  info->footer("Example: cairn system info --json");
  info->callback([&context] { context.run = [&context] { return Info(context); }; });
}

}  // namespace cairn::cli
