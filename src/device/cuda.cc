// An NVIDIA GPU through its driver's own interface (CUDA Driver API, docs.nvidia.com/cuda/cuda-driver-api). The driver
// is looked for at run time and the kernels are PTX text made by clang, so neither building nor running needs more than
// Debian's packages.
#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <type_traits>
#include <utility>

#include "device/device.h"
#ifdef CAIRN_HAS_PTX
#include "device/kernels_ptx.h"
#else
namespace cairn::device {
inline constexpr const char* kKernelsPtx = nullptr;
}
#endif

namespace cairn::device {
namespace {

using CuDevicePtr = unsigned long long;
using CuResult = int;
constexpr CuResult kSuccess = 0, kNoDevice = 100;

// What of the driver is used, by the names that its library exports.
struct Driver {
  CuResult (*cuInit)(unsigned) = nullptr;
  CuResult (*cuDeviceGet)(int*, int) = nullptr;
  CuResult (*cuDeviceGetName)(char*, int, int) = nullptr;
  CuResult (*cuDevicePrimaryCtxRetain)(void**, int) = nullptr;
  CuResult (*cuDevicePrimaryCtxRelease_v2)(int) = nullptr;
  CuResult (*cuCtxSetCurrent)(void*) = nullptr;
  CuResult (*cuCtxSynchronize)() = nullptr;
  CuResult (*cuModuleLoadDataEx)(void**, const void*, unsigned, int*, void**) = nullptr;
  CuResult (*cuModuleUnload)(void*) = nullptr;
  CuResult (*cuModuleGetFunction)(void**, void*, const char*) = nullptr;
  CuResult (*cuMemGetInfo_v2)(size_t*, size_t*) = nullptr;
  CuResult (*cuMemAlloc_v2)(CuDevicePtr*, size_t) = nullptr;
  CuResult (*cuMemFree_v2)(CuDevicePtr) = nullptr;
  CuResult (*cuMemcpyHtoD_v2)(CuDevicePtr, const void*, size_t) = nullptr;
  CuResult (*cuMemcpyDtoH_v2)(void*, CuDevicePtr, size_t) = nullptr;
  CuResult (*cuMemcpyDtoD_v2)(CuDevicePtr, CuDevicePtr, size_t) = nullptr;
  CuResult (*cuMemsetD8_v2)(CuDevicePtr, unsigned char, size_t) = nullptr;
  CuResult (*cuLaunchKernel)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**,
                             void**) = nullptr;
  CuResult (*cuGetErrorString)(CuResult, const char**) = nullptr;
};

Result<Driver> LoadDriver() {
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return NotFound("no NVIDIA driver: libcuda.so.1 cannot be loaded");
  Driver d;
  std::string missing;
  auto find = [&](const char* name, auto& function) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    if (function == nullptr) missing += std::string(" ") + name;
  };
#define CAIRN_FIND(name) find(#name, d.name)
  CAIRN_FIND(cuInit);
  CAIRN_FIND(cuDeviceGet);
  CAIRN_FIND(cuDeviceGetName);
  CAIRN_FIND(cuDevicePrimaryCtxRetain);
  CAIRN_FIND(cuDevicePrimaryCtxRelease_v2);
  CAIRN_FIND(cuCtxSetCurrent);
  CAIRN_FIND(cuCtxSynchronize);
  CAIRN_FIND(cuModuleLoadDataEx);
  CAIRN_FIND(cuModuleUnload);
  CAIRN_FIND(cuModuleGetFunction);
  CAIRN_FIND(cuMemGetInfo_v2);
  CAIRN_FIND(cuMemAlloc_v2);
  CAIRN_FIND(cuMemFree_v2);
  CAIRN_FIND(cuMemcpyHtoD_v2);
  CAIRN_FIND(cuMemcpyDtoH_v2);
  CAIRN_FIND(cuMemcpyDtoD_v2);
  CAIRN_FIND(cuMemsetD8_v2);
  CAIRN_FIND(cuLaunchKernel);
  CAIRN_FIND(cuGetErrorString);
#undef CAIRN_FIND
  if (!missing.empty()) return NotFound("the NVIDIA driver lacks" + missing);
  return d;
}

CuDevicePtr At(const void* memory) { return reinterpret_cast<CuDevicePtr>(memory); }

class Cuda : public Device {
 public:
  explicit Cuda(const Driver& driver) : d_(driver) {}
  ~Cuda() override {
    if (module_ != nullptr) d_.cuModuleUnload(module_);
    if (context_ != nullptr) d_.cuDevicePrimaryCtxRelease_v2(device_);
  }

