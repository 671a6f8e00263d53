#include "formats/safetensors_header.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"

namespace cairn::formats {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;

struct DTypeRow {
  DType dtype;
  const char* name;
  size_t size;
};
constexpr std::array<DTypeRow, 13> kDTypes = {{{DType::kF32, "F32", 4},
                                               {DType::kF16, "F16", 2},
                                               {DType::kBF16, "BF16", 2},
                                               {DType::kI32, "I32", 4},
                                               {DType::kI64, "I64", 8},
                                               {DType::kU8, "U8", 1},
                                               {DType::kBool, "BOOL", 1},
                                               {DType::kF64, "F64", 8},
                                               {DType::kI8, "I8", 1},
                                               {DType::kI16, "I16", 2},
                                               {DType::kU16, "U16", 2},
                                               {DType::kU32, "U32", 4},
                                               {DType::kU64, "U64", 8}}};

const DTypeRow& RowOf(DType dtype) {
  for (const DTypeRow& row : kDTypes)
    if (row.dtype == dtype) return row;
  CAIRN_CHECK(false);
}

Result<DType> ReadDType(const Json& json, const std::string& tensor, const std::string& where) {
  if (!json.is_string()) return BadInput("tensor \"" + tensor + "\": \"dtype\" must be a string", where);
  const std::string& name = json.get_ref<const std::string&>();
  for (const DTypeRow& row : kDTypes)
    if (name == row.name) return row.dtype;
  return Unsupported("tensor \"" + tensor + "\" has elements of type \"" + name + "\"", where);
}

// Elements times their size; nullopt if it does not fit into 64 bits.
std::optional<uint64_t> ByteCount(const TensorInfo& info) {
  uint64_t bytes = DTypeSize(info.dtype);
  for (int64_t dim : info.shape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes)) return std::nullopt;
  return bytes;
}

Result<TensorInfo> ReadTensor(const std::string& name, const Json& json, const std::string& where) {
  auto bad = [&](const std::string& what) { return BadInput("tensor \"" + name + "\": " + what, where); };
  if (!json.is_object()) return bad("its entry must be an object");
  for (const auto& [key, value] : json.items())
    if (key != "dtype" && key != "shape" && key != "data_offsets") return bad("unknown field \"" + key + "\"");
  auto dtype = json.find("dtype"), shape = json.find("shape"), offsets = json.find("data_offsets");
  if (dtype == json.end() || shape == json.end() || offsets == json.end())
    return bad("dtype, shape and data_offsets must all be there");
  TensorInfo info;
  CAIRN_ASSIGN(info.dtype, ReadDType(*dtype, name, where));
  if (!shape->is_array()) return bad("\"shape\" must be a list");
  for (const Json& dim : *shape) {
    if (!dim.is_number_unsigned() || dim.get<uint64_t>() > std::numeric_limits<int64_t>::max())
      return bad("a dimension is not a non-negative integer");
    info.shape.push_back(dim.get<int64_t>());
  }
  if (!offsets->is_array() || offsets->size() != 2 || !(*offsets)[0].is_number_unsigned() ||
      !(*offsets)[1].is_number_unsigned())
    return bad("\"data_offsets\" must be two non-negative integers");
  info.begin = (*offsets)[0].get<uint64_t>();
  info.end = (*offsets)[1].get<uint64_t>();
  std::optional<uint64_t> bytes = ByteCount(info);
  if (!bytes) return Corrupt("tensor \"" + name + "\": its shape overflows 64 bits", where);
  if (info.end < info.begin || info.end - info.begin != *bytes)
    return Corrupt("tensor \"" + name + "\": offsets " + std::to_string(info.begin) + " to " +
                       std::to_string(info.end) + " do not hold the " + std::to_string(*bytes) + " bytes of its shape",
                   where);
  return info;
}

Result<void> ReadMetadata(const Json& json, SafetensorsHeader* header, const std::string& where) {
  if (!json.is_object()) return BadInput("\"__metadata__\" must be an object", where);
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) return BadInput("metadata \"" + key + "\" is not a string", where);
    header->metadata[key] = value.get<std::string>();
  }
  return {};
}

// Tensors fill the data part from its first byte to its last, without holes and without sharing bytes.
Result<void> CheckLayout(const SafetensorsHeader& header, uint64_t data_size, const std::string& where) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, info] : header.tensors) ranges.emplace_back(info.begin, info.end);
  std::sort(ranges.begin(), ranges.end());
  uint64_t at = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != at)
      return Corrupt("tensors leave a hole or overlap at byte " + std::to_string(begin) + " of the data", where);
    at = end;
  }
  if (at != data_size)
    return Corrupt("the tensors take " + std::to_string(at) + " bytes, but the file holds " +
                       std::to_string(data_size) + " bytes of data; is it complete?",
                   where);
  return {};
}

// What Git leaves in the place of a large file that was not fetched.      Source: git-lfs, docs/spec.md.
bool IsLfsPointer(std::span<const std::byte> file) {
  constexpr std::string_view kStart = "version https://git-lfs.github.com/spec/";
  return std::string_view(reinterpret_cast<const char*>(file.data()), file.size()).starts_with(kStart);
}

}  // namespace

size_t DTypeSize(DType dtype) { return RowOf(dtype).size; }
const char* DTypeName(DType dtype) { return RowOf(dtype).name; }

Result<SafetensorsHeader> ParseSafetensorsHeader(std::span<const std::byte> file, const std::string& where) {
  if (IsLfsPointer(file))
    return BadInput("a pointer of Git LFS stands here in the place of the weights; run git lfs pull in its folder",
                    where);
  if (file.size() < 8) return Corrupt("shorter than the 8 bytes of a safetensors header length", where);
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= static_cast<uint64_t>(file[i]) << (8 * i);
  if (length > kMaxHeader) return Corrupt("a header of " + std::to_string(length) + " bytes; at most 100000000", where);
  if (length > file.size() - 8)
    return Corrupt(
        "the header says " + std::to_string(length) + " bytes, but only " + std::to_string(file.size() - 8) + " follow",
        where);
  std::string_view text(reinterpret_cast<const char*>(file.data()) + 8, length);
  CAIRN_ASSIGN(Json json, ParseJson(text, where + " (header)"));
  if (!json.is_object()) return BadInput("the header must be a JSON object", where);
  SafetensorsHeader header;
  header.data_start = 8 + length;
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__") {
      CAIRN_TRY(ReadMetadata(value, &header, where));
      continue;
    }
    CAIRN_ASSIGN(header.tensors[name], ReadTensor(name, value, where));
  }
  CAIRN_TRY(CheckLayout(header, file.size() - header.data_start, where));
  return header;
}

}  // namespace cairn::formats
