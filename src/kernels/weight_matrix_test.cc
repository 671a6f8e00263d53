#include "kernels/weight_matrix.h"

#include <algorithm>
#include <limits>

#include "kernels/test_util.h"

namespace cairn::kernels {
namespace {

constexpr WeightType kAllTypes[] = {WeightType::kF32, WeightType::kBf16, WeightType::kF16, WeightType::kQ8_0,
                                    WeightType::kQ4_0};

std::vector<std::byte> FromHex(std::string_view hex) {
  std::vector<std::byte> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}
Floats FloatsFromHex(std::string_view hex) {
  const std::vector<std::byte> bytes = FromHex(hex);
  Floats out(bytes.size() / 4);
  for (size_t i = 0; i < out.size(); ++i) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 4; ++j) bits |= static_cast<uint32_t>(bytes[i * 4 + j]) << 8 * j;
    out[i] = std::bit_cast<float>(bits);
  }
  return out;
}
Floats Widened(WeightType type, const std::vector<std::byte>& row, size_t n) {
  Floats out(n);
  WidenWeights(type, row.data(), 0, n, out.data());
  return out;
}

// Numbers made with gguf-py's quants.py of llama.cpp c392e509 (MIT), which upstream tests against ggml's C code.
constexpr std::string_view kInput =
    "19a2833f7bf3043f24ee31bf25fd173faee76e3fce60b13e6897603f06c5163fbbcf6dbe973612be83181e3f71c30cbf"
    "21e0933f346e9c3fe1d901c0b1cd88bd237a3fbf61a321bf7d2c173e9bb72abe7a39113f7cdfa53e9bddbe3e9fea47bf"
    "a550b1bed6f5ba3f33901ec02317dc3f8c2c0fbf282a973f62fb25c0c5a0d5be758f593f92dd1a3e102d823fc5a95fbf"
    "26f20ebf921e27bf1639023f5159ed3e98cbf8bde09c86bea2e194bee68eb43d137b72bf388964bd140d12be0aef09bf"
    "939d11bf403bbd3f77fe1cbf968dd33e083caf3fa2cf3d3f74daad3cf2e4813f7357b6bfc9699dbfc577cabeb07b60be"
    "3fc1c1bd6dbcf03f0631d83fc00918bda41b833ef60468bf2ebea33e02b6abbf8e3db33f92aa04bf33f00e3fcf19a7bf"
    "6a2eb23f25b31c3fd6ebfa3f52eb8c3d6344cfbfa69d48bf50a3a0bf6e19ca3fc4c01fbfe08840bf499a183f34aa883e"
    "7893fc3ee26000bfcbb4ffbf6cebadbfbf830cc0c4fca33f6624693f5051bfbed7de1f3f638c2c3f7c13233fbe6f083f"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kQ8Bytes =
    "3a253219de1d2e112b1df5f91ee5393c9dfddbe107f81c1012daef488754e53a81ec9523390a45c5dad4221ff8eeec06"
    "c0fcf6dcda64d71c5c320145a0ade5f1fa7f72fd6d240fcc12b251e220b451237104a2d3b75bdcd4220f1de38cb1814a"
    "35ea2427251f00000000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kQ8Widened =
    "00aa823f00aa023f00b431bf0092173f006c703f00b4b13e00be603f0092173f00f865be005812be00cc1c3f001e0dbf"
    "00f5943f00cc9c3f805b01c000e07abd006241bf000622bf0058123e004027be0058123f0040a73e0028bc3e009c46bf"
    "00b4b1be0028bc3f801a1ec00084db3f001e0dbf0092973f80f125c00010d1be8016583f00a4173e40ca823f80ab5fbf"
    "000f10bf00ce26bf00e5003f000beb3e00a0f2bd007a88be00a497be00f8b53d00a072bf00a072bd00a417be007a08bf"
    "000f10bf008dbd3f806e1bbf004cd43e0063ae3f008d3d3f00a0723c40ca823f00f8b5bfc0539dbf00b7ccbe007663be"
    "00f8b5bdc0baf03f8016d83f00f835bd00c6843e002466bf00549f3e009bacbf803eb33f00c604bf00a00d3f002ea8bf"
    "803eb33f00e71a3f800efa3f00a08d3d0003d0bf002947bf808aa1bf805fc93f00541fbf00bc42bf007a163f00c6843e"
    "0059003f005900bf005900c080d1aebfc0840cc000c1a33f00916a3f00bcc2be00541f3f009b2c3f00c1233f0033093f"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000";
