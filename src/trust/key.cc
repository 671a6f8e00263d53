#include "trust/key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/digest.h"
#include "base/file.h"

namespace cairn::trust {
namespace {

constexpr uint64_t kMaxPemBytes = 64 << 10;

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, BioDeleter>;
struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, ContextDeleter>;

EVP_PKEY* Pkey(const std::shared_ptr<void>& key) { return static_cast<EVP_PKEY*>(key.get()); }
std::shared_ptr<void> Own(EVP_PKEY* key) {
  return {key, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); }};
}

// "" for a key that is not ECDSA on one of the three curves.
std::string CurveOf(EVP_PKEY* key) {
  std::array<char, 64> name{};
  size_t length = 0;
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return {};
  std::string_view curve(name.data(), length);
  if (curve == "prime256v1") return "P-256";
  if (curve == "secp384r1") return "P-384";
  if (curve == "secp521r1") return "P-521";
  return {};
}

const EVP_MD* HashOf(EVP_PKEY* key) {
  std::string curve = CurveOf(key);
  if (curve == "P-256") return EVP_sha256();
  return curve == "P-384" ? EVP_sha384() : EVP_sha512();
}

Error WrongKind(const std::string& where) {
  return Unsupported(
      "this key is not ECDSA on P-256, P-384 or P-521, the only ones model signing knows; make one with `cairn keygen`",
      where);
}

Bio ReadBio(std::string_view pem) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CAIRN_CHECK(bio != nullptr);
  return bio;
}

std::string Contents(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

// Without this OpenSSL asks for a passphrase at the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

// A new file that appears whole or not at all and never replaces another.
Result<void> WriteNewFile(const std::string& path, std::string_view bytes, mode_t mode) {
  CAIRN_ASSIGN(AtomicFile file, AtomicFile::Create(path, mode));
  CAIRN_TRY(file.Append(bytes));
  return file.CommitNew();
}

}  // namespace

Result<PublicKey> PublicKey::FromPem(std::string_view pem, const std::string& where) {
  if (pem.size() > kMaxPemBytes) return BadInput("too large for a public key", where);
  EVP_PKEY* key = PEM_read_bio_PUBKEY(ReadBio(pem).get(), nullptr, &NoPassphrase, nullptr);
  if (key == nullptr) return BadInput("not a public key: expected PEM with a line -----BEGIN PUBLIC KEY-----", where);
  std::shared_ptr<void> owned = Own(key);
  if (CurveOf(key).empty()) return WrongKind(where);
  return PublicKey(std::move(owned));
}

std::string PublicKey::Pem() const {
  Bio bio(BIO_new(BIO_s_mem()));
  CAIRN_CHECK(bio && PEM_write_bio_PUBKEY(bio.get(), Pkey(key_)) == 1);
  return Contents(bio.get());
}

std::string PublicKey::Hint() const { return Sha256Of(Pem()).Hex(); }
std::string PublicKey::Curve() const { return CurveOf(Pkey(key_)); }

bool PublicKey::Verify(std::string_view message, std::string_view signature) const {
  Context context(EVP_MD_CTX_new());
  CAIRN_CHECK(context != nullptr);
  if (EVP_DigestVerifyInit(context.get(), nullptr, HashOf(Pkey(key_)), nullptr, Pkey(key_)) != 1) return false;
  return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
}

PrivateKey PrivateKey::Generate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  CAIRN_CHECK(key != nullptr);
  return PrivateKey(Own(key));
}

Result<PrivateKey> PrivateKey::FromPem(std::string_view pem, const std::string& where) {
  if (pem.size() > kMaxPemBytes) return BadInput("too large for a private key", where);
  if (pem.find("ENCRYPTED") != pem.npos)
    return Unsupported("the private key has a passphrase; remove it with `openssl pkey -in OLD -out NEW`", where);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(ReadBio(pem).get(), nullptr, &NoPassphrase, nullptr);
  if (key == nullptr) return BadInput("not a private key: expected PEM, as `cairn keygen` writes it", where);
  std::shared_ptr<void> owned = Own(key);
  if (CurveOf(key).empty()) return WrongKind(where);
  return PrivateKey(std::move(owned));
}

Result<PrivateKey> PrivateKey::Load(const std::string& path) {
  CAIRN_ASSIGN(std::string pem, ReadFile(path, kMaxPemBytes));
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return IoError(std::strerror(errno), path);
  if (pem.find("-----BEGIN PUBLIC KEY-----") != pem.npos)
    return BadInput("this is a public key; name the private one, whose file `cairn keygen` wrote beside it", path);
  if ((info.st_mode & 077) != 0)
    return Denied("other users can read this private key; take it back with `chmod 600`, or make a new one", path);
  Result<PrivateKey> key = FromPem(pem, path);
  OPENSSL_cleanse(pem.data(), pem.size());
  return key;
}

PublicKey PrivateKey::Public() const {
  // Through DER, so that the private half is not carried along.
  unsigned char* der = nullptr;
  int length = i2d_PUBKEY(Pkey(key_), &der);
  CAIRN_CHECK(length > 0);
  const unsigned char* cursor = der;
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &cursor, length);
  OPENSSL_free(der);
  CAIRN_CHECK(key != nullptr);
  return PublicKey(Own(key));
}

std::string PrivateKey::Sign(std::string_view message) const {
  Context context(EVP_MD_CTX_new());
  CAIRN_CHECK(context && EVP_DigestSignInit(context.get(), nullptr, HashOf(Pkey(key_)), nullptr, Pkey(key_)) == 1);
  std::string signature(static_cast<size_t>(EVP_PKEY_get_size(Pkey(key_))), '\0');
  size_t length = signature.size();
  CAIRN_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                             reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1);
  signature.resize(length);
  return signature;
}

std::string PrivateKey::Pem() const {
  Bio bio(BIO_new(BIO_s_mem()));
  CAIRN_CHECK(bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), Pkey(key_), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Contents(bio.get());
}

Result<PublicKey> GenerateKeyFiles(const std::string& private_path, const std::string& public_path) {
  for (const std::string& path : {private_path, public_path})
    if (PathExists(path)) return BadInput("exists already; cairn never overwrites a key", path);
  PrivateKey key = PrivateKey::Generate();
  std::string pem = key.Pem();
  Result<void> written = WriteNewFile(private_path, pem, 0600);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!written.ok()) return written.error();
  written = WriteNewFile(public_path, key.Public().Pem(), 0644);
  if (!written.ok()) {
    ::unlink(private_path.c_str());
    return written.error();
  }
  return key.Public();
}

Result<PublicKey> LoadPublicKey(const std::string& path) {
  CAIRN_ASSIGN(std::string pem, ReadFile(path, kMaxPemBytes));
  return PublicKey::FromPem(pem, path);
}

}  // namespace cairn::trust
