#include "infer/sampler.h"

#include <algorithm>
#include <cmath>

#include "base/philox.h"
#include "formats/unicode.h"
#include "kernels/kernels.h"

namespace cairn::infer {
namespace {

constexpr size_t kMaxStops = 16;

struct Entry {
  formats::TokenId id;
  float logit;
};

std::vector<Entry> EntriesOf(std::span<const float> logits) {
  std::vector<Entry> entries(logits.size());
  for (size_t i = 0; i < entries.size(); ++i) entries[i] = {static_cast<formats::TokenId>(i), logits[i]};
  return entries;
}

// Most probable first, equal ones by id.
void KeepLikeliest(size_t count, std::vector<Entry>& entries) {
  auto before = [](const Entry& a, const Entry& b) { return a.logit != b.logit ? a.logit > b.logit : a.id < b.id; };
  const auto kept = entries.begin() + static_cast<std::ptrdiff_t>(std::min(count, entries.size()));
  if (kept != entries.end()) std::nth_element(entries.begin(), kept - 1, entries.end(), before);
  std::sort(entries.begin(), kept, before);
  entries.erase(kept, entries.end());
}

// Each token once, however often it was said.
void Penalise(double penalty, std::span<const formats::TokenId> history, std::vector<Entry>& entries) {
  auto p = static_cast<float>(penalty);
  std::vector<bool> seen(entries.size());
  for (formats::TokenId id : history) {
    if (id < 0 || static_cast<size_t>(id) >= entries.size() || seen[static_cast<size_t>(id)]) continue;
    seen[static_cast<size_t>(id)] = true;
    float& logit = entries[static_cast<size_t>(id)].logit;
    logit = std::clamp(logit > 0 ? logit / p : logit * p, -3e38f, 3e38f);
  }
}

// exp(logit - max) of the entries; their sum is returned.
float Numerators(const std::vector<Entry>& entries, std::vector<float>& y) {
  std::vector<float> x(entries.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = entries[i].logit;
  y.resize(x.size());
  return kernels::SoftmaxRow(x.data(), y.data(), x.size());
}

void KeepTopP(double top_p, std::vector<Entry>& entries) {
  if (top_p >= 1) return;
  std::vector<float> y;
  float sum = Numerators(entries, y);
  float reached = 0;
  size_t n = 0;
  while (n < entries.size()) {
    reached += y[n++] / sum;
    if (reached >= static_cast<float>(top_p)) break;
  }
  entries.resize(n);
}

void KeepMinP(double min_p, std::vector<Entry>& entries) {
  if (min_p <= 0) return;
  std::vector<float> y;
  Numerators(entries, y);  // the best one's is 1
  size_t n = 1;
  while (n < entries.size() && y[n] >= static_cast<float>(min_p)) ++n;
  entries.resize(n);
}

void Temper(double temperature, std::vector<Entry>& entries) {
  auto t = static_cast<float>(temperature);
  float best = entries[0].logit;
  // Differences are divided, and bounded, so that the smallest temperature makes no infinity.
  for (Entry& e : entries) e.logit = std::max((e.logit - best) / t, -1e30f);
}

bool Within(double x, double low, double high) { return x >= low && x <= high; }  // false for NaN

}  // namespace

Result<void> SamplingOptions::Validate() const {
  if (!Within(temperature, 0, 100)) return BadInput("temperature must be between 0 and 100");
  if (temperature > 0 && temperature < 1e-6) return BadInput("temperature must be 0 or at least 0.000001");
  if (top_k < 0) return BadInput("top_k must be 0 (off) or more");
  if (!Within(top_p, 0, 1)) return BadInput("top_p must be between 0 and 1");
  if (!Within(min_p, 0, 1)) return BadInput("min_p must be between 0 and 1");
  if (!Within(repetition_penalty, 0.01, 100)) return BadInput("repetition_penalty must be between 0.01 and 100");
  if (beams < 1 || beams > kMaxBeams) return BadInput("beams must be from 1 to " + std::to_string(kMaxBeams));
  if (beams > 1 && (temperature != 0 || repetition_penalty != 1))
    return BadInput("a search with several beams needs temperature 0 and repetition_penalty 1");
  if (max_tokens < 1) return BadInput("max_tokens must be at least 1");
  if (stop.size() > kMaxStops) return BadInput("at most 16 stop texts can be given");
  for (const std::string& text : stop)
    if (text.empty() || text.size() > 1024 || !IsValidUtf8(text))
      return BadInput("a stop text must have 1 to 1024 bytes of valid UTF-8");
  return {};
}

std::vector<Candidate> SamplingCandidates(const SamplingOptions& options, std::span<const float> logits,
                                          std::span<const formats::TokenId> history) {
  CAIRN_CHECK(!logits.empty());
  std::vector<Entry> entries = EntriesOf(logits);
  if (options.repetition_penalty != 1) Penalise(options.repetition_penalty, history, entries);
  size_t keep = entries.size();
  if (options.top_k > 0) keep = static_cast<size_t>(options.top_k);
  if (options.temperature == 0) keep = 1;
  KeepLikeliest(keep, entries);
  if (options.temperature == 0) return {{entries[0].id, 1.0f}};
  KeepTopP(options.top_p, entries);
  KeepMinP(options.min_p, entries);
  Temper(options.temperature, entries);
  std::vector<float> y;
  float sum = Numerators(entries, y);
  std::vector<Candidate> candidates(entries.size());
  for (size_t i = 0; i < candidates.size(); ++i) candidates[i] = {entries[i].id, y[i] / sum};
  return candidates;
}

std::vector<ScoredToken> LikeliestTokens(std::span<const float> logits, size_t count) {
  CAIRN_CHECK(!logits.empty() && count > 0);
  std::vector<Entry> entries = EntriesOf(logits);
  std::vector<float> y;
  const float log_sum = kernels::Log(Numerators(entries, y));
  KeepLikeliest(count, entries);
  std::vector<ScoredToken> out;
  out.reserve(entries.size());
  for (const Entry& e : entries) out.push_back({e.id, e.logit - entries[0].logit - log_sum});
  return out;
}

formats::TokenId SampleToken(const SamplingOptions& options, std::span<const float> logits,
                             std::span<const formats::TokenId> history) {
  std::vector<Candidate> candidates = SamplingCandidates(options, logits, history);
  if (candidates.size() == 1) return candidates[0].id;
  double total = 0;  // close to 1; used as it is, so that rounding favours nobody
  for (const Candidate& c : candidates) total += static_cast<double>(c.probability);
  double target = RandomStream(options.seed, RandomPurpose::kSample, history.size()).Unit() * total;
  for (const Candidate& c : candidates) {
    target -= static_cast<double>(c.probability);
    if (target < 0) return c.id;
  }
  return candidates.back().id;
}

}  // namespace cairn::infer
