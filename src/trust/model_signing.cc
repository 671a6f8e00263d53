#include "trust/model_signing.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/file.h"

namespace cairn::trust {
namespace {

constexpr uint64_t kMaxBundleBytes = uint64_t{64} << 20;
constexpr size_t kMaxNamed = 10;

std::string Join(const std::string& dir, std::string_view name) { return dir + "/" + std::string(name); }

// The last component of the directory's absolute path: a name for people, no place on this machine.
std::string BaseName(const std::string& dir) {
  std::error_code code;
  std::filesystem::path path = std::filesystem::weakly_canonical(dir, code);
  std::string name = path.filename().string();
  return code || !IsSafeName(name) ? "model" : name;
}

// Files of dir, split into those a signature must cover and those it ignores.
struct Listing {
  std::vector<std::string> covered, ignored;
};
Result<Listing> List(const std::string& dir, const std::vector<std::string>& ignore_paths) {
  CAIRN_ASSIGN(std::vector<std::string> names, ListFiles(dir));
  Listing listing;
  for (std::string& name : names) {
    if (!IsSafeName(name))
      return BadInput("a release file needs a name in UTF-8 without backslash or control characters", Join(dir, name));
    bool ignored = IsBelowAny(name, AlwaysIgnoredPaths()) || IsBelowAny(name, ignore_paths);
    (ignored ? listing.ignored : listing.covered).push_back(std::move(name));
  }
  return listing;
}

Result<Listing> ListToSign(const std::string& dir, const std::vector<std::string>& ignore_paths) {
  CAIRN_ASSIGN(Listing listing, List(dir, ignore_paths));
  if (listing.covered.empty()) return BadInput("there is no file to sign", dir);
  return listing;
}

Error NotAsSigned(const std::vector<std::string>& faults, const std::string& dir) {
  std::string message = "the release is not what was signed: ";
  for (size_t i = 0; i < std::min(faults.size(), kMaxNamed); ++i) message += (i ? "; " : "") + faults[i];
  if (faults.size() > kMaxNamed) message += "; and " + std::to_string(faults.size() - kMaxNamed) + " more";
  return Corrupt(std::move(message), dir);
}

// What programs leave behind that fetched the release or looked into it.
std::string LeftByTool(const std::string& name) {
  const bool left = name.starts_with(".cache/") || name.ends_with(".DS_Store");
  return left ? " (the program that fetched the release or showed it left this; delete it)" : "";
}

// Every name that only one side has: said before the first file is hashed, which may take long.
Result<void> CompareNames(const std::string& dir, const std::vector<SignedFile>& signed_files,
                          const std::vector<std::string>& present) {
  std::vector<std::string> faults;
  std::set<std::string> there(present.begin(), present.end());
  for (const SignedFile& file : signed_files)
    if (there.erase(file.name) == 0) faults.push_back(file.name + " is missing");
  for (const std::string& name : there) faults.push_back(name + " is not signed" + LeftByTool(name));
  if (faults.empty()) return {};
  return NotAsSigned(faults, dir);
}

// Everything that differs between what was signed and what is there, by name.
Result<void> Compare(const std::string& dir, const std::vector<SignedFile>& signed_files,
                     const std::vector<std::string>& present, const FileDigests& digests) {
  CAIRN_TRY(CompareNames(dir, signed_files, present));
  std::vector<std::string> faults;
  for (const SignedFile& file : signed_files) {
    CAIRN_ASSIGN(Digest digest, digests.Of(Join(dir, file.name)));
    if (digest != file.digest)
      faults.push_back(file.name + " was changed (signed sha256 " + file.digest.Hex() + ", found " + digest.Hex() +
                       ")");
  }
  if (faults.empty()) return {};
  return NotAsSigned(faults, dir);
}

Result<PublicKey> KeyFor(const std::string& dir, const std::optional<std::string>& pem) {
  if (pem) return PublicKey::FromPem(*pem, "the public key");
  std::string path = Join(dir, kReleaseKeyFile);
  if (!PathExists(path))
    return NotFound("the release holds no " + std::string(kReleaseKeyFile) + "; give the signer's key with --key", dir);
  return LoadPublicKey(path);
}

}  // namespace

bool IsBelowAny(std::string_view name, const std::vector<std::string>& paths) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return name.starts_with(path) && (name.size() == path.size() || name[path.size()] == '/');
  });
}

