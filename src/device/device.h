// A processor with memory of its own that runs the kernels of kernels.cu: an NVIDIA GPU through its driver, or an
// emulator on this one. Both give the bits of kernels/ (docs/numerics.md).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "device/kernel_args.h"

namespace cairn::device {

// name, its arguments, whether the threads of a block wait for each other at barriers
#define CAIRN_DEVICE_KERNELS(X)               \
  X(MatMulNN, MatMulArgs, true)               \
  X(MatMulNT, MatMulArgs, true)               \
  X(MatMulTN, MatMulArgs, true)               \
  X(RmsNormForward, RmsNormArgs, true)        \
  X(RmsNormBackward, RmsNormGradArgs, true)   \
  X(RmsNormGradWeight, NormWeightArgs, false) \
  X(Rope, RopeArgs, false)                    \
  X(SwiGlu, SwiGluArgs, false)                \
  X(SwiGluBackward, SwiGluArgs, false)        \
  X(Attention8, AttentionArgs, true)          \
  X(Attention32, AttentionArgs, true)         \
  X(Attention64, AttentionArgs, true)         \
  X(Attention128, AttentionArgs, true)        \
  X(AttentionGradQ8, AttentionArgs, true)     \
  X(AttentionGradQ32, AttentionArgs, true)    \
  X(AttentionGradQ64, AttentionArgs, true)    \
  X(AttentionGradQ128, AttentionArgs, true)   \
  X(AttentionGradKV8, AttentionArgs, true)    \
  X(AttentionGradKV32, AttentionArgs, true)   \
  X(AttentionGradKV64, AttentionArgs, true)   \
  X(AttentionGradKV128, AttentionArgs, true)  \
  X(GatherRows, RowsArgs, false)              \
  X(ScatterRows, RowsArgs, false)             \
  X(EmbeddingGrad, EmbeddingGradArgs, false)  \
  X(CrossEntropy, CrossEntropyArgs, true)     \
  X(SquaresOfBlocks, SquaresArgs, true)       \
  X(Scale, ScaleArgs, false)                  \
  X(Add, AddArgs, false)                      \
  X(AdamW, AdamWArgs, false)                  \
  X(MuonMomentum, MuonArgs, false)            \
  X(MuonNormalise, MuonArgs, false)           \
  X(MuonPolynomial, MuonArgs, false)          \
  X(MuonNext, MuonArgs, false)                \
  X(MuonUpdate, MuonArgs, false)

enum class Kernel {
#define CAIRN_KERNEL_NAME(name, Args, waits) k##name,
  CAIRN_DEVICE_KERNELS(CAIRN_KERNEL_NAME)
#undef CAIRN_KERNEL_NAME
      kCount
};

constexpr const char* kKernelNames[] = {
#define CAIRN_KERNEL_NAME(name, Args, waits) #name,
    CAIRN_DEVICE_KERNELS(CAIRN_KERNEL_NAME)
#undef CAIRN_KERNEL_NAME
};

struct Grid {
  int x = 1, y = 1, threads = 1;
};

// Calls run one after the other. Calls after a failure do nothing.
class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;
  virtual size_t FreeMemory() = 0;  // bytes
  virtual void* Allocate(size_t bytes) = 0;
  virtual void Free(void* memory) = 0;
  virtual void Upload(void* to, const void* from, size_t bytes) = 0;
  virtual void Download(void* to, const void* from, size_t bytes) = 0;  // waits for what was launched
  virtual void Copy(void* to, const void* from, size_t bytes) = 0;
  virtual void Zero(void* memory, size_t bytes) = 0;
  virtual void Launch(Kernel kernel, Grid grid, const void* args) = 0;
  // Waits until all is done; the first failure, which stays: a device that failed is used up.
  virtual Result<void> Finish() = 0;
};

// The first NVIDIA GPU, through the driver's libcuda.so.1, which is looked for at run time. kNotFound says what is
// missing.
Result<std::unique_ptr<Device>> OpenCuda();
const char* KernelsPtx();  // null where cairn was built without clang
// free_memory: what FreeMemory says.
std::unique_ptr<Device> OpenEmulator(size_t free_memory = size_t{1} << 30);
// By the name that a user gives: "cuda", "emulator" (slow, for tests), or "cpu", which is null: no device.
Result<std::unique_ptr<Device>> OpenDevice(const std::string& name);

// An array in a device's memory, of a type that can be copied byte by byte.
template <typename T>
class Buffer {
 public:
  explicit Buffer(Device& device) : device_(&device) {}
  Buffer(Buffer&& other) noexcept : device_(other.device_), data_(other.data_), size_(other.size_) {
    other.data_ = nullptr;
    other.size_ = 0;
  }
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer() {
    if (data_ != nullptr) device_->Free(data_);
  }
  // At least n elements; what was there is lost when it grows.
  void Reserve(size_t n) {
    if (n <= size_) return;
    if (data_ != nullptr) device_->Free(data_);
    data_ = static_cast<T*>(device_->Allocate(n * sizeof(T)));
    size_ = data_ != nullptr ? n : 0;
  }
  T* data() const { return data_; }
  size_t size() const { return size_; }
  void Zero() { device_->Zero(data_, size_ * sizeof(T)); }
  void Put(const T* from, size_t n) {
    Reserve(n);
    device_->Upload(data_, from, n * sizeof(T));
  }
  void Get(T* to, size_t n) const { device_->Download(to, data_, n * sizeof(T)); }

 private:
  Device* device_;
  T* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace cairn::device
