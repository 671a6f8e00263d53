// Whether a release is what its signer released, and whether its records fit each other. What only training can tell,
// project/replay.h does.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"
#include "trust/model_signing.h"
#include "trust/statement.h"

namespace cairn::project {

struct ReleaseCheck {
  std::string name;
  bool ok = false;
  std::string detail;  // what was found, or why it failed
};

struct VerifyOptions {
  std::optional<std::string> public_key_pem;  // the signer's; empty: the one inside the release
  bool allow_unsigned = false;
  bool quiet = true;                               // no progress where files are large
  std::function<void(const ReleaseCheck&)> ended;  // called with each check when it has ended: one may take long
};

struct VerifyReport {
  std::vector<ReleaseCheck> checks;
  std::optional<trust::SignatureReport> signature;  // if there is one, and it holds
  std::optional<Digest> digest;                     // of the release, if no check failed
};

// kNotFound where no release is: nothing, or a project.
Result<void> CheckIsRelease(const std::string& directory);

// A check that fails is no error: the report says so.
Result<VerifyReport> VerifyRelease(const std::string& release, const VerifyOptions& options);

// The digest of the base model. Two that differ would let each reader take another one: kCorrupt. where: of the
// provenance.
Result<std::string> BaseModelDigest(const std::vector<trust::ResourceDescriptor>& dependencies,
                                    const std::string& where);

// kCorrupt if the header of a transcript names other samples than those at `path`.
Result<void> CheckSamples(const Json& header, const Digest& samples, const std::string& path);

}  // namespace cairn::project