const std::vector<std::string>& AlwaysIgnoredPaths() {
  static const std::vector<std::string> paths = {std::string(kSignatureFile), ".git", ".gitattributes", ".github",
                                                 ".gitignore"};
  return paths;
}

Result<Manifest> BuildManifest(const std::string& dir, const std::vector<std::string>& ignore_paths,
                               const FileDigests& digests) {
  CAIRN_ASSIGN(Listing listing, ListToSign(dir, ignore_paths));
  Manifest manifest;
  manifest.model_name = BaseName(dir);
  manifest.ignore_paths = AlwaysIgnoredPaths();
  for (const std::string& path : ignore_paths)
    if (!IsBelowAny(path, manifest.ignore_paths)) manifest.ignore_paths.push_back(path);
  for (std::string& name : listing.covered) {
    CAIRN_ASSIGN(Digest digest, digests.Of(Join(dir, name)));
    manifest.files.push_back({std::move(name), digest});
  }
  return manifest;
}

Result<Manifest> SignDirectory(const std::string& dir, const PrivateKey& key, const FileDigests& digests) {
  CAIRN_TRY(ListToSign(dir, {}));  // an empty or unsuitable directory stays as it is
  PublicKey public_key = key.Public();
  CAIRN_TRY(WriteFileAtomic(Join(dir, kReleaseKeyFile), public_key.Pem()));
  CAIRN_ASSIGN(Manifest manifest, BuildManifest(dir, {}, digests));
  Envelope envelope = SignEnvelope(kInTotoPayloadType, ManifestToStatement(manifest), key);
  CAIRN_TRY(WriteFileAtomic(Join(dir, kSignatureFile), BundleToText(envelope, public_key.Hint())));
  return manifest;
}

Result<SignatureReport> VerifyDirectory(const std::string& dir, const std::optional<std::string>& public_key_pem,
                                        const std::vector<std::string>& ignore_paths, const FileDigests& digests) {
  std::string path = Join(dir, kSignatureFile);
  if (!PathExists(path)) return NotFound("not signed: there is no " + std::string(kSignatureFile), dir);
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxBundleBytes));
  CAIRN_ASSIGN(Bundle bundle, ParseBundle(text, path));
  CAIRN_ASSIGN(PublicKey key, KeyFor(dir, public_key_pem));
  SignatureReport report;
  report.key_hint = key.Hint();
  if (!bundle.hint.empty() && bundle.hint != report.key_hint)
    return Denied(
        "signed with another key: the signature names " + bundle.hint + ", the key given is " + report.key_hint, path);
  CAIRN_TRY(VerifyEnvelope(bundle.envelope, kInTotoPayloadType, key, path));
  CAIRN_ASSIGN(Manifest manifest, ParseStatement(bundle.envelope.payload, path));
  std::vector<std::string> ignored = manifest.ignore_paths;
  ignored.insert(ignored.end(), ignore_paths.begin(), ignore_paths.end());
  CAIRN_ASSIGN(Listing listing, List(dir, ignored));
  CAIRN_TRY(Compare(dir, manifest.files, listing.covered, digests));

  report.self_signed = !public_key_pem.has_value();
  if (report.self_signed) report.note = "self-signed: give --key to check who signed";
  report.model_name = std::move(manifest.model_name);
  report.root = RootDigest(manifest.files);
  report.files = std::move(manifest.files);
  for (std::string& name : listing.ignored)
    if (name != kSignatureFile) report.unsigned_files.push_back(std::move(name));
  return report;
}

Result<void> CheckNothingElseUnsigned(const SignatureReport& report, const std::string& dir) {
  for (const std::string& name : report.unsigned_files)
    if (!IsBelowAny(name, AlwaysIgnoredPaths()))
      return Denied(
          "the signature leaves this file out by an ignore path of its own, so it could be anything; ask the "
          "signer for a release in which it is signed",
          Join(dir, name));
  return {};
}

}  // namespace cairn::trust
