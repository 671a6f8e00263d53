#include "trust/bundle.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/controls.h"
#include "base/text.h"

namespace cairn::trust {
namespace {

constexpr std::string_view kMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
constexpr std::string_view kPredicateType = "https://model_signing/signature/v1.0";

// Null if absent or not text.
const std::string* Text(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get_ptr<const std::string*>() : nullptr;
}

const Json* Member(const Json& object, const char* name) {
  auto it = object.find(name);
  return it != object.end() ? &*it : nullptr;
}

Result<void> OnlyMembers(const Json& object, const char* what, std::initializer_list<std::string_view> allowed,
                         const std::string& where) {
  if (!object.is_object()) return BadInput(std::string(what) + " is not an object", where);
  for (const auto& [name, value] : object.items())
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      return BadInput(std::string(what) + " has an unknown member \"" + name + "\"", where);
  return {};
}

// Members that say how the files were listed and hashed; an unknown one could change the meaning of the rest.
Result<void> ReadSerialization(const Json& json, Manifest* manifest, const std::string& where) {
  CAIRN_TRY(OnlyMembers(json, "the signature's \"serialization\"",
                        {"method", "hash_type", "allow_symlinks", "ignore_paths", "shard_size"}, where));
  const std::string* method = Text(json, "method");
  const std::string* hash = Text(json, "hash_type");
  const Json* links = Member(json, "allow_symlinks");
  if (!method || !hash || !links || !links->is_boolean())
    return BadInput("the signature does not say how files were listed (method, hash_type, allow_symlinks)", where);
  if (*method != "files" || *hash != "sha256" || json.contains("shard_size"))
    return Unsupported(
        "signed with method \"" + *method + "\" and hash \"" + *hash + "\"; cairn checks \"files\" with \"sha256\"",
        where);
  if (links->get<bool>())
    return Unsupported("the signature follows symbolic links; cairn refuses them in a release", where);
  const Json* ignored = Member(json, "ignore_paths");
  if (!ignored) return {};
  if (!ignored->is_array()) return BadInput("the signature's \"ignore_paths\" is not a list", where);
  for (const Json& path : *ignored) {
    if (!path.is_string() || !IsSafeName(path.get_ref<const std::string&>()))
      return Denied("the signature ignores a path that is not a plain name inside the release (\".\" would cover all)",
                    where);
    manifest->ignore_paths.push_back(path.get<std::string>());
  }
  return {};
}

Result<void> ReadResources(const Json& json, Manifest* manifest, const std::string& where) {
  if (!json.is_array()) return BadInput("the signature's \"resources\" is not a list", where);
  if (json.empty()) return Denied("the signature covers no file at all", where);
  std::set<std::string> seen;
  for (const Json& entry : json) {
    const std::string* name = entry.is_object() ? Text(entry, "name") : nullptr;
    const std::string* algorithm = name ? Text(entry, "algorithm") : nullptr;
    const std::string* hex = name ? Text(entry, "digest") : nullptr;
    if (!algorithm || !hex) return BadInput("a signed file without name, algorithm or digest", where);
    if (!IsSafeName(*name))
      return Denied("the signature lists \"" + *name + "\", which is not a plain name inside the release", where);
    if (!seen.insert(*name).second) return Denied("the signature lists " + *name + " twice", where);
    if (*algorithm != "sha256")
      return Unsupported(*name + " is signed with \"" + *algorithm + "\"; cairn checks \"sha256\"", where);
    Result<Digest> digest = ParseDigest(*hex);
    if (!digest.ok()) return BadInput(*name + ": " + digest.error().message, where);
    manifest->files.push_back({*name, *digest});
  }
  return {};
}

Result<void> CheckSubject(const Json& statement, Manifest* manifest, const std::string& where) {
  const Json* subjects = Member(statement, "subject");
  if (!subjects || !subjects->is_array() || subjects->size() != 1 || !subjects->front().is_object())
    return BadInput("the signed statement must have exactly one subject", where);
  const Json& subject = subjects->front();
  if (const std::string* name = Text(subject, "name")) manifest->model_name = *name;
  const Json* digests = Member(subject, "digest");
  const std::string* root = digests && digests->is_object() ? Text(*digests, "sha256") : nullptr;
  if (!root || *root != RootDigest(manifest->files).Hex())
    return Denied("the signed list of files contradicts its own root digest", where);
  return {};
}

}  // namespace

Digest RootDigest(const std::vector<SignedFile>& files) {
  Sha256 sha;
  for (const SignedFile& file : files) sha.Update(std::as_bytes(std::span(file.digest.bytes)));
  return sha.Finish();
}

bool IsSafeName(std::string_view name) {
  if (FindControl(name) != name.npos || name.find('\\') != name.npos) return false;
  if (!IsValidUtf8(name)) return false;
  while (true) {
    std::string_view part = name.substr(0, name.find('/'));
    if (part.empty() || part == "." || part == "..") return false;
    if (part.size() == name.size()) return true;
    name.remove_prefix(part.size() + 1);
  }
}

std::string ManifestToStatement(const Manifest& manifest) {
  Json resources = Json::array();
  for (const SignedFile& file : manifest.files)
    resources.push_back({{"name", file.name}, {"algorithm", "sha256"}, {"digest", file.digest.Hex()}});
  Json serialization = {
      {"method", "files"}, {"hash_type", "sha256"}, {"allow_symlinks", false}, {"ignore_paths", manifest.ignore_paths}};
  Json subject = {{"name", manifest.model_name}, {"digest", {{"sha256", RootDigest(manifest.files).Hex()}}}};
  Json statement = {{"_type", kStatementType},
                    {"subject", Json::array({std::move(subject)})},
                    {"predicateType", kPredicateType},
                    {"predicate", {{"serialization", std::move(serialization)}, {"resources", std::move(resources)}}}};
  return DumpJson(statement);
}

Result<Manifest> ParseStatement(std::string_view text, const std::string& where) {
  CAIRN_ASSIGN(Json statement, ParseJson(text, where + " (payload)"));
  CAIRN_TRY(OnlyMembers(statement, "the signed statement", {"_type", "subject", "predicateType", "predicate"}, where));
  const std::string* type = Text(statement, "_type");
  const std::string* predicate_type = Text(statement, "predicateType");
  if (!type || *type != kStatementType || !predicate_type || *predicate_type != kPredicateType)
    return BadInput("the signed statement is no model signature v1.0", where);
  const Json* predicate = Member(statement, "predicate");
  const Json* serialization = predicate && predicate->is_object() ? Member(*predicate, "serialization") : nullptr;
  const Json* resources = serialization ? Member(*predicate, "resources") : nullptr;
  if (!resources) return BadInput("the signed statement lists no files", where);
  Manifest manifest;
  CAIRN_TRY(ReadSerialization(*serialization, &manifest, where));
  CAIRN_TRY(ReadResources(*resources, &manifest, where));
  CAIRN_TRY(CheckSubject(statement, &manifest, where));
  return manifest;
}

std::string BundleToText(const Envelope& envelope, const std::string& hint) {
  Json material = {{"publicKey", {{"hint", hint}}}, {"tlogEntries", Json::array()}};
  return DumpJson({{"mediaType", kMediaType},
                   {"verificationMaterial", std::move(material)},
                   {"dsseEnvelope", EnvelopeToJson(envelope)}});
}

Result<Bundle> ParseBundle(std::string_view text, const std::string& where) {
  CAIRN_ASSIGN(Json json, ParseJson(text, where));
  CAIRN_TRY(OnlyMembers(json, "the bundle", {"mediaType", "verificationMaterial", "dsseEnvelope"}, where));
  const std::string* media_type = Text(json, "mediaType");
  if (!media_type || *media_type != kMediaType)
    return BadInput("not a Sigstore bundle of type " + std::string(kMediaType), where);
  const Json* material = Member(json, "verificationMaterial");
  const Json* envelope = Member(json, "dsseEnvelope");
  if (!material || !material->is_object() || !envelope)
    return BadInput("the bundle has no verification material or no envelope", where);
  if (material->contains("x509CertificateChain") || material->contains("certificate"))
    return Unsupported("signed with a certificate; cairn checks signatures made with a plain key", where);
  CAIRN_TRY(OnlyMembers(*material, "the bundle's verification material",
                        {"publicKey", "tlogEntries", "timestampVerificationData"}, where));
  // What is not checked must not seem checked.
  for (const char* evidence : {"tlogEntries", "timestampVerificationData"})
    if (const Json* value = Member(*material, evidence); value && !value->empty())
      return Unsupported(std::string("the bundle carries \"") + evidence + "\", which cairn does not check", where);

  Bundle bundle;
  const Json* key = Member(*material, "publicKey");
  if (!key) return BadInput("the bundle names no public key", where);
  CAIRN_TRY(OnlyMembers(*key, "the bundle's public key", {"hint", "rawBytes", "keyDetails"}, where));
  if (const Json* hint = Member(*key, "hint"); hint && !hint->is_null()) {
    if (!hint->is_string()) return BadInput("the bundle's key hint is not text", where);
    bundle.hint = hint->get<std::string>();
  }
  CAIRN_TRY(OnlyMembers(*envelope, "the bundle's envelope", {"payload", "payloadType", "signatures"}, where));
  CAIRN_ASSIGN(bundle.envelope, ParseEnvelope(*envelope, where));
  if (bundle.envelope.signatures.size() != 1)
    return Denied("the bundle carries several signatures; exactly one is allowed", where);
  CAIRN_TRY(OnlyMembers(envelope->at("signatures").front(), "the bundle's signature", {"sig", "keyid"}, where));
  return bundle;
}

}  // namespace cairn::trust
