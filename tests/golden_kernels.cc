#include "golden_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/little_endian.h"
#include "base/philox.h"
#include "kernels/awkward_values.h"
#include "kernels/int8.h"
#include "kernels/kernels.h"

namespace cairn {
namespace {

using kernels::Values;
using Floats = std::vector<float>;

// What a kernel wrote, array after array.
class Results {
 public:
  void Add(Floats x) {
    for (float& f : x)
      if (std::isnan(f)) f = std::numeric_limits<float>::quiet_NaN();  // sign and payload are not defined
    HashLittleEndian(sha_, std::span<const float>(x));
  }
  template <typename T>
  void AddBits(const std::vector<T>& x) {
    HashLittleEndian(sha_, std::span<const T>(x));
  }
  Digest Finish() { return sha_.Finish(); }

 private:
  Sha256 sha_;
};

// Inputs of one operation: a stream of its own, so that a new operation moves no other digest.
class Inputs {
 public:
  Inputs(uint64_t operation, Values kind)
      : random_(operation, RandomPurpose::kText, static_cast<uint64_t>(kind)), kind_(kind) {}
  Floats Draw(size_t n) {
    Floats x(n);
    for (float& f : x) {
      const float unit = static_cast<float>(2 * random_.Unit() - 1);
      f = kernels::AwkwardValue(unit, kind_, [&](uint32_t below) { return random_.Below(below); });
    }
    return x;
  }
  Floats Positive(size_t n) {
    Floats x = Draw(n);
    for (float& f : x) f = std::fabs(f);
    return x;
  }
  std::vector<int32_t> Ids(size_t n, uint32_t below) {
    std::vector<int32_t> ids(n);
    for (int32_t& id : ids) id = static_cast<int32_t>(random_.Below(below));
    return ids;
  }

 private:
  RandomStream random_;
  Values kind_;
};

// A golden over all kinds of values; `body` draws its inputs, runs the operation and adds what it wrote.
using Body = std::function<void(ThreadPool&, Inputs&, Results&)>;
Golden OverAllValues(const std::string& name, uint64_t operation, Body body) {
  return {"kernel/" + name, [operation, body = std::move(body)](ThreadPool& pool) {
            Results results;
            for (Values kind : kernels::kAllValues) {
              Inputs inputs(operation, kind);
              body(pool, inputs, results);
            }
            return results.Finish();
          }};
}

void MatMul(ThreadPool& pool, Inputs& in, Results& out) {
  constexpr size_t kShapes[][3] = {{1, 1, 0}, {1, 65, 33}, {5, 33, 17}, {19, 40, 65}, {33, 17, 130}};
  for (const auto& [m, n, k] : kShapes) {
    for (int flags = 0; flags < 8; ++flags) {
      const kernels::MatMulShape shape{
          .m = m, .n = n, .k = k, .trans_a = (flags & 1) != 0, .trans_b = (flags & 2) != 0, .accumulate = flags >= 4};
      const Floats a = in.Draw(m * k), b = in.Draw(k * n);
      Floats c = in.Draw(m * n);
      kernels::MatMul(pool, shape, a.data(), b.data(), c.data());
      out.Add(c);
    }
  }
}

// A type of stored weight: what it widens to, and the operations that read it.
void StoredWeight(ThreadPool& pool, kernels::WeightType type, Inputs& in, Results& out) {
  const size_t t = 9, n = 40, k = 96;
  const Floats w = in.Draw(n * k), x = in.Draw(t * k), dy = in.Draw(t * n);
  const std::vector<int32_t> ids = in.Ids(t, n);
  std::vector<std::byte> stored(kernels::WeightRowBytes(type, n * k));
  kernels::NarrowWeights(type, w.data(), w.size(), stored.data());
  const kernels::WeightMatrix matrix(type, stored.data());
  Floats wide(n * k), y(t * n), dx(t * k), rows(t * k);
  kernels::WidenWeights(type, stored.data(), 0, wide.size(), wide.data());
  kernels::Linear(pool, x.data(), matrix, y.data(), t, k, n);
  kernels::LinearGradInput(pool, dy.data(), matrix, dx.data(), t, k, n, false);
  kernels::Embedding(pool, matrix, ids.data(), rows.data(), t, k);
  for (const Floats& array : {wide, y, dx, rows}) out.Add(array);
}

void StoredWeights(ThreadPool& pool, Inputs& in, Results& out) {
  for (kernels::WeightType type :
       {kernels::WeightType::kF32, kernels::WeightType::kBf16, kernels::WeightType::kQ8_0, kernels::WeightType::kQ4_0})
    StoredWeight(pool, type, in, out);
  const Floats scales = in.Draw(2000);
  std::vector<uint16_t> narrow(scales.size());
  kernels::F32ToF16(scales.data(), narrow.data(), scales.size());
  out.AddBits(narrow);
}

void HalfWeights(ThreadPool& pool, Inputs& in, Results& out) { StoredWeight(pool, kernels::WeightType::kF16, in, out); }

void Int8(ThreadPool& pool, Inputs& in, Results& out) {
  const size_t t = 9, n = 40, k = 300;
  const Floats w = in.Draw(n * k), x = in.Draw(t * k), dy = in.Draw(t * n);
  Floats y = in.Draw(t * n), dx(t * k);
  kernels::Int8Linear(pool, x.data(), kernels::NarrowToInt8(pool, w.data(), n, k, false), y.data(), t, true);
  kernels::Int8Linear(pool, dy.data(), kernels::NarrowToInt8(pool, w.data(), n, k, true), dx.data(), t);
  for (const Floats& array : {y, dx}) out.Add(array);
}

void RmsNorm(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t c : {1, 16, 33, 70}) {
    const size_t t = 20;
    const Floats x = in.Draw(t * c), w = in.Draw(c), dy = in.Draw(t * c);
    Floats y(t * c), rstd(t), dx = in.Draw(t * c), dw = in.Draw(c);
    kernels::RmsNorm(pool, x.data(), w.data(), y.data(), rstd.data(), t, c, 1e-5f);
    for (bool accumulate : {true, false}) {
      kernels::RmsNormBackward(pool, dy.data(), x.data(), w.data(), rstd.data(), dx.data(), dw.data(), t, c,
                               accumulate);
      out.Add(dx);
    }
    for (const Floats& array : {y, rstd, dw}) out.Add(array);
  }
}

void Rope(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t head_dim : {4, 20, 64}) {
    const kernels::RopeTable table = kernels::MakeRopeTable(300, kernels::RopeFrequencies(head_dim, 10000.0));
    const std::vector<int32_t> positions = in.Ids(9, 300);
    Floats x = in.Draw(9 * 2 * head_dim);
    for (bool inverse : {false, true}) {
      kernels::Rope(pool, table, positions.data(), x.data(), 9, 2, head_dim, inverse);
      out.Add(x);
    }
    out.Add(table.cos);
    out.Add(table.sin);
  }
}

