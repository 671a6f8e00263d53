#include "formats/safetensors.h"

#include <algorithm>
#include <bit>
#include <set>
#include <string_view>

#include "base/json.h"
#include "base/little_endian.h"
#include "formats/safetensors_header.h"
#include "formats/unicode.h"

namespace cairn::formats {
namespace {

// Levenshtein distance, for names of at most 256 bytes.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

std::string Nearest(const std::map<std::string, TensorInfo>& tensors, const std::string& name) {
  std::string best;
  size_t best_distance = 257;
  size_t tried = 0;
  for (const auto& [other, info] : tensors) {
    if (other.size() > 256 || name.size() > 256 || ++tried > 10000) continue;
    size_t distance = Distance(name, other);
    if (distance < best_distance) {
      best_distance = distance;
      best = other;
    }
  }
  return best;
}

std::string ShapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

// IEEE 754 binary16 to binary32; exact, and a NaN keeps its payload and becomes quiet (docs/numerics.md).
float WidenF16(uint16_t half) {
  uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  uint32_t exponent = (half >> 10) & 0x1F, fraction = half & 0x3FF;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | (fraction ? 0x7FC00000 : 0x7F800000) | (fraction << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
  float magnitude = static_cast<float>(fraction) * 0x1p-24f;  // subnormal or zero
  return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(magnitude));
}

float WidenBF16(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

template <typename Widen>
void WidenAll(std::span<const std::byte> bytes, Widen widen, std::vector<float>* out) {
  for (size_t i = 0; i < out->size(); ++i) (*out)[i] = widen(LoadLittleEndian<uint16_t>(bytes.data() + 2 * i));
}

}  // namespace

Result<SafetensorsFile> SafetensorsFile::Open(const std::string& path) {
  CAIRN_ASSIGN(MappedFile mapped, MappedFile::Open(path));
  SafetensorsFile file(std::move(mapped), path);
  CAIRN_ASSIGN(SafetensorsHeader header, ParseSafetensorsHeader(file.file_.bytes(), path));
  file.data_start_ = header.data_start;
  file.tensors_ = std::move(header.tensors);
  file.metadata_ = std::move(header.metadata);
  return file;
}

std::span<const std::byte> SafetensorsFile::Data(const TensorInfo& info) const {
  std::span<const std::byte> data = file_.bytes().subspan(data_start_);
  CAIRN_CHECK(info.begin <= info.end && info.end <= data.size());
  return data.subspan(info.begin, info.end - info.begin);
}

Result<std::vector<float>> SafetensorsFile::ReadF32(const std::string& name, const std::vector<int64_t>& shape) const {
  auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    std::string nearest = Nearest(tensors_, name);
    return NotFound("no tensor \"" + name + "\"" + (nearest.empty() ? "" : "; the nearest is \"" + nearest + "\""),
                    path_);
  }
  const TensorInfo& info = found->second;
  if (info.shape != shape)
    return BadInput("tensor \"" + name + "\" has the shape " + ShapeText(info.shape) + ", not " + ShapeText(shape),
                    path_);
  std::span<const std::byte> bytes = Data(info);
  std::vector<float> values(bytes.size() / DTypeSize(info.dtype));
  if (info.dtype == DType::kF32) {
    CopyLittleEndian(bytes, std::span(values));
  } else if (info.dtype == DType::kF16) {
    WidenAll(bytes, WidenF16, &values);
  } else if (info.dtype == DType::kBF16) {
    WidenAll(bytes, WidenBF16, &values);
  } else {
    return Unsupported("tensor \"" + name + "\" holds " + DTypeName(info.dtype) + ", not F32, F16 or BF16", path_);
  }
  return values;
}

namespace {

uint64_t ByteSize(const TensorLayout& tensor, bool& fits) {
  uint64_t size = DTypeSize(tensor.dtype);
  for (int64_t dim : tensor.shape)
    fits = fits && dim >= 0 && !__builtin_mul_overflow(size, static_cast<uint64_t>(dim), &size);
  return size;
}

// The file up to the tensors' bytes; sizes: of each tensor.
Result<std::string> Head(std::span<const TensorLayout> tensors, const std::map<std::string, std::string>& metadata,
                         const std::string& path, std::vector<uint64_t>& sizes) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::set<std::string> names = {"__metadata__"};
  uint64_t at = 0;
  for (const TensorLayout& tensor : tensors) {
    if (!IsValidUtf8(tensor.name) || !names.insert(tensor.name).second)
      return BadInput("the tensor name \"" + tensor.name + "\" is taken, reserved or not UTF-8", path);
    bool fits = true;
    const uint64_t size = ByteSize(tensor, fits);
    if (!fits) return BadInput("tensor \"" + tensor.name + "\" cannot have the shape " + ShapeText(tensor.shape), path);
    header[tensor.name] = {
        {"dtype", DTypeName(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {at, at + size}}};
    at += size;
    sizes.push_back(size);
  }
  std::string text = header.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string head;
  for (size_t i = 0; i < 8; ++i) head.push_back(static_cast<char>(text.size() >> (8 * i)));
  return head + text;
}

// The bytes of tensor i as the file has them; `turned` holds them where the machine has them otherwise.
Result<std::string_view> FileBytes(const TensorLayout& tensor, std::span<const std::byte> bytes, uint64_t size,
                                   const std::string& path, std::string& turned) {
  if (bytes.size() != size)
    return BadInput("tensor \"" + tensor.name + "\" of shape " + ShapeText(tensor.shape) + " comes with " +
                        std::to_string(bytes.size()) + " bytes",
                    path);
  if constexpr (kLittleEndianMachine) return std::string_view(reinterpret_cast<const char*>(bytes.data()), size);
  turned.clear();
  AppendLittleEndian(bytes, DTypeSize(tensor.dtype), &turned);
  return std::string_view(turned);
}

// In what the header of a file differs from that of these tensors, of which it has not the bytes.
std::string HeaderDifference(const SafetensorsFile& file, std::span<const TensorLayout> tensors,
                             const std::map<std::string, std::string>& metadata) {
  std::set<std::string> names;
  for (const TensorLayout& tensor : tensors) {
    names.insert(tensor.name);
    auto found = file.tensors().find(tensor.name);
    if (found == file.tensors().end()) return "the tensor " + tensor.name + " is missing";
    if (found->second.dtype != tensor.dtype)
      return "the tensor " + tensor.name + " is " + DTypeName(found->second.dtype) + ", not " + DTypeName(tensor.dtype);
    if (found->second.shape != tensor.shape)
      return "the tensor " + tensor.name + " has the shape " + ShapeText(found->second.shape) + ", not " +
             ShapeText(tensor.shape);
  }
  for (const auto& [name, info] : file.tensors())
    if (!names.contains(name)) return "the tensor " + name + " should not be there";
  if (file.metadata() != metadata) return "its __metadata__ is not what cairn writes";
  return "its header is not written as cairn writes it";
}

}  // namespace

Result<void> WriteSafetensors(const std::string& path, std::span<const TensorLayout> tensors,
                              const std::map<std::string, std::string>& metadata, const TensorSource& bytes_of) {
  std::vector<uint64_t> sizes;
  CAIRN_ASSIGN(std::string head, Head(tensors, metadata, path, sizes));
  CAIRN_ASSIGN(AtomicFile file, AtomicFile::Create(path));
  CAIRN_TRY(file.Append(head));
  std::string turned;
  for (size_t i = 0; i < tensors.size(); ++i) {
    CAIRN_ASSIGN(std::string_view bytes, FileBytes(tensors[i], bytes_of(i), sizes[i], path, turned));
    CAIRN_TRY(file.Append(bytes));
  }
  return file.Commit();
}

Result<std::string> DifferenceFromWritten(const std::string& path, std::span<const TensorLayout> tensors,
                                          const std::map<std::string, std::string>& metadata,
                                          const TensorSource& bytes_of) {
  std::vector<uint64_t> sizes;
  CAIRN_ASSIGN(std::string head, Head(tensors, metadata, path, sizes));
  CAIRN_ASSIGN(MappedFile file, MappedFile::Open(path));
  std::span<const std::byte> rest = file.bytes();
  // Whether the file goes on with these bytes; then `rest` is what follows them.
  auto follows = [&](std::string_view bytes) {
    const std::string_view there(reinterpret_cast<const char*>(rest.data()), rest.size());
    if (!there.starts_with(bytes)) return false;
    file.Forget(rest.first(bytes.size()));
    rest = rest.subspan(bytes.size());
    return true;
  };
  if (!follows(head)) {
    CAIRN_ASSIGN(SafetensorsFile parsed, SafetensorsFile::Open(path));
    return HeaderDifference(parsed, tensors, metadata);
  }
  std::string turned;
  for (size_t i = 0; i < tensors.size(); ++i) {
    CAIRN_ASSIGN(std::string_view bytes, FileBytes(tensors[i], bytes_of(i), sizes[i], path, turned));
    if (!follows(bytes)) return "the values of the tensor " + tensors[i].name + " differ";
  }
  return std::string(rest.empty() ? "" : "bytes follow the last tensor");
}

Result<void> WriteSafetensors(const std::string& path, std::span<const TensorToWrite> tensors,
                              const std::map<std::string, std::string>& metadata) {
  std::vector<TensorLayout> layouts;
  for (const TensorToWrite& t : tensors) layouts.push_back({t.name, t.dtype, t.shape});
  return WriteSafetensors(path, layouts, metadata, [&](size_t i) { return tensors[i].bytes; });
}

}  // namespace cairn::formats
