#include "bench/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/check.h"
#include "base/file.h"

namespace cairn::bench {

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

void Rest(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

Spread SpreadOf(std::vector<double> values) {
  CAIRN_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  auto at = [&](double q) { return values[static_cast<size_t>(q * static_cast<double>(values.size() - 1) + 0.5)]; };
  return {at(0.5), at(0.1), at(0.9), values.size()};
}

Json SpreadToJson(const Spread& s) { return {{"median", s.median}, {"p10", s.p10}, {"p90", s.p90}, {"n", s.n}}; }

std::string SpreadText(const Spread& s) { return fmt::format("{:.1f} ({:.1f}-{:.1f})", s.median, s.p10, s.p90); }

int ExitCode(const char* program, const Result<void>& run) {
  if (run.ok()) return 0;
  fmt::print(stderr, "{}: {}\n", program, run.error().ToString());
  return ExitCodeOf(run.error().code);
}

Result<void> WriteJson(const std::string& file, const Json& json) {
  if (file.empty()) return {};
  return WriteFileAtomic(file, PrettyJson(json));
}

}  // namespace cairn::bench