void Attention(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t head_dim : {4, 20, 40}) {
    const kernels::AttentionShape s{.t = 41, .heads = 4, .kv_heads = 2, .head_dim = head_dim};
    std::vector<int32_t> start(s.t);
    for (size_t t = 0; t < s.t; ++t) start[t] = t < 3 ? 0 : t < 4 ? 3 : 4;  // segments of 3, 1 and 37 rows
    const size_t q_size = s.t * s.heads * head_dim, kv_size = s.t * s.kv_heads * head_dim;
    const Floats q = in.Draw(q_size), k = in.Draw(kv_size), v = in.Draw(kv_size), dout = in.Draw(q_size);
    Floats o(q_size), stats(s.t * s.heads * 2), dq(q_size), dk(kv_size), dv(kv_size), row(s.heads * head_dim);
    kernels::Attention(pool, s, start.data(), q.data(), k.data(), v.data(), o.data(), stats.data());
    kernels::AttentionBackward(pool, s, start.data(), q.data(), k.data(), v.data(), o.data(), stats.data(), dout.data(),
                               dq.data(), dk.data(), dv.data());
    kernels::AttentionDecode(s, s.kv_heads * head_dim, q.data(), k.data(), v.data(), row.data());
    for (const Floats& array : {o, stats, dq, dk, dv, row}) out.Add(array);
  }
}

void SwiGlu(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t n : {1, 33, 9000}) {
    const Floats g = in.Draw(n), u = in.Draw(n), dy = in.Draw(n);
    Floats y(n), dg(n), du(n);
    kernels::SwiGlu(pool, g.data(), u.data(), y.data(), n);
    kernels::SwiGluBackward(pool, dy.data(), g.data(), u.data(), dg.data(), du.data(), n);
    for (const Floats& array : {y, dg, du}) out.Add(array);
  }
}

void Embedding(ThreadPool& pool, Inputs& in, Results& out) {
  const size_t v = 40, c = 35, t = 100;
  const Floats table = in.Draw(v * c), dy = in.Draw(t * c);
  const std::vector<int32_t> ids = in.Ids(t, v);
  Floats y(t * c), dtable = in.Draw(v * c);
  kernels::Embedding(pool, table.data(), ids.data(), y.data(), t, c);
  kernels::EmbeddingBackward(pool, dy.data(), ids.data(), dtable.data(), t, c);
  out.Add(y);
  out.Add(dtable);
}

void CrossEntropy(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t v : {1, 16, 99, 300}) {
    for (bool with_gradient : {false, true}) {
      const std::vector<int32_t> targets = in.Ids(12, static_cast<uint32_t>(v));
      Floats logits = in.Draw(12 * v), loss(12);
      kernels::CrossEntropy(pool, logits.data(), targets.data(), loss.data(), 12, v, 0.125f, with_gradient);
      out.Add(loss);
      if (with_gradient) out.Add(logits);
    }
  }
}