constexpr std::string_view kQ4Bytes =
    "30356b6a867aab999b6a77d80ad66ccc027886b3a427b46c2a5b8646e9d9a9988c08198a64346955a993ad661a330dda"
    "bf78a2a5a3ae008088888888888888888888888888888888";
constexpr std::string_view kQ4Widened =
    "0000793f0000263f000026bf0000263f0000793f0000a63e0000793f0000263f0000a6be000000000000263f000026bf"
    "0000a63f0000a63f0000f9bf00000000000026bf000026bf000000000000a6be0000263f0000a63e0000a63e000026bf"
    "0000a6be0080cf3f000026c00080cf3f000026bf0000a63f000026c00000a6be00c0703f00c0703e00c0703f00c070bf"
    "00c0f0be009034bf00c0f03e00c0f03e00c070be00c070be00c070be0000008000c070bf0000008000c070be00c0f0be"
    "00c0f0be0090b43f009034bf00c0f03e0090b43f0090343f0000008000c0703f0090b4bf007896bf00c0f0be00c070be"
    "0000008000c0f03f00a8d23f0000008000808c3e00c052bf00808c3e00a0afbf00a0af3f00800cbf00800c3f00a0afbf"
    "00a0af3f00800c3f00e0f53f0000000000c0d2bf00c052bf00a0afbf00c0d23f00800cbf00c052bf00800c3f00808c3e"
    "00800c3f00800cbf00e0f5bf00a0afbf00800cc000a0af3f00c0523f00808cbe00800c3f00800c3f00800c3f00800c3f"
    "000000800000008000000080000000800000008000000080000000800000008000000080000000800000008000000080"
    "000000800000008000000080000000800000008000000080000000800000008000000080000000800000008000000080"
    "0000008000000080000000800000008000000080000000800000008000000080";
constexpr std::string_view kQ4Blocks =
    "a829ffb28db1323adec4e4c915131751d9ef72a6822420cc10e986a4ae061fad0d7b0bfdbf291f64438fe4d6274b3355"
    "9de5479131c348245f8a9036c4cfcd2f2d9ea83a77bd39ac";
constexpr std::string_view kQ4Values =
    "00609e3e00c087be0040623e00609ebe00c087be0000b53d00c0873e000035be000035be0000353d00c007be004062be"
    "000035bd00609ebe0000353d00609e3e00609e3e00c0073e0000000000c0073e004062be004062be0040623e0000353e"
    "00c0873e0000353e00609ebe00609ebe00609ebe00c007be0040623e00c0873e00b01a3e0040ce3d00404e3e0040cebd"
    "00404e3e0040cebc00404e3d0040ce3d00b01abe00404e3d007834be00e800be00e800be00b09abd00b09abd00e800be"
    "0000008000b01a3e00b01a3e0040cebd0078343e00b01abe0000008000404ebd00404ebd00404e3e0078343e00404ebd"
    "00404e3e0040ce3c00404e3e007834be00e4a03e00e037be00d865be00e4a03e00e037be00e0b7bd00e037bd00e8093e"
    "00d865be00e809be00d8653e00e809be00e037bd00e4a0be00e4a0be00d865be00e4a0be00e0b7bd00e037be00000000"
    "00e8893e00d8653e00e889be00e037be00d865be00e809be00e0373d00e8893e00e037be00e0373d00d865be00e0373e"
    "00c0ef3d0000093d000009be000009bd000089bd00c0ef3d0040ab3d00c0ef3d0040ab3d0080cd3d000000000000093d"
    "000089bc0040ab3d0000893c0000893d00804dbd000000000000893c0040abbd0000893d0000893d0000893d0080cdbd"
    "0080cdbd0000893c0000093d0040abbd000089bc00804d3d0040abbd0000093d";
constexpr std::string_view kQ8Blocks =
    "bb24909b93a5e17e4d256eb674fb0a3f2a58de9b92cca6d6fbb9a477d1091d2e35e35da95446b6dcea0b4a814c08a52d"
    "956c354b45d222c00e0adf5e0463729c8733e6cfcd288b35d95f22dcbdff86c28e58b4556a8acf3f07ed26586e07e815"
    "240bdd6d21f74d9f5e7c86c5acc17689f7e3a81bb15770a2a2eb411916c8a32ca8cb44f63fb5873f";
