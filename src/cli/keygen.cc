// cairn keygen: a key pair for signing releases.

#include "cli/command.h"
#include "trust/key.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string out = "cairn.key";
};

Result<int> Keygen(const Options& options, const Context& context) {
  std::string public_path = PublicKeyPath(options.out);
  CAIRN_ASSIGN(trust::PublicKey key, trust::GenerateKeyFiles(options.out, public_path));
  if (!context.quiet)
    Say(stderr, "private key {} (keep it secret, it has no passphrase)\npublic key  {} (publish it)\nfingerprint {}\n",
        options.out, public_path, key.Hint());
  if (context.json) SayJson({{"private_key", options.out}, {"public_key", public_path}, {"fingerprint", key.Hint()}});
  return 0;
}

}  // namespace

std::string PublicKeyPath(const std::string& private_path) {
  std::string stem = private_path.ends_with(".key") ? private_path.substr(0, private_path.size() - 4) : private_path;
  return stem + ".pub";
}

void AddKeygen(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command keygen = app.AddCommand(
      "keygen",
      "make a key pair for signing releases. Writes a private key (ECDSA P-256, PKCS#8, readable by you only) and the "
      "public key beside it, its name ending in .pub. An existing key is never overwritten. Name the private key in "
      "cairn.yaml under spec.release.sign.key, keep it out of version control, and give the public key to those who "
      "are to check your releases.");
  AddCommon(keygen, context);
  keygen.AddValue("--out", options->out, "the private key's file").ShowDefault();
  keygen.Footer("Example: cairn keygen --out keys/harbour.key");
  keygen.OnChosen([options, &context] { context.run = [options, &context] { return Keygen(*options, context); }; });
}

}  // namespace cairn::cli