void SoftCrossEntropy(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t v : {1, 16, 99, 300}) {
    const std::vector<int32_t> targets = in.Ids(12, static_cast<uint32_t>(v));
    Floats logits = in.Draw(12 * v), base = in.Draw(12 * v), loss(12);
    const Floats scales = in.Draw(12);
    kernels::SoftCrossEntropy(pool, logits.data(), base.data(), targets.data(), scales.data(), loss.data(), 12, v);
    out.Add(loss);
    out.Add(logits);
  }
}

void SoftmaxRow(ThreadPool&, Inputs& in, Results& out) {
  for (size_t n : {1, 16, 37, 500}) {
    const Floats x = in.Draw(n);
    Floats y(n);
    out.Add({kernels::SoftmaxRow(x.data(), y.data(), n)});
    out.Add(y);
  }
}

void AdamW(ThreadPool& pool, Inputs& in, Results& out) {
  const kernels::AdamWStep step{.learning_rate = 1e-3f,
                                .beta2 = 0.95f,
                                .weight_decay = 0.1f,
                                .correction1 = 0.19f,
                                .correction2 = 0.0975f,
                                .gradient_scale = 0.7f};
  for (size_t n : {1, 33, 9000}) {
    const Floats g = in.Draw(n);
    Floats m = in.Draw(n), v = in.Positive(n), w = in.Draw(n);
    kernels::AdamW(pool, step, g.data(), m.data(), v.data(), w.data(), n);
    for (const Floats& array : {m, v, w}) out.Add(array);
  }
}

void Sums(ThreadPool& pool, Inputs& in, Results& out) {
  for (size_t n : {1, 37, 66000}) {  // the last one has two blocks
    const Floats a = in.Draw(n);
    Floats y = in.Draw(n);
    out.AddBits(std::vector<uint64_t>{std::bit_cast<uint64_t>(kernels::SumOfSquares(pool, a.data(), n))});
    kernels::Add(pool, a.data(), y.data(), n);
    kernels::Scale(pool, 0.3f, y.data(), n);
    kernels::AddScaled(pool, -1.7f, a.data(), y.data(), n);
    out.Add(y);
  }
}

void Convert(ThreadPool&, Inputs& in, Results& out) {
  const Floats x = in.Draw(5000);
  std::vector<uint16_t> narrow(x.size()), all(65536);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  kernels::F32ToBf16(x.data(), narrow.data(), x.size());
  out.AddBits(narrow);
  Floats wide(all.size());
  kernels::Bf16ToF32(all.data(), wide.data(), all.size());
  out.Add(wide);
  kernels::F16ToF32(all.data(), wide.data(), all.size());
  out.Add(wide);
}

// Bit patterns of binary32 at equal distances, every exponent and both signs among them; NaN has no result.
Digest OverPatterns(float (*function)(float)) {
  Floats y;
  for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 65521) {
    const float x = std::bit_cast<float>(static_cast<uint32_t>(bits));
    if (!std::isnan(x)) y.push_back(function(x));
  }
  Results results;
  results.Add(std::move(y));
  return results.Finish();
}

// Sin64 and Cos64 over their range, Pow64 over bases and exponents of rotary positions and schedules.
Digest Elementary64(ThreadPool&) {
  RandomStream random(14, RandomPurpose::kText, 0);
  std::vector<uint64_t> bits;
  for (int i = 0; i < 3000; ++i) {
    const double unit = 2 * random.Unit() - 1, x = unit * (i % 3 == 0 ? 0x1p20 : i % 3 == 1 ? 1000.0 : 4.0);
    for (double y : {kernels::Sin64(x), kernels::Cos64(x), kernels::Pow64(1.5 + i, unit * 8)})
      bits.push_back(std::bit_cast<uint64_t>(y));
  }
  Results results;
  results.AddBits(bits);
  return results.Finish();
}

}  // namespace

std::vector<Golden> KernelGoldens() {
  return {
      {"elementary/exp", [](ThreadPool&) { return OverPatterns(kernels::Exp); }},
      {"elementary/log", [](ThreadPool&) { return OverPatterns(kernels::Log); }},
      {"elementary/sigmoid", [](ThreadPool&) { return OverPatterns(kernels::Sigmoid); }},
      {"elementary/binary64", Elementary64},
      OverAllValues("matmul", 1, MatMul),
      OverAllValues("stored_weights", 12, StoredWeights),
      OverAllValues("half_weights", 15, HalfWeights),
      OverAllValues("int8", 13, Int8),
      OverAllValues("rms_norm", 2, RmsNorm),
      OverAllValues("rope", 3, Rope),
      OverAllValues("attention", 4, Attention),
      OverAllValues("swiglu", 5, SwiGlu),
      OverAllValues("embedding", 6, Embedding),
      OverAllValues("cross_entropy", 7, CrossEntropy),
      OverAllValues("soft_cross_entropy", 16, SoftCrossEntropy),
      OverAllValues("softmax_row", 8, SoftmaxRow),
      OverAllValues("adamw", 9, AdamW),
      OverAllValues("sums", 10, Sums),
      OverAllValues("convert", 11, Convert),
  };
}

}  // namespace cairn
