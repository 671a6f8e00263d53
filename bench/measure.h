// Clocks and quantiles for the benchmarks.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace cairn::bench {

double Seconds();           // monotonic
void Rest(double seconds);  // sleeps

// What repetitions gave, without the tails that other programs on the machine cause.
struct Spread {
  double median = 0, p10 = 0, p90 = 0;
  size_t n = 0;
};
Spread SpreadOf(std::vector<double> values);  // at least one value; nearest rank
Json SpreadToJson(const Spread& spread);
std::string SpreadText(const Spread& spread);  // "101.5 (98.0-103.2)"

// What a benchmark's main returns; says what went wrong.
int ExitCode(const char* program, const Result<void>& run);
// Writes a result as indented JSON; an empty file name writes nothing.
Result<void> WriteJson(const std::string& file, const Json& json);

}  // namespace cairn::bench
