#include "train/state_file.h"

#include <vector>

#include "base/merkle.h"
#include "formats/safetensors.h"

namespace cairn::train {

Result<Digest> StateFileDigest(const std::string& path) {
  CAIRN_ASSIGN(formats::SafetensorsFile file, formats::SafetensorsFile::Open(path));
  const auto& metadata = file.metadata();
  for (const char* key : {"step", "beta1_power", "beta2_power"})
    if (!metadata.contains(key)) return Corrupt(std::string("the training state has no ") + key, path);
  std::vector<Digest> leaves = {
      MerkleLeaf(metadata.at("step") + " " + metadata.at("beta1_power") + " " + metadata.at("beta2_power"))};
  constexpr std::string_view kValue = "value.";
  for (const auto& [full_name, info] : file.tensors()) {  // by name
    if (!full_name.starts_with(kValue)) continue;
    const std::string name = full_name.substr(kValue.size());
    Sha256 sha;
    sha.Update(name);
    for (const std::string& part : {full_name, "m." + name, "v." + name}) {
      const auto at = file.tensors().find(part);
      if (at == file.tensors().end() || at->second.dtype != formats::DType::kF32 || at->second.shape != info.shape)
        return Corrupt("the training state has no " + part + " of the right shape", path);
      sha.Update(file.Data(at->second));
    }
    leaves.push_back(sha.Finish());
  }
  return MerkleRoot(leaves);
}

}  // namespace cairn::train