constexpr std::string_view kQ8Values =
    "007404c080e3eebfc0e700c0803cd7bf00a512bf80021540801fb63f00072f3f801602400007afbf002f09400038bdbd"
    "00383d3e8002953f00ae463f0024d03f00d620bf80e3eebf801602c000fc75bf00dfd4bf00ae46bf0038bdbd80eea7bf"
    "009ad9bf40bb0c4000555ebf004c2a3e002f093f009a593f00b77a3f002f09bf004261c000b73bc0007146400014c13f"
    "00fc6b3f00fcebbe007146c0c048aa4000ce4bc000a0abbe800774400059f1bfc0778f4000cf90c080200ec0801f49c0"
    "800839c000b6f63f005ab6bf00a02b40002c16bf0088d6be00fdb03f00137cc000a02bbec0bd84c080da98c000158640"
    "403da24080c308c000728b3f80660340406c8cc00071fe3f003bbbbf80096440003aa33f00d4acbf80d320c000a019bd"
    "806c92c000d314c080d288c0003c5340006e36c080084c4000717e40809f8dc0003debbf80391740006c863e006e36bf"
    "006eb63f003c534080058440006c863e007066bf00a2493f00d4ac3f003cd33e0007a8bf40d28240006d9e3f00d4acbe"
    "80912bbf005362bf80ac5e3f805fd73e0051193f80f9e53e805f57bfc032593f006a833d00b9533e009e203f001f45be"
    "c030103fc0ca1ebf006c4cbf80912b3f80912b3f0051193e8046edbe008536be009e20be006ccc3e40be293f009ea0be"
    "009e203f8078c13e003af8be0004923d80f9e5bec0e3083f40d95c3f80f9e5be";

struct Golden {
  WeightType type;
  std::string_view bytes, widened, blocks, values;
};
const Golden kGoldens[] = {{WeightType::kQ8_0, kQ8Bytes, kQ8Widened, kQ8Blocks, kQ8Values},
                           {WeightType::kQ4_0, kQ4Bytes, kQ4Widened, kQ4Blocks, kQ4Values}};

TEST(WeightMatrix, BlocksAreThoseOfGgml) {
  const Floats input = FloatsFromHex(kInput);
  for (const Golden& g : kGoldens) {
    std::vector<std::byte> got(WeightRowBytes(g.type, input.size()));
    NarrowWeights(g.type, input.data(), input.size(), got.data());
    EXPECT_EQ(got, FromHex(g.bytes)) << WeightTypeName(g.type);
    EXPECT_TRUE(SameBits(Widened(g.type, got, input.size()), FloatsFromHex(g.widened))) << WeightTypeName(g.type);
    const Floats values = FloatsFromHex(g.values);
    EXPECT_TRUE(SameBits(Widened(g.type, FromHex(g.blocks), values.size()), values)) << WeightTypeName(g.type);
  }
}

TEST(WeightMatrix, ZerosStayZeros) {
  const Floats zeros(64);
  for (WeightType type : kAllTypes) {
    std::vector<std::byte> row(WeightRowBytes(type, 64));
    NarrowWeights(type, zeros.data(), 64, row.data());
    for (float x : Widened(type, row, 64)) EXPECT_EQ(x, 0.0f) << WeightTypeName(type);
  }
}

// Blocks so small that 1 / scale would be infinite: whole numbers of zero, not what a processor makes of an infinity.
TEST(WeightMatrix, TinyBlocksBecomeZeros) {
  for (float tiny : {1e-38f, -1e-38f, std::numeric_limits<float>::denorm_min()}) {
    Floats x(64);  // a block of zeros, and one in which two elements are not
    x[40] = tiny;
    x[63] = tiny / 2;
    for (WeightType type : {WeightType::kQ8_0, WeightType::kQ4_0}) {
      std::vector<std::byte> row(WeightRowBytes(type, 64)), expected(row.size());
      NarrowWeights(type, x.data(), x.size(), row.data());
      NarrowWeights(type, Floats(64).data(), 64, expected.data());
      // The scales are zeros of either sign.
      for (size_t block : {size_t{0}, row.size() / 2}) {
        EXPECT_EQ(BlockScale(&row[block]), 0.0f) << WeightTypeName(type) << " " << tiny;
        EXPECT_TRUE(std::equal(&row[block] + 2, &row[block] + row.size() / 2, &expected[block] + 2))
            << WeightTypeName(type) << " " << tiny;
      }
      for (float w : Widened(type, row, 64)) EXPECT_EQ(w, 0.0f) << WeightTypeName(type) << " " << tiny;
    }
  }
}

