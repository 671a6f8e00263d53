// Signing keys: ECDSA on the NIST curves through OpenSSL's EVP interface. cairn makes P-256 keys; P-384 and P-521 keys
// of others are read too, since OpenSSF model signing allows them. Hash by curve: SHA-256, SHA-384, SHA-512.
//
// Signatures are ASN.1 DER and use a random nonce: OpenSSL 3.0 has no RFC 6979 (it came with 3.2), so two signatures of
// the same bytes differ. Whatever must be reproducible (trust/release_digest.h) leaves signatures out.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::trust {

// Immutable; copies share the key. Safe for concurrent use.
class PublicKey {
 public:
  // SubjectPublicKeyInfo in PEM; text before the BEGIN line is skipped. `where` names the source in errors.
  static Result<PublicKey> FromPem(std::string_view pem, const std::string& where);
  // Canonical PEM, byte-equal to `openssl ec -pubout`.
  std::string Pem() const;
  // Lower-case hexadecimal SHA-256 of Pem(): the `hint` of a model-signing bundle.
  std::string Hint() const;
  // "P-256", "P-384" or "P-521".
  std::string Curve() const;
  // signature: DER. False for anything but a right signature.
  bool Verify(std::string_view message, std::string_view signature) const;

 private:
  friend class PrivateKey;
  explicit PublicKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

class PrivateKey {
 public:
  // A fresh P-256 key from the operating system's random numbers.
  static PrivateKey Generate();
  // Unencrypted PEM, PKCS#8 or SEC1. kUnsupported for a passphrase, another algorithm or another curve.
  static Result<PrivateKey> FromPem(std::string_view pem, const std::string& where);
  // As FromPem; kDenied if others than the owner can read the file.
  static Result<PrivateKey> Load(const std::string& path);

  PublicKey Public() const;
  std::string Sign(std::string_view message) const;  // DER
  // Unencrypted PKCS#8 PEM. The caller keeps it secret.
  std::string Pem() const;

 private:
  explicit PrivateKey(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

// Makes a key and writes it: PKCS#8 PEM with mode 0600 at private_path, public PEM at public_path. Refuses to overwrite
// either. Missing parent directories are made.
Result<PublicKey> GenerateKeyFiles(const std::string& private_path, const std::string& public_path);

Result<PublicKey> LoadPublicKey(const std::string& path);

}  // namespace cairn::trust
