// device_profile: where the time of a training of the seed model goes on a device: waits for every launch, so kernels
// do not overlap and the whole is slower than `cairn seed train --device`, whose steps it otherwise runs. With --device
// none nothing is computed: what is left is the processor's own part.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <map>

#include "../recipes/seed/seed_training.h"
#include "bench/measure.h"
#include "device/device.h"

namespace cairn::bench {
namespace {

// Memory that nothing is written to; everything that comes from it is 0.
class NoDevice : public device::Device {
 public:
  std::string name() const override { return "no device"; }
  size_t FreeMemory() override { return size_t{1} << 36; }
  void* Allocate(size_t /*bytes*/) override { return this; }
  void Free(void* /*memory*/) override {}
  void Upload(void* /*to*/, const void* /*from*/, size_t /*bytes*/) override {}
  void Download(void* to, const void* /*from*/, size_t bytes) override { std::memset(to, 0, bytes); }
  void Copy(void* /*to*/, const void* /*from*/, size_t /*bytes*/) override {}
  void Zero(void* /*memory*/, size_t /*bytes*/) override {}
  void Launch(device::Kernel /*kernel*/, device::Grid /*grid*/, const void* /*args*/) override {}
  Result<void> Finish() override { return {}; }
};

// Another device, each call of which is waited for and timed.
class TimedDevice : public device::Device {
 public:
  explicit TimedDevice(device::Device& device) : device_(device) {}
  std::string name() const override { return device_.name(); }
  size_t FreeMemory() override { return device_.FreeMemory(); }
  void* Allocate(size_t bytes) override { return device_.Allocate(bytes); }
  void Free(void* memory) override { device_.Free(memory); }
  void Upload(void* to, const void* from, size_t bytes) override {
    Timed("upload", [&] { device_.Upload(to, from, bytes); });
  }
  void Download(void* to, const void* from, size_t bytes) override {
    Timed("download", [&] { device_.Download(to, from, bytes); });
  }
  void Copy(void* to, const void* from, size_t bytes) override {
    Timed("copy", [&] { device_.Copy(to, from, bytes); });
  }
  void Zero(void* memory, size_t bytes) override {
    Timed("zero", [&] { device_.Zero(memory, bytes); });
  }
  void Launch(device::Kernel kernel, device::Grid grid, const void* args) override {
    Timed(device::kKernelNames[static_cast<size_t>(kernel)], [&] { device_.Launch(kernel, grid, args); });
  }
  Result<void> Finish() override { return device_.Finish(); }

  void Print(double all_seconds) const {
    std::vector<std::pair<std::string, Total>> rows(totals_.begin(), totals_.end());
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.second.seconds > b.second.seconds; });
    double sum = 0;
    for (const auto& [what, total] : rows) sum += total.seconds;
    fmt::print("| call | calls | ms | us each | share |\n|---|---|---|---|---|\n");
    for (const auto& [what, total] : rows)
      fmt::print("| {} | {} | {:.1f} | {:.1f} | {:.1f} % |\n", what, total.calls, total.seconds * 1e3,
                 total.seconds * 1e6 / static_cast<double>(total.calls), 100 * total.seconds / sum);
    fmt::print("calls {:.2f} s of {:.2f} s on {}\n", sum, all_seconds, name());
  }

 private:
  struct Total {
    uint64_t calls = 0;
    double seconds = 0;
  };
  template <typename Call>
  void Timed(const char* what, const Call& call) {
    const double start = Seconds();
    call();
    (void)device_.Finish();
    Total& total = totals_[what];
    total.seconds += Seconds() - start;
    ++total.calls;
  }

  device::Device& device_;
  std::map<std::string, Total> totals_;
};

Result<void> Run(const std::string& device_name, seed::SeedOptions options, const std::string& output) {
  std::unique_ptr<device::Device> opened = std::make_unique<NoDevice>();
  if (device_name != "none") {
    CAIRN_ASSIGN(opened, device::OpenDevice(device_name));
    if (opened == nullptr) return BadInput("--device is cuda, emulator or none");
  }
  TimedDevice timed(*opened);
  options.device = &timed;
  ThreadPool pool(AvailableCpus());
  const double start = Seconds();
  auto trained = seed::TrainSeed(pool, options, output);
  timed.Print(Seconds() - start);
  return trained;
}

int Main(int argc, char** argv) {
  std::string device_name = "cuda", output;
  seed::SeedOptions options;
  CLI::App app("Where the time of a training of the seed model goes on a device.", "device_profile");
  app.add_option("--device", device_name, "cuda, emulator or none (default cuda)");
  app.add_option("--recipe", options.recipe_directory, "folder of the recipe; few steps are enough")->required();
  app.add_option("--from", options.from_model, "as in `cairn seed train`");
  app.add_option("--work", options.work_directory, "folder for checkpoints")->required();
  app.add_option("--output", output, "folder for the model")->required();
  CLI11_PARSE(app, argc, argv);
  return ExitCode("device_profile", Run(device_name, options, output));
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) { return cairn::bench::Main(argc, argv); }
