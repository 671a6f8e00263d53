// cairn system info | schema: what this machine and this installation offer, and the form of cairn.yaml.
#include <fmt/format.h>

#include <memory>

#include "base/file.h"
#include "base/memory.h"
#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "kernels/int8.h"
#include "kernels/kernels.h"
#include "kernels/machine_speed.h"
#include "project/project.h"
#include "train/config.h"

namespace cairn::cli {
namespace {

std::string Joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// The digest by which provenance and replay know a model.
Result<int> PrintModelDigest(const std::string& name, const Context& context) {
  CAIRN_ASSIGN(const std::string directory, ResolveModel(name));
  CAIRN_ASSIGN(const Digest digest, project::ModelDirectoryDigest(directory));
  if (context.json)
    SayJson({{"model", directory}, {"digest", digest.Hex()}});
  else
    Say(stdout, "{}\n", digest.Hex());
  return 0;
}

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
          {"int8_instructions", kernels::Int8UnitName(kernels::Int8UnitHere())},
          {"memory_bytes", MachineMemory()},
          {"memory_free_bytes", FreeMachineMemory()},
          {"float_environment", floats.ok() ? "ok" : floats.error().message},
          {"home", HomeDirectory()},
          {"seed", BuiltInModel()}};
}

// Linear layers of models of three sizes: rows, inputs, outputs.
constexpr size_t kBenchShapes[][3] = {{2048, 192, 512}, {1024, 768, 2048}, {512, 2048, 2048}};

Json Speed(int threads) {
  ThreadPool pool(threads);
  const double peak = kernels::FmaPeak(pool);
  Json out = {{"threads", threads},
              {"fma_peak_gflops", peak * 1e-9},
              {"read_gigabytes_per_second", kernels::ReadBandwidth(pool) * 1e-9},
              {"linear_layers", Json::array()}};
  for (const auto& [t, k, n] : kBenchShapes) {
    const double rate = kernels::LinearRate(pool, t, k, n);
    out["linear_layers"].push_back({{"rows", t},
                                    {"inputs", k},
                                    {"outputs", n},
                                    {"gflops", rate * 1e-9},
                                    {"share_of_peak", rate / peak},
                                    {"int8_gops", kernels::Int8LinearRate(pool, t, k, n) * 1e-9}});
  }
  return out;
}

void PrintSpeed(const Json& speed) {
  Say(stdout, "with {} thread{}     FMA peak {:.0f} GFLOP/s, memory {:.0f} GB/s read\n", speed["threads"].get<int>(),
      speed["threads"] == 1 ? " " : "s", speed["fma_peak_gflops"].get<double>(),
      speed["read_gigabytes_per_second"].get<double>());
  for (const Json& layer : speed["linear_layers"])
    Say(stdout,
        "                   linear layer {} x {} -> {}: {:.0f} GFLOP/s, {:.0f} % of the peak; 8-bit {:.0f} GOP/s\n",
        layer["rows"].get<size_t>(), layer["inputs"].get<size_t>(), layer["outputs"].get<size_t>(),
        layer["gflops"].get<double>(), layer["share_of_peak"].get<double>() * 100, layer["int8_gops"].get<double>());
}

Result<int> Info(const Context& context, bool bench) {
  Json facts = Facts(context);
  if (bench) {
    facts["speed"] = Json::array({Speed(1)});
    if (context.Threads() > 1) facts["speed"].push_back(Speed(context.Threads()));
  }
  if (context.json) {
    SayJson(facts);
    return 0;
  }
  const Json& seed = facts["seed"];
  Say(stdout, "cairn              {}, numerics {}\n", kVersion, train::kNumericsVersion);
  Say(stdout, "CPUs               {}\n", AvailableCpus());
  Say(stdout, "instruction sets   {} (in use: {})\n", Joined(kernels::SupportedTargets()), kernels::CurrentTarget());
  Say(stdout, "8-bit layers       {}\n", facts["int8_instructions"].get<std::string>());
  Say(stdout, "memory             {}, free {}\n", HumanBytes(facts["memory_bytes"].get<uint64_t>()),
      HumanBytes(facts["memory_free_bytes"].get<uint64_t>()));
  Say(stdout, "float environment  {}\n", facts["float_environment"].get<std::string>());
  Say(stdout, "home directory     {}\n", HomeDirectory());
  if (seed["present"].get<bool>())
    Say(stdout, "built-in model     {}\n                   sha256 {}\n", seed["path"].get<std::string>(),
        seed["digest"].get<std::string>());
  else
    Say(stdout, "built-in model     none: {}\n", seed["reason"].get<std::string>());
  if (!bench) return 0;
  for (const Json& speed : facts["speed"]) PrintSpeed(speed);
  Say(stdout, "A share far below 80 % means that other programs keep the machine busy, or that it is throttled.\n");
  return 0;
}

}  // namespace

void AddSystem(Command app, Context& context) {
  auto bench = std::make_shared<bool>(false);
  auto model = std::make_shared<std::string>();
  Command system = app.AddCommand("system", "facts about this machine and this installation");
  system.RequireCommand();
  Command info = system.AddCommand(
      "info",
      "show what cairn found here. Version, CPUs, the instruction sets that its kernels can use (--isa takes these "
      "names), memory, the folder with the files that come with cairn, and the built-in model with its digest. Add it "
      "to every bug report.");
  AddCommon(info, context);
  info.AddFlag("--bench", *bench, "measure the machine, too (seconds): peak, memory, and what the kernels reach of it");
  info.AddValue("--model", *model, "print nothing but the digest of this model's folder, as provenance names it");
  system.Footer("Example: cairn system info");
  info.Footer("Examples: cairn system info --json\n          cairn system info --bench");
  info.OnChosen([&context, bench, model] {
    context.run = [&context, bench, model] {
      return model->empty() ? Info(context, *bench) : PrintModelDigest(*model, context);
    };
  });
  Command schema = system.AddCommand("schema",
                                     "print the JSON Schema of cairn.yaml. An editor that is given it completes "
                                     "and checks the project file while it is written.");
  AddCommon(schema, context);
  schema.Footer("Example: cairn system schema > cairn.schema.json");
  schema.OnChosen([&context] {
    context.run = []() -> Result<int> {
      Say(stdout, "{}", PrettyJson(project::ProjectConfigSchema()));
      return 0;
    };
  });
}

}  // namespace cairn::cli
