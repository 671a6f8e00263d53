// golden_digests [--threads N,...] [PREFIX]: prints "NAME DIGEST" for operations, training runs, files and text, the
// same on every machine. Each digest is taken with every instruction set of this machine and with 1, 2, 3 and 7 threads
// (training: several threads with the best one only). Exit code 1 if they do not agree; the line then names the first
// that does not. tools/portability compares the lines of several machines.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>

#include "base/file.h"
#include "formats/bpe_trainer.h"
#include "golden_kernels.h"
#include "kernels/kernels.h"
#include "train/testing.h"

namespace cairn {
namespace {

struct Options {
  std::vector<int> threads = {1, 2, 3, 7};
  std::string prefix;  // only goldens whose names begin with it
};

struct Trained {
  Digest state, records;
};
Trained Train(ThreadPool& pool, const train::GoldenState& golden, uint64_t steps) {
  model::Model m = train::TinyModel(golden.lora, golden.all_fields);
  const train::TrainConfig config =
      train::GoldenConfig(golden.optimizer, static_cast<uint64_t>(pool.size() % 4 + 1), golden.numerics);
  const train::GeneratedSource source = golden.Source();
  train::Trainer trainer(pool, m, config, source);
  std::string lines;
  while (trainer.step() < steps) lines += trainer.Step().value().ToLine() + "\n";
  return {trainer.StateDigest(), Sha256Of(lines)};
}

std::vector<Golden> TrainGoldens() {
  std::vector<Golden> goldens;
  for (const train::GoldenState& golden : train::kGoldenStates) {
    goldens.push_back({std::string("train/") + golden.name,
                       [&golden](ThreadPool& pool) { return Train(pool, golden, 20).state; }, true});
  }
  goldens.push_back(
      {"train/records", [](ThreadPool& pool) { return Train(pool, train::kGoldenStates[0], 2).records; }, true});
  return goldens;
}

class TempDirectory {
 public:
  TempDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cairn-golden-XXXXXX").string();
    CAIRN_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempDirectory() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Names and contents of all files.
Digest OfFiles(const std::string& directory) {
  const std::vector<std::string> names = ListFiles(directory).value();
  std::string lines;
  for (const std::string& name : names) lines += name + " " + Sha256OfFile(directory + "/" + name).value().Hex() + "\n";
  return Sha256Of(lines);
}

formats::Tokenizer TinyTokenizer() {
  constexpr const char* kTexts[] = {"Grüße an Zoë, Łódź and Ελλάδα: 12.5 € at 7 o'clock.",
                                    "The old mill by the river; the miller, the mill, the river.",
                                    "日本語 and emoji 🌲🌲 and a tab\tand  two spaces."};
  formats::BpeTrainingOptions options;
  options.vocab_size = 320;
  options.special_tokens = {"<|user|>", "<|assistant|>", "<|end|>"};
  size_t next = 0;
  auto json = formats::TrainBpe(options, [&](std::string* text) {
    if (next == std::size(kTexts)) return false;
    *text = kTexts[next++];
    return true;
  });
  return formats::Tokenizer::Parse(json.value(), "tokenizer.json").value();
}

Digest Tokens(ThreadPool&) {
  const formats::Tokenizer tokenizer = TinyTokenizer();
  std::string text = tokenizer.json() + "\n";
  for (formats::TokenId id : tokenizer.Encode("The mill in Łódź, 12 €, 🌲!")) text += std::to_string(id) + " ";
  return Sha256Of(text);
}

Digest WeightsAtStart(ThreadPool&) { return model::WeightsDigest(train::TinyModel(false)); }

Digest ModelFiles(ThreadPool& pool) {
  const TempDirectory directory;
  CAIRN_CHECK(
      model::SaveModel(pool, train::TinyModel(false), TinyTokenizer(), formats::CairnChatFormat(), directory.path())
          .ok());
  return OfFiles(directory.path());
}

Digest AdapterFiles(ThreadPool&) {
  const TempDirectory directory;
  CAIRN_CHECK(model::SaveAdapter(*train::TinyModel(true).adapter, directory.path(), "tiny").ok());
  return OfFiles(directory.path());
}

// The file of a training state, which must also be readable: LoadState compares its digest.
Digest StateFile(ThreadPool& pool) {
  const TempDirectory directory;
  model::Model m = train::TinyModel(false);
  const train::TrainConfig config = train::GoldenConfig(train::Optimizer::kAdamW, 2);
  const train::GeneratedSource source(train::TinySample, 9, config.steps, 0);
  train::Trainer trainer(pool, m, config, source);
  CAIRN_CHECK(trainer.Step().ok() && trainer.Step().ok());
  CAIRN_CHECK(trainer.SaveState(directory / "state.safetensors").ok());
  model::Model other = train::TinyModel(false);
  train::Trainer reader(pool, other, config, source);
  CAIRN_CHECK(reader.LoadState(directory / "state.safetensors").ok());
  return OfFiles(directory.path());
}

std::vector<Golden> AllGoldens() {
  std::vector<Golden> goldens = KernelGoldens();
  for (Golden& golden : TrainGoldens()) goldens.push_back(std::move(golden));
  goldens.push_back({"weights/start", WeightsAtStart});
  goldens.push_back({"file/model", ModelFiles});
  goldens.push_back({"file/adapter", AdapterFiles});
  goldens.push_back({"file/state", StateFile});
  goldens.push_back({"text/tokens", Tokens});
  return goldens;
}

// The digest that every instruction set and number of threads gives, or in whose hands it differs.
std::string AgreedDigest(const Golden& golden, const std::vector<std::unique_ptr<ThreadPool>>& pools) {
  std::string agreed;
  const std::vector<std::string> targets = kernels::SupportedTargets();
  for (const std::string& target : targets) {
    CAIRN_CHECK(kernels::ForceTarget(target));
    for (const auto& pool : pools) {
      if (golden.slow && target != targets.front() && pool->size() > 1) continue;
      const std::string digest = golden.digest(*pool).Hex();
      if (agreed.empty()) agreed = digest;
      if (digest != agreed) return fmt::format("differs:{},{}-threads", target, pool->size());
    }
  }
  return agreed;
}

int PrintGoldens(const Options& options) {
  std::vector<std::unique_ptr<ThreadPool>> pools;
  for (int threads : options.threads) pools.push_back(std::make_unique<ThreadPool>(threads));
  fmt::print("# {}; {} threads\n", fmt::join(kernels::SupportedTargets(), ", "), fmt::join(options.threads, ", "));
  int status = 0;
  for (const Golden& golden : AllGoldens()) {
    if (!golden.name.starts_with(options.prefix)) continue;
    const std::string digest = AgreedDigest(golden, pools);
    if (digest.starts_with("differs")) status = 1;
    fmt::print("{} {}\n", golden.name, digest);
    std::fflush(stdout);
  }
  return status;
}

// "1,2,7"; false if it is not a list of small numbers.
bool ParseThreads(const std::string& text, std::vector<int>* threads) {
  threads->clear();
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    int n = 0;
    const auto [rest, code] = std::from_chars(at, end, n);
    if (code != std::errc() || n < 1 || n > 64) return false;
    threads->push_back(n);
    if (rest == end) return true;
    if (*rest != ',') return false;
    at = rest + 1;
  }
}

bool Parse(int argc, char** argv, Options* options) {
  int i = 1;
  if (i + 1 < argc && std::string(argv[i]) == "--threads") {
    if (!ParseThreads(argv[i + 1], &options->threads)) return false;
    i += 2;
  }
  if (i < argc) options->prefix = argv[i++];
  return i == argc && !options->prefix.starts_with("-");
}

}  // namespace
}  // namespace cairn

int main(int argc, char** argv) {
  cairn::Options options;
  if (!cairn::Parse(argc, argv, &options)) {
    fmt::print(stderr, "usage: golden_digests [--threads N,...] [PREFIX]\n");
    return 2;
  }
  return cairn::PrintGoldens(options);
}
