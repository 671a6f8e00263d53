#include "device/device.h"

namespace cairn::device {

Result<std::unique_ptr<Device>> OpenDevice(const std::string& name) {
  if (name == "cpu") return std::unique_ptr<Device>();
  if (name == "emulator") return OpenEmulator();
  if (name == "cuda") return OpenCuda();
  return BadInput("--device is cpu, cuda or emulator");
}

}  // namespace cairn::device