// A stored matrix gives the bits of the widened f32 matrix, for few and many rows of x, in both directions.
TEST(WeightMatrix, LinearLayersEqualTheWidenedMatrix) {
  Rng rng(51);
  for (WeightType type : kAllTypes) {
    for (size_t t : {1, 3, 16, 33}) {
      const size_t k = 32 * (1 + rng() % 19) + (IsBlocked(type) ? 0 : rng() % 32);  // beyond 512: several blocks of k
      const size_t n = 32 * (1 + rng() % 3) + rng() % 7;
      const Floats w = RandomFloats(rng, n * k, Values::kPlain), x = RandomFloats(rng, t * k, Values::kPlain);
      const Floats dy = RandomFloats(rng, t * n, Values::kPlain);
      const size_t offset = 4 * (rng() % 16);  // matrices in files begin anywhere
      std::vector<std::byte> stored(offset + n * WeightRowBytes(type, k));
      NarrowWeights(type, w.data(), w.size(), stored.data() + offset);
      const WeightMatrix matrix(type, stored.data() + offset);
      Floats wide(w.size());
      for (size_t i = 0; i < n; ++i) WidenWeights(type, matrix.Row(i, k), 0, k, wide.data() + i * k);
      const std::vector<int32_t> ids = {static_cast<int32_t>(n) - 1, 0, 5};
      const Arrays out = {RandomFloats(rng, t * n, Values::kPlain), RandomFloats(rng, t * k, Values::kPlain),
                          Floats(ids.size() * k)};
      ExpectDefinition(
          out,
          [&](Arrays& a) {
            reference::Linear(x.data(), wide.data(), a[0].data(), t, k, n, true);
            reference::LinearGradInput(dy.data(), wide.data(), a[1].data(), t, k, n, false);
            reference::Embedding(wide.data(), ids.data(), a[2].data(), ids.size(), k);
          },
          [&](ThreadPool& pool, Arrays& a) {
            Linear(pool, x.data(), matrix, a[0].data(), t, k, n, true);
            LinearGradInput(pool, dy.data(), matrix, a[1].data(), t, k, n, false);
            Embedding(pool, matrix, ids.data(), a[2].data(), ids.size(), k);
          },
          WeightTypeName(type));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

// Finite halves of every size, one in 31 of them subnormal, in matrices that begin at any even byte: decoding's few
// rows, the panels of more, and rows enough to share them.
TEST(WeightMatrix, LayersOfHalvesEqualTheWidenedMatrix) {
  Rng rng(52);
  for (size_t t : {1, 2, 6, 7, 15, 16, 17, 40, 90}) {
    const size_t k = 1 + rng() % 700, n = 40 + rng() % 60, offset = rng() % 32;
    std::vector<uint16_t> halves(offset + n * k);
    for (uint16_t& half : halves) do
        half = static_cast<uint16_t>(rng());
      while ((half & 0x7C00) == 0x7C00);
    const WeightMatrix matrix(WeightType::kF16, halves.data() + offset);
    Floats wide(n * k);
    reference::F16ToF32(halves.data() + offset, wide.data(), wide.size());
    const Floats x = RandomFloats(rng, t * k, Values::kMixed), dy = RandomFloats(rng, t * n, Values::kMixed);
    const std::vector<int32_t> ids = {7, 0, static_cast<int32_t>(n) - 1};
    ExpectDefinition(
        {Floats(t * n), RandomFloats(rng, t * k, Values::kPlain), Floats(ids.size() * k)},
        [&](Arrays& a) {
          reference::Linear(x.data(), wide.data(), a[0].data(), t, k, n, false);
          reference::LinearGradInput(dy.data(), wide.data(), a[1].data(), t, k, n, true);
          reference::Embedding(wide.data(), ids.data(), a[2].data(), ids.size(), k);
        },
        [&](ThreadPool& pool, Arrays& a) {
          Linear(pool, x.data(), matrix, a[0].data(), t, k, n, false);
          LinearGradInput(pool, dy.data(), matrix, a[1].data(), t, k, n, true);
          Embedding(pool, matrix, ids.data(), a[2].data(), ids.size(), k);
        },
        std::to_string(t) + "x" + std::to_string(n) + "x" + std::to_string(k));
    if (::testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace cairn::kernels
