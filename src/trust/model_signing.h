// Signing and checking a release directory in the OpenSSF model-signing format v1.0 (trust/bundle.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "trust/bundle.h"
#include "trust/file_digests.h"
#include "trust/key.h"

namespace cairn::trust {

inline constexpr std::string_view kSignatureFile = "model.sig";
// The signer's public key, put into the release and signed with it. It proves that nothing changed since somebody
// signed, not who that was.
inline constexpr std::string_view kReleaseKeyFile = "cairn.pub";

// Whether `name` is one of `paths` or lies below one of them. No patterns.
bool IsBelowAny(std::string_view name, const std::vector<std::string>& paths);
// Top-level names that no signature covers: model.sig, .git, .gitattributes, .github, .gitignore.
const std::vector<std::string>& AlwaysIgnoredPaths();

// Hashes every regular file below dir except the ignored ones; names in byte order, which is the specification's code
// point order. kBadInput for a symbolic link, a special file, an unsafe name or an empty directory.
Result<Manifest> BuildManifest(const std::string& dir, const std::vector<std::string>& ignore_paths,
                               const FileDigests& digests = {});

// Writes dir/cairn.pub and dir/model.sig; both appear whole or not at all. The release must be complete.
Result<Manifest> SignDirectory(const std::string& dir, const PrivateKey& key, const FileDigests& digests = {});

struct SignatureReport {
  std::string key_hint;                     // PublicKey::Hint of the key that the signature fits
  bool self_signed = false;                 // the key came from the release itself
  std::string note;                         // for people; empty unless self_signed
  std::string model_name;                   // as signed, informational
  Digest root;                              // of the list of files
  std::vector<SignedFile> files;            // signed and found equal
  std::vector<std::string> unsigned_files;  // present but ignored by the signature, model.sig aside
};

// Checks dir/model.sig and every file. public_key_pem: the key expected; without it dir/cairn.pub is taken and the
// report says so. ignore_paths: further paths to leave out, for bundles of other tools. digests: shared with other
// checks of the same files. Errors name every missing and unsigned file, or if there is none, for which nothing is
// hashed, every changed one (kCorrupt); kDenied for a wrong signature or key; kNotFound without model.sig.
Result<SignatureReport> VerifyDirectory(const std::string& dir,
                                        const std::optional<std::string>& public_key_pem = std::nullopt,
                                        const std::vector<std::string>& ignore_paths = {},
                                        const FileDigests& digests = {});

// A bundle may name ignore paths of its own. kDenied, naming the first, if that leaves a file of dir unsigned that is
// not below AlwaysIgnoredPaths().
Result<void> CheckNothingElseUnsigned(const SignatureReport& report, const std::string& dir);

}  // namespace cairn::trust
