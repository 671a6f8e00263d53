// The text of model.sig: a Sigstore bundle around a DSSE envelope around an in-toto statement whose predicate lists the
// files. Follows ossf/model-signing-spec v1.0 (method `files`, SHA-256, key signatures) and where that is silent the
// reference tool, sigstore/model-transparency v1.1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "trust/dsse.h"

namespace cairn::trust {

struct SignedFile {
  std::string name;  // relative, '/'-separated, UTF-8
  Digest digest;
};

// The in-toto statement of a model signature.
struct Manifest {
  std::string model_name;  // informational
  std::vector<SignedFile> files;
  std::vector<std::string> ignore_paths;
};

// SHA-256 over the raw digests of the files in the order of the list. It binds no names; the signature does.
Digest RootDigest(const std::vector<SignedFile>& files);

// Whether a file name may stand in a manifest: relative, UTF-8, no empty, "." or ".." component, no backslash and no
// control character.
bool IsSafeName(std::string_view name);

// Canonical statement: compact JSON, keys sorted, files in the order given.
std::string ManifestToStatement(const Manifest& manifest);
// Refuses what the specification forbids and what would let a signature say less than it seems to: unsafe or repeated
// names, an empty list, an ignore path that covers everything, a root digest that is not that of the list. kUnsupported
// for shards, other hashes and followed symbolic links.
Result<Manifest> ParseStatement(std::string_view statement, const std::string& where);

// hint: PublicKey::Hint of the signer.
std::string BundleToText(const Envelope& envelope, const std::string& hint);

struct Bundle {
  std::string hint;  // empty in bundles of tool versions before 1.1
  Envelope envelope;
};
// Unknown members, several signatures and messages without an envelope are refused; kUnsupported for certificate and
// keyless bundles and for log entries, none of which cairn checks.
Result<Bundle> ParseBundle(std::string_view text, const std::string& where);

}  // namespace cairn::trust
