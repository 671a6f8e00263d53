// Each operation of a device beside the processor's, bit by bit: on the emulator, and on a GPU where there is one.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "base/philox.h"
#include "device/ops.h"
#include "kernels/kernels.h"
#include "kernels/reference/reference.h"

namespace cairn::train {
namespace {

using device::Buffer;
using device::Device;
using device::Transposed;
using Floats = std::vector<float>;

// Values of all sizes, zeros of both signs among them.
Floats Random(size_t n, uint64_t stream) {
  RandomStream random(7, RandomPurpose::kText, stream);
  Floats x(n);
  for (float& v : x) {
    v = static_cast<float>(static_cast<int32_t>(random.NextU32())) * 0x1p-31f;
    const uint32_t kind = random.Below(40);
    if (kind == 0) v = 0.0f;
    if (kind == 1) v = -0.0f;
    if (kind == 2) v *= 0x1p-130f;
  }
  return x;
}

Buffer<float> On(Device& device, const Floats& x) {
  Buffer<float> buffer(device);
  buffer.Put(x.data(), x.size());
  return buffer;
}
Buffer<int32_t> On(Device& device, const std::vector<int32_t>& x) {
  Buffer<int32_t> buffer(device);
  buffer.Put(x.data(), x.size());
  return buffer;
}

class DeviceOps : public testing::Test {
 protected:
  DeviceOps() : pool_(1) {
    devices_.push_back(device::OpenEmulator());
    auto gpu = device::OpenCuda();
    if (gpu.ok()) devices_.push_back(std::move(gpu).value());
  }
  void ForDevices(const std::function<void(Device&)>& test) {
    for (auto& device : devices_) test(*device);
  }
  static void Expect(Device& device, const char* what, const Buffer<float>& got, const Floats& expected) {
    Floats x(expected.size());
    got.Get(x.data(), x.size());
    ASSERT_TRUE(device.Finish().ok()) << device.Finish().error().ToString();
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_TRUE(std::memcmp(&x[i], &expected[i], sizeof(float)) == 0 ||
                  (std::isnan(x[i]) && std::isnan(expected[i])))  // payloads are not defined
          << device.name() << ": " << what << " [" << i << "] is " << x[i] << " instead of " << expected[i];
  }
  ThreadPool pool_;
  std::vector<std::unique_ptr<Device>> devices_;
};

TEST_F(DeviceOps, MatMul) {
  struct Shape {
    size_t m, n, k, offset;  // of each array from an address of 16 bytes, in elements
  };
  // Rows of whole fours and others, a last stage that is full, short or the only one, tiles of each kind that are full
  // or not.
  for (const auto& [m, n, k, offset] : std::vector<Shape>{{1, 1, 1, 0},
                                                          {4, 4, 4, 0},
                                                          {64, 64, 8, 0},
                                                          {65, 130, 9, 0},
                                                          {7, 66, 33, 0},
                                                          {130, 61, 70, 0},
                                                          {257, 72, 16, 0},
                                                          {60, 92, 44, 0},
                                                          {60, 92, 44, 1},
                                                          {200, 100, 20, 0},
                                                          {132, 100, 6, 0}}) {
    for (Transposed transposed : {Transposed::kNone, Transposed::kA, Transposed::kB}) {
      for (bool accumulate : {false, true}) {
        const Floats a = Random(offset + m * k, 1), b = Random(offset + k * n, 2), c = Random(offset + m * n, 3);
        Floats expected = c;
        kernels::MatMul(pool_,
                        {.m = m,
                         .n = n,
                         .k = k,
                         .trans_a = transposed == Transposed::kA,
                         .trans_b = transposed == Transposed::kB,
                         .accumulate = accumulate},
                        a.data() + offset, b.data() + offset, expected.data() + offset);
        ForDevices([&](Device& device) {
          const Buffer<float> da = On(device, a), db = On(device, b), first = On(device, c), second = On(device, c);
          auto task = [&](const Buffer<float>& to) {
            return device::MatMulTask{da.data() + offset,
                                      db.data() + offset,
                                      to.data() + offset,
                                      static_cast<int32_t>(m),
                                      static_cast<int32_t>(n),
                                      static_cast<int32_t>(k),
                                      0,
                                      accumulate ? 1 : 0,
                                      0};
          };
          device::MatMuls(device, transposed, {task(first), task(second)});
          Expect(device, "product", first, expected);
          Expect(device, "second product", second, expected);
        });
      }
    }
  }
}

TEST_F(DeviceOps, Norms) {
  const size_t t = 37, c = 50;
  const Floats x = Random(t * c, 1), w = Random(c, 2), dy = Random(t * c, 3), residual = Random(t * c, 4),
               dw = Random(c, 5);
  Floats y(t * c), rstd(t), dx = residual, dw_expected = dw;
  kernels::RmsNorm(pool_, x.data(), w.data(), y.data(), rstd.data(), t, c, 1e-5f);
  kernels::RmsNormBackward(pool_, dy.data(), x.data(), w.data(), rstd.data(), dx.data(), dw_expected.data(), t, c,
                           true);
  ForDevices([&](Device& device) {
    const Buffer<float> bx = On(device, x), bw = On(device, w), by = On(device, y), br = On(device, Floats(t)),
                        bdy = On(device, dy), bres = On(device, residual), bdx = On(device, x), bdw = On(device, dw);
    device::RmsNorm(device, bx.data(), bw.data(), by.data(), br.data(), t, c, 1e-5f);
    device::RmsNormBackward(device, bdy.data(), bx.data(), bw.data(), br.data(), bres.data(), bdx.data(), t, c);
    device::RmsNormGradWeights(device, {{bdy.data(), bx.data(), br.data(), bdw.data()}}, t, c);
    Expect(device, "norm", by, y);
    Expect(device, "rstd", br, rstd);
    Expect(device, "norm's input gradient", bdx, dx);
    Expect(device, "norm's weight gradient", bdw, dw_expected);
  });
}

struct AttentionCase {
  size_t dim, heads, kv_heads;
  std::vector<size_t> samples;  // their lengths
};

// Larger values make distant scores, whose probabilities are tiny or 0.
struct AttentionInputs {
  AttentionInputs(const AttentionCase& of, float size)
      : t(std::accumulate(of.samples.begin(), of.samples.end(), size_t{0})),
        q(Random(t * of.heads * of.dim, 1)),
        k(Random(t * of.kv_heads * of.dim, 2)),
        v(Random(t * of.kv_heads * of.dim, 3)),
        dout(Random(t * of.heads * of.dim, 4)) {
    for (float& x : q) x *= size;
    for (size_t n : of.samples) {
      const auto from = static_cast<int32_t>(start.size());
      start.insert(start.end(), n, from);
      end.insert(end.end(), n, from + static_cast<int32_t>(n));
    }
  }
  size_t t;
  Floats q, k, v, dout;
  std::vector<int32_t> start, end;
};

// Beside the definition: where a score is NaN, the greatest one is not the same for all instruction sets.
class DeviceAttention : public DeviceOps {
 protected:
  void Check(const AttentionCase& of, const AttentionInputs& in) {
    const auto& [dim, heads, kv_heads, samples] = of;
    const kernels::AttentionShape shape{in.t, heads, kv_heads, dim};
    Floats out(in.q.size()), stats(in.t * heads * 2), dq(in.q.size()), dk(in.k.size()), dv(in.k.size());
    kernels::reference::Attention(shape, in.start.data(), in.q.data(), in.k.data(), in.v.data(), out.data(),
                                  stats.data());
    kernels::reference::AttentionBackward(shape, in.start.data(), in.q.data(), in.k.data(), in.v.data(), out.data(),
                                          stats.data(), in.dout.data(), dq.data(), dk.data(), dv.data());
    ForDevices([&](Device& device) {
      const Buffer<int32_t> bstart = On(device, in.start), bend = On(device, in.end);
      const Buffer<float> bq = On(device, in.q), bk = On(device, in.k), bv = On(device, in.v),
                          bdout = On(device, in.dout), bout = On(device, in.q), bstats = On(device, stats),
                          bdelta = On(device, Floats(in.t * heads)), bdq = On(device, in.q), bdk = On(device, in.k),
                          bdv = On(device, in.v);
      const device::AttentionArgs args{bstart.data(),
                                       bend.data(),
                                       bq.data(),
                                       bk.data(),
                                       bv.data(),
                                       bdout.data(),
                                       bout.data(),
                                       bstats.data(),
                                       bdelta.data(),
                                       bdq.data(),
                                       bdk.data(),
                                       bdv.data(),
                                       static_cast<int32_t>(in.t),
                                       static_cast<int32_t>(heads),
                                       static_cast<int32_t>(kv_heads),
                                       1.0f / std::sqrt(static_cast<float>(dim))};
      device::Attention(device, args, dim);
      device::AttentionBackward(device, args, dim);
      Expect(device, "attention", bout, out);
      Expect(device, "softmax rows", bstats, stats);
      Expect(device, "query gradient", bdq, dq);
      Expect(device, "key gradient", bdk, dk);
      Expect(device, "value gradient", bdv, dv);
    });
  }
};

// Samples that end within tiles and with them, of one row, and of more than two tiles of any head size.
TEST_F(DeviceAttention, HasTheDefinedBits) {
  for (size_t dim : {8, 32, 64, 128}) {
    for (const std::vector<size_t>& samples :
         std::vector<std::vector<size_t>>{{1}, {5, 1, 54, 23}, {64, 32, 1, 1, 150, 22}}) {
      for (const auto& [heads, kv_heads] : std::vector<std::pair<size_t, size_t>>{{2, 2}, {3, 1}}) {
        const AttentionCase of{dim, heads, kv_heads, samples};
        SCOPED_TRACE(testing::Message() << "heads " << heads << "/" << kv_heads << " of " << dim);
        Check(of, AttentionInputs(of, 1.0f));
        if (heads == 2) Check(of, AttentionInputs(of, 300.0f));
      }
    }
  }
}

// What a row does not see must not reach it, not even as a product with 0; what it sees must.
TEST_F(DeviceAttention, SkipsWhatIsNotSeen) {
  constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  for (size_t dim : {8, 32, 64, 128}) {
    const AttentionCase of{dim, 2, 1, {20, 70, 40, 3}};
    SCOPED_TRACE(dim);
    for (float hostile : {kNan, kInf, 3e38f}) {
      for (Floats AttentionInputs::*array :
           {&AttentionInputs::q, &AttentionInputs::k, &AttentionInputs::v, &AttentionInputs::dout}) {
        AttentionInputs in(of, 1.0f);
        Floats& x = in.*array;
        for (size_t row : {20, 110}) x[x.size() / in.t * row + 3] = hostile;  // a sample's first, and one within
        Check(of, in);
      }
    }
    // Products that round to -0: sums stay -0 where nothing is added.
    AttentionInputs in(of, 1.0f);
    for (size_t i = 0; i < in.v.size(); ++i) in.v[i] = i % 3 == 0 ? 0x1p-149f : -0x1p-149f;
    for (size_t i = 0; i < in.dout.size(); ++i) in.dout[i] = i % 5 == 0 ? 0x1p-149f : -0x1p-149f;
    Check(of, in);
  }
}

TEST_F(DeviceOps, FeedForwardAndPositions) {
  const size_t t = 9, heads = 3, dim = 8, n = t * heads * dim;
  const Floats g = Random(n, 1), u = Random(n, 2), dy = Random(n, 3);
  Floats y(n), dg(n), du(n), turned = g;
  kernels::SwiGlu(pool_, g.data(), u.data(), y.data(), n);
  kernels::SwiGluBackward(pool_, dy.data(), g.data(), u.data(), dg.data(), du.data(), n);
  const kernels::RopeTable table = kernels::MakeRopeTable(16, kernels::RopeFrequencies(dim, 10000.0));
  std::vector<int32_t> positions(t);
  for (size_t i = 0; i < t; ++i) positions[i] = static_cast<int32_t>(i % 5);
  kernels::Rope(pool_, table, positions.data(), turned.data(), t, heads, dim, true);
  ForDevices([&](Device& device) {
    const Buffer<int32_t> bpositions = On(device, positions);
    const Buffer<float> bg = On(device, g), bu = On(device, u), bdy = On(device, dy), by = On(device, y),
                        bdg = On(device, y), bdu = On(device, y), bturned = On(device, g), bcos = On(device, table.cos),
                        bsin = On(device, table.sin);
    device::SwiGlu(device, bg.data(), bu.data(), by.data(), n);
    device::SwiGluBackward(device, bdy.data(), bg.data(), bu.data(), bdg.data(), bdu.data(), n);
    device::Rope(device, {bcos.data(), bsin.data(), bpositions.data(), bturned.data(), static_cast<int32_t>(t),
                          static_cast<int32_t>(heads), static_cast<int32_t>(dim), 1});
    Expect(device, "SwiGLU", by, y);
    Expect(device, "gate gradient", bdg, dg);
    Expect(device, "up gradient", bdu, du);
    Expect(device, "rotation", bturned, turned);
  });
}

TEST_F(DeviceOps, EmbeddingAndLoss) {
  const size_t t = 40, c = 33, vocab = 300;
  std::vector<int32_t> ids(t), targets(t), seen = {1, 4}, begin = {0, 0, static_cast<int32_t>(t)}, rows;
  for (size_t i = 0; i < t; ++i) ids[i] = i % 3 == 0 ? 1 : 4, targets[i] = static_cast<int32_t>(i * 7 % vocab);
  for (int32_t id : seen) {
    if (id == 4) begin[1] = static_cast<int32_t>(rows.size());
    for (size_t i = 0; i < t; ++i)
      if (ids[i] == id) rows.push_back(static_cast<int32_t>(i));
  }
  const Floats dy = Random(t * c, 1), table = Random(8 * c, 2), logits = Random(t * vocab, 3);
  Floats dtable = table, gradient = logits, loss(t);
  kernels::EmbeddingBackward(pool_, dy.data(), ids.data(), dtable.data(), t, c);
  kernels::CrossEntropy(pool_, gradient.data(), targets.data(), loss.data(), t, vocab, 0.125f, true);
  ForDevices([&](Device& device) {
    const Buffer<int32_t> bseen = On(device, seen), bbegin = On(device, begin), brows = On(device, rows),
                          btargets = On(device, targets);
    const Buffer<float> bdy = On(device, dy), btable = On(device, table), blogits = On(device, logits),
                        bloss = On(device, loss);
    device::EmbeddingBackward(
        device, {bdy.data(), bseen.data(), bbegin.data(), brows.data(), btable.data(), 2, static_cast<int32_t>(c)});
    device::CrossEntropy(device, {blogits.data(), btargets.data(), bloss.data(), static_cast<int32_t>(t),
                                  static_cast<int32_t>(vocab), 0.125f});
    Expect(device, "embedding's gradient", btable, dtable);
    Expect(device, "loss", bloss, loss);
    Expect(device, "logits' gradient", blogits, gradient);
  });
}

TEST_F(DeviceOps, SumsOfSquares) {
  const Floats x = Random(70000, 1);
  ForDevices([&](Device& device) {
    const Buffer<float> bx = On(device, x), bsums = On(device, Floats(3));
    const device::SquareSums sums({{0, 70000}, {100, 50}});
    ASSERT_EQ(sums.blocks, 3);
    sums.Launch(device, bx.data(), bsums.data());
    Expect(device, "sums of squares", bsums,
           {static_cast<float>(kernels::SumOfSquares(pool_, x.data(), 65536)),
            static_cast<float>(kernels::SumOfSquares(pool_, x.data() + 65536, 70000 - 65536)),
            static_cast<float>(kernels::SumOfSquares(pool_, x.data() + 100, 50))});
  });
}

}  // namespace
}  // namespace cairn::train
