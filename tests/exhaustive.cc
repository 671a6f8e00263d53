// exhaustive [--stride N] [--threads N] [FUNCTION...]: the one-argument binary32 functions over all 2^32 inputs, or
// every N-th. Exit code 1 if an instruction set's version differs from the definition anywhere or the definition's
// error reaches the bound of docs/numerics.md. The digest of all results may be compared between machines.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "kernels/elementary_sweep.h"
#include "kernels/kernels.h"

namespace cairn {
namespace {

constexpr uint64_t kPatterns = uint64_t{1} << 32;
constexpr size_t kBlock = 1 << 16;  // inputs a thread takes at once

struct Options {
  uint64_t stride = 1;
  uint64_t threads = static_cast<uint64_t>(AvailableCpus());
  std::vector<std::string> functions;  // empty: all
};

bool ParseNumber(const char* text, uint64_t most, uint64_t* out) {
  const char* end = text + std::strlen(text);
  const auto [rest, code] = std::from_chars(text, end, *out);
  return code == std::errc() && rest == end && *out >= 1 && *out <= most;
}

bool Parse(int argc, char** argv, Options* options) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--stride" || argument == "--threads") {
      if (!(argument == "--stride" ? ParseNumber(value, kPatterns, &options->stride)
                                   : ParseNumber(value, 1024, &options->threads)))
        return false;
      ++i;
    } else if (std::ranges::any_of(kernels::SweptFunctions(), [&](const auto& f) { return f.name == argument; })) {
      options->functions.push_back(argument);
    } else {
      return false;
    }
  }
  return true;
}

// One digest over the blocks' digests in order, so that threads change nothing.
struct Swept {
  kernels::SweepFindings findings;
  Digest digest;
};
Swept SweepAll(ThreadPool& pool, const kernels::SweptFunction& function, uint64_t stride) {
  const uint64_t inputs = (kPatterns + stride - 1) / stride, blocks = (inputs + kBlock - 1) / kBlock;
  const uint64_t group = static_cast<uint64_t>(pool.size()) * 16;
  Progress progress(function.name, blocks);
  Swept swept;
  Sha256 sha;
  for (uint64_t begin = 0; begin < blocks && !Interrupted(); begin += group) {
    std::vector<Swept> parts(std::min(group, blocks - begin));
    pool.Run(parts.size(), [&](size_t i) {
      const uint64_t first = (begin + i) * kBlock;
      Sha256 part;
      parts[i].findings =
          kernels::Sweep(function, first * stride, stride, std::min<uint64_t>(kBlock, inputs - first), part);
      parts[i].digest = part.Finish();
    });
    for (const Swept& part : parts) {
      swept.findings.Add(part.findings);
      sha.Update(part.digest.Hex());
    }
    progress.Update(begin + parts.size(), fmt::format("{} differences", swept.findings.differences));
  }
  progress.Finish();
  swept.digest = sha.Finish();
  return swept;
}

// Whether all is well.
bool Report(const kernels::SweptFunction& function, const Swept& swept) {
  const kernels::SweepFindings& f = swept.findings;
  std::string versions;
  for (const auto& [target, version] : function.versions) versions += " " + target;
  fmt::print("{}: {} inputs; versions:{}; {} differ from the definition\n", function.name, f.inputs,
             versions.empty() ? " none, scalar code only" : versions, f.differences);
  if (f.differences > 0) fmt::print("  the first: {}\n", f.first);
  fmt::print("  largest error {:.6f} ulp at {:a} (bound {})\n  digest of all results {}\n", f.worst_ulp,
             static_cast<double>(f.worst_input), function.bound, swept.digest.Hex());
  return f.differences == 0 && f.worst_ulp < function.bound;
}

int Run(const Options& options) {
  ThreadPool pool(static_cast<int>(options.threads));
  InstallInterruptHandler();
  bool good = true;
  for (const kernels::SweptFunction& function : kernels::SweptFunctions()) {
    if (!options.functions.empty() && std::ranges::find(options.functions, function.name) == options.functions.end())
      continue;
    const Swept swept = SweepAll(pool, function, options.stride);
    if (Interrupted()) return 130;
    good = Report(function, swept) && good;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace cairn

int main(int argc, char** argv) {
  cairn::Options options;
  if (!cairn::Parse(argc, argv, &options)) {
    fmt::print(stderr, "usage: exhaustive [--stride N] [--threads N] [exp|log|sigmoid...]\n");
    return 2;
  }
  return cairn::Run(options);
}