  Result<void> Open() {
    Check(d_.cuInit(0), "no NVIDIA GPU can be used");
    if (Good()) Check(d_.cuDeviceGet(&device_, 0), "cuDeviceGet");
    if (Good()) Check(d_.cuDevicePrimaryCtxRetain(&context_, device_), "cuDevicePrimaryCtxRetain");
    if (Good()) Check(d_.cuCtxSetCurrent(context_), "cuCtxSetCurrent");
    if (Good()) LoadModule();
    for (size_t i = 0; i < functions_.size() && Good(); ++i)
      Check(d_.cuModuleGetFunction(&functions_[i], module_, kKernelNames[i]), kKernelNames[i]);
    return Finish();
  }

  std::string name() const override {
    char name[256] = "";
    d_.cuDeviceGetName(name, sizeof name, device_);
    return name;
  }
  size_t FreeMemory() override {
    size_t available = 0, total = 0;
    Check(d_.cuMemGetInfo_v2(&available, &total), "cuMemGetInfo");
    return available;
  }
  void* Allocate(size_t bytes) override {
    CuDevicePtr memory = 0;
    if (Good()) Check(d_.cuMemAlloc_v2(&memory, bytes), fmt::format("{} MB of device memory", bytes >> 20).c_str());
    return reinterpret_cast<void*>(memory);
  }
  void Free(void* memory) override { d_.cuMemFree_v2(At(memory)); }
  void Upload(void* to, const void* from, size_t bytes) override {
    if (Good() && bytes > 0) Check(d_.cuMemcpyHtoD_v2(At(to), from, bytes), "copy to the device");
  }
  void Download(void* to, const void* from, size_t bytes) override {
    if (Good() && bytes > 0) Check(d_.cuMemcpyDtoH_v2(to, At(from), bytes), "copy from the device");
  }
  void Copy(void* to, const void* from, size_t bytes) override {
    if (Good() && bytes > 0) Check(d_.cuMemcpyDtoD_v2(At(to), At(from), bytes), "copy on the device");
  }
  void Zero(void* memory, size_t bytes) override {
    if (Good() && bytes > 0) Check(d_.cuMemsetD8_v2(At(memory), 0, bytes), "memset");
  }
  void Launch(Kernel kernel, Grid grid, const void* args) override {
    if (!Good() || grid.x <= 0 || grid.y <= 0) return;
    void* parameters[] = {const_cast<void*>(args)};
    const auto i = static_cast<size_t>(kernel);
    Check(d_.cuLaunchKernel(functions_[i], static_cast<unsigned>(grid.x), static_cast<unsigned>(grid.y), 1,
                            static_cast<unsigned>(grid.threads), 1, 1, 0, nullptr, parameters, nullptr),
          kKernelNames[i]);
  }
  Result<void> Finish() override {
    if (Good() && context_ != nullptr) Check(d_.cuCtxSynchronize(), "waiting for the device");
    if (Good()) return {};
    return Error{missing_ ? ErrorCode::kNotFound : ErrorCode::kIo, failure_, {}};
  }

 private:
  // The driver compiles the kernels for the GPU that is there; what it says about them is the only hint if it cannot.
  void LoadModule() {
    constexpr int kErrorLog = 5, kErrorLogBytes = 6;  // CU_JIT_ERROR_LOG_BUFFER and its size
    std::array<char, 8192> log{};
    int options[] = {kErrorLog, kErrorLogBytes};
    void* values[] = {log.data(), reinterpret_cast<void*>(log.size())};
    Check(d_.cuModuleLoadDataEx(&module_, kKernelsPtx, 2, options, values), "compiling the kernels");
    if (!Good() && log[0] != 0) failure_ += std::string(": ") + log.data();
  }

  bool Good() const { return failure_.empty(); }
  void Check(CuResult result, const char* what) {
    if (result == kSuccess || !Good()) return;
    const char* text = nullptr;
    d_.cuGetErrorString(result, &text);
    missing_ = result == kNoDevice;
    failure_ = fmt::format("{}: {} (CUDA error {})", what, text == nullptr ? "unknown" : text, result);
  }

  const Driver d_;
  int device_ = 0;
  void *context_ = nullptr, *module_ = nullptr;
  std::array<void*, static_cast<size_t>(Kernel::kCount)> functions_{};
  std::string failure_;
  bool missing_ = false;  // there is no GPU
};

}  // namespace

const char* KernelsPtx() { return kKernelsPtx; }

Result<std::unique_ptr<Device>> OpenCuda() {
  if (KernelsPtx() == nullptr)
    return NotFound("cairn was built where clang is missing, so it has no kernels for a GPU");
  CAIRN_ASSIGN(Driver driver, LoadDriver());
  auto cuda = std::make_unique<Cuda>(driver);
  CAIRN_TRY(cuda->Open());
  return std::unique_ptr<Device>(std::move(cuda));
}

}  // namespace cairn::device
