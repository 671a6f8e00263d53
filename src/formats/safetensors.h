// safetensors: 8-byte little-endian header length, JSON header, data. Files are hostile: every bound is checked before
// use. Rules: header <= 100,000,000 bytes, object, no duplicate keys, string-only __metadata__, tensors contiguous
// without holes or overlap, checked products, end - begin == elements * size, total == file length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace cairn::formats {

enum class DType { kF32, kF16, kBF16, kI32, kI64, kU8, kBool, kF64, kI8, kI16, kU16, kU32, kU64 };
size_t DTypeSize(DType dtype);
const char* DTypeName(DType dtype);  // "F32", "BF16", ...

struct TensorInfo {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // byte offsets in the data part
};

class SafetensorsFile {
 public:
  static Result<SafetensorsFile> Open(const std::string& path);  // memory-maps; the map lives as long as this object
  const std::map<std::string, TensorInfo>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::span<const std::byte> Data(const TensorInfo& info) const;  // as the file has them: little-endian
  // MappedFile::Forget if the bytes are in this file.
  void Forget(std::span<const std::byte> bytes) const { file_.Forget(bytes); }
  // The tensor widened exactly to f32 (F32, F16, BF16). kNotFound names the nearest tensor; kBadInput if the shape
  // differs.
  Result<std::vector<float>> ReadF32(const std::string& name, const std::vector<int64_t>& shape) const;

 private:
  SafetensorsFile(MappedFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  MappedFile file_;
  std::string path_;
  size_t data_start_ = 0;
  std::map<std::string, TensorInfo> tensors_;
  std::map<std::string, std::string> metadata_;
};

struct TensorToWrite {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // the elements as they lie in memory; the file gets them little-endian
};
// Tensors in the given order; header padded with spaces to 8 bytes; same input, same bytes. Atomic.
Result<void> WriteSafetensors(const std::string& path, std::span<const TensorToWrite> tensors,
                              const std::map<std::string, std::string>& metadata);

struct TensorLayout {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
};
// For tensors that need not be in memory together: bytes_of(i) is called once for each, in order, and what it returns
// is read before the next call.
using TensorSource = std::function<std::span<const std::byte>(size_t)>;
Result<void> WriteSafetensors(const std::string& path, std::span<const TensorLayout> tensors,
                              const std::map<std::string, std::string>& metadata, const TensorSource& bytes_of);
// A file as it is to be written or compared.
struct TensorFile {
  std::vector<TensorLayout> tensors;
  std::map<std::string, std::string> metadata = {{"format", "pt"}};  // transformers and PEFT ask for it
  TensorSource bytes_of;
};
// In what the file differs from the one that WriteSafetensors would write, for people; empty if no byte does. bytes_of
// is called as by the writer, up to the first tensor that differs.
Result<std::string> DifferenceFromWritten(const std::string& path, std::span<const TensorLayout> tensors,
                                          const std::map<std::string, std::string>& metadata,
                                          const TensorSource& bytes_of);

}  // namespace cairn::formats
