// matmul_bench: GFLOP/s of the three products of a linear layer (forward, input gradient, weight gradient), cairn
// beside OpenBLAS and oneDNN, as a share of the FMA peak that the same run measures. The libraries take turns, in an
// order that rotates, so that what disturbs the machine disturbs all. Operands are warm: the same ones are used again
// and again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "bench/gemm.h"
#include "bench/measure.h"
#include "bench/shapes.h"
#include "kernels/machine_speed.h"

namespace cairn::bench {
namespace {

struct Options {
  bool quick = false, peers = true;
  std::vector<int> threads;
  int rounds = 5;
  double block_seconds = 0.025;  // a library's turn
  std::string only, json;
};

// What a layer computes, in training's own words; all three read or write the same weight [out, in].
enum Case { kForward, kInputGradient, kWeightGradient, kCases };
constexpr const char* kCaseNames[kCases] = {"forward NT", "input gradient NN", "weight gradient TN"};

Product ProductOf(const LinearLayer& l, int which) {
  switch (which) {
    case kForward:
      return {.m = l.tokens, .n = l.out, .k = l.in, .trans_b = true};
    case kInputGradient:
      return {.m = l.tokens, .n = l.in, .k = l.out};
    default:
      return {.m = l.out, .n = l.in, .k = l.tokens, .trans_a = true, .accumulate = true};
  }
}

Result<std::vector<LinearLayer>> Layers(const Options& options) {
  std::vector<LinearLayer> layers;
  if (options.quick)
    return std::vector<LinearLayer>{{"square", 512, 512, 512}, {"skinny", 4, 2048, 2048}, {"odd", 67, 259, 131}};
  layers = {
      {"square", 2048, 2048, 2048}, {"wide", 512, 2048, 2048}, {"wide", 512, 5632, 2048}, {"wide", 512, 2048, 5632}};
  for (const char* name : {"A", "B", "C"}) {
    CAIRN_ASSIGN(Shape shape, LoadShape(name));
    for (LinearLayer& l : LinearLayers(shape)) layers.push_back(std::move(l));
  }
  for (size_t tokens : {1, 4, 16, 64}) layers.push_back({"skinny", tokens, 2048, 2048});
  layers.push_back({"skinny", 64, 32000, 512});
  return layers;
}

std::vector<float> RandomOperand(size_t n, uint64_t stream) {
  RandomStream random(1, RandomPurpose::kText, stream);
  std::vector<float> x(n);
  for (float& v : x) v = static_cast<float>(static_cast<int32_t>(random.NextU32())) * 0x1p-31f;  // [-1, 1)
  return x;
}

struct Operands {
  std::vector<float> a, b, c;
  explicit Operands(const Product& p) : a(RandomOperand(p.m * p.k, 1)), b(RandomOperand(p.k * p.n, 2)), c(p.m * p.n) {}
};

// All libraries must have computed the same product. Operands are below 1, so a sum of k products, in whatever order,
// is off by at most 8 sqrt(k) units of roundoff times k but for one in 10^13 (Higham and Mary 2019), two of them by
// twice that.
Result<void> CheckAgreement(ThreadPool& pool, const Product& p, const std::vector<GemmLibrary>& libraries,
                            Operands& x) {
  std::vector<float> first;
  const double k = static_cast<double>(p.k), bound = 2 * 8 * std::sqrt(k) * k * 0x1p-24;
  for (const GemmLibrary& library : libraries) {
    std::fill(x.c.begin(), x.c.end(), 0.0f);
    library.multiply(pool, p, x.a.data(), x.b.data(), x.c.data());
    if (first.empty()) first = x.c;
    for (size_t i = 0; i < x.c.size(); ++i)
      if (!(std::fabs(static_cast<double>(x.c[i]) - static_cast<double>(first[i])) <= bound))
        return Corrupt(fmt::format("{} and {} differ at element {} of {} x {} x {}: {} and {}", libraries[0].name,
                                   library.name, i, p.m, p.n, p.k, first[i], x.c[i]));
  }
  return {};
}

// GFLOP/s of each call of one turn: one call that warms up, unless a call is long, then as many as the time holds.
void TakeTurn(ThreadPool& pool, const Product& p, const GemmLibrary& library, Operands& x, double seconds,
              std::vector<double>& rates) {
  auto timed = [&] {
    const double start = Seconds();
    library.multiply(pool, p, x.a.data(), x.b.data(), x.c.data());
    return Seconds() - start;
  };
  double first = timed(), spent = 0;
  if (first > seconds) {
    rates.push_back(p.flops() / first * 1e-9);
    spent = first;
  }
  while (spent < seconds) {
    const double t = timed();
    spent += t;
    rates.push_back(p.flops() / t * 1e-9);
  }
  if (pool.size() > 1) Rest(library.settle_seconds);
}

struct Row {
  LinearLayer layer;
  int which = 0, threads = 0;
  std::vector<Spread> rates;  // of each library
  double peak = 0;
  double Share() const { return rates[0].median / peak; }
  // Cairn over the better peer; 0 without peers.
  double Ratio() const {
    double best = 0;
    for (size_t i = 1; i < rates.size(); ++i) best = std::max(best, rates[i].median);
    return best > 0 ? rates[0].median / best : 0;
  }
};

// peak: the greatest FMA rate that was seen so far with so many threads.
Result<Row> Measure(ThreadPool& pool, const LinearLayer& layer, int which, const std::vector<GemmLibrary>& libraries,
                    const Options& options, double& peak) {
  const Product p = ProductOf(layer, which);
  Operands x(p);
  CAIRN_TRY(CheckAgreement(pool, p, libraries, x));
  std::vector<std::vector<double>> rates(libraries.size());
  if (pool.size() > 1) Rest(libraries.back().settle_seconds);
  for (size_t round = 0; round < static_cast<size_t>(options.rounds); ++round) {
    peak = std::max(peak, kernels::FmaPeak(pool) * 1e-9);
    for (size_t i = 0; i < libraries.size(); ++i) {
      const size_t turn = (i + round) % libraries.size();
      TakeTurn(pool, p, libraries[turn], x, options.block_seconds, rates[turn]);
    }
  }
  Row row{layer, which, pool.size(), {}, peak};
  for (auto& r : rates) row.rates.push_back(SpreadOf(std::move(r)));
  return row;
}

void PrintHeader(const std::vector<GemmLibrary>& libraries, const Options& options) {
  fmt::print(
      "GFLOP/s: median (10th to 90th percentile), {} rounds, warm operands. Share: of the greatest FMA rate of as many "
      "threads, measured in every round.\n",
      options.rounds);
  for (const GemmLibrary& l : libraries) fmt::print("- {}: {}\n", l.name, l.version);
  fmt::print("\n");
  fmt::print("| layer | tokens x out x in | product | threads |");
  for (const GemmLibrary& l : libraries) fmt::print(" {} |", l.name);
  fmt::print(" peak | share |{}\n|---|---|---|---|", libraries.size() > 1 ? " ratio to the better peer |" : "");
  for (size_t i = 0; i < libraries.size(); ++i) fmt::print("---|");
  fmt::print("---|---|{}\n", libraries.size() > 1 ? "---|" : "");
}

void PrintRow(const Row& row) {
  const LinearLayer& l = row.layer;
  fmt::print("| {} | {} x {} x {} | {} | {} |", l.name, l.tokens, l.out, l.in, kCaseNames[row.which], row.threads);
  for (const Spread& s : row.rates) fmt::print(" {} |", SpreadText(s));
  fmt::print(" {:.1f} | {:.0f} % |", row.peak, 100 * row.Share());
  if (row.rates.size() > 1) fmt::print(" {:.2f} |", row.Ratio());
  fmt::print("\n");
  std::fflush(stdout);
}

Json RowToJson(const Row& row, const std::vector<GemmLibrary>& libraries) {
  Json rates;
  for (size_t i = 0; i < libraries.size(); ++i) rates[libraries[i].name] = SpreadToJson(row.rates[i]);
  return {{"layer", row.layer.name},
          {"tokens", row.layer.tokens},
          {"out", row.layer.out},
          {"in", row.layer.in},
          {"product", kCaseNames[row.which]},
          {"threads", row.threads},
          {"gflops", rates},
          {"peak_gflops", row.peak},
          {"share_of_peak", row.Share()},
          {"ratio_to_better_peer", row.Ratio() > 0 ? Json(row.Ratio()) : Json(nullptr)}};
}

void PrintSummary(const std::vector<Row>& rows) {
  double product = 0, least = 1e9;
  size_t below = 0;
  for (const Row& row : rows) {
    if (row.Ratio() == 0) return;
    product += std::log(row.Ratio());
    least = std::min(least, row.Ratio());
    below += row.Ratio() < 1;
  }
  if (rows.empty()) return;
  fmt::print("\nRatio to the better peer: geometric mean {:.2f}, least {:.2f}, below 1 in {} of {} rows.\n",
             std::exp(product / static_cast<double>(rows.size())), least, below, rows.size());
}

Result<void> Run(const Options& options) {
  CAIRN_TRY(CheckFloatEnvironment());
  CAIRN_ASSIGN(std::vector<LinearLayer> layers, Layers(options));
  const std::vector<GemmLibrary> libraries = GemmLibraries(options.peers);
  std::vector<Row> rows;
  PrintHeader(libraries, options);
  for (int threads : options.threads) {
    ThreadPool pool(threads);
    double peak = 0;
    for (const LinearLayer& layer : layers) {
      if (layer.name.find(options.only) == std::string::npos) continue;
      for (int which = 0; which < kCases; ++which) {
        CAIRN_ASSIGN(Row row, Measure(pool, layer, which, libraries, options, peak));
        PrintRow(row);
        rows.push_back(std::move(row));
      }
    }
  }
  PrintSummary(rows);
  Json json = {{"program", "matmul_bench"}, {"rows", Json::array()}};
  for (const GemmLibrary& l : libraries) json["libraries"][l.name] = l.version;
  for (const Row& row : rows) json["rows"].push_back(RowToJson(row, libraries));
  return WriteJson(options.json, json);
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("GFLOP/s of matrix products, beside OpenBLAS and oneDNN where they are built in.", "matmul_bench");
  app.add_flag("--quick", options.quick, "three small layers");
  app.add_flag_callback(
      "--no-peers", [&] { options.peers = false; }, "cairn alone");
  app.add_option("--threads", options.threads, "numbers of threads (default: 1 and all CPUs)")->delimiter(',');
  app.add_option("--rounds", options.rounds, "turns of each library")->check(CLI::Range(1, 1000));
  app.add_option("--turn-seconds", options.block_seconds, "length of a turn")->check(CLI::Range(0.0, 10.0));
  app.add_option("--only", options.only, "layers whose name holds this");
  app.add_option("--json", options.json, "write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  if (options.threads.empty()) options.threads = {1};
  if (app.count("--threads") == 0 && AvailableCpus() > 1) options.threads.push_back(AvailableCpus());
  return ExitCode("matmul_bench", Run(options));
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) { return cairn::bench::Main(argc, argv); }
