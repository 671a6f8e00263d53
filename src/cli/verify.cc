// cairn verify: whether a release is what its signer released, and whether its records fit each other.
#include "project/verify.h"

#include <algorithm>

#include "base/file.h"
#include "cli/command.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string release, key;
  bool allow_unsigned = false;
};

Json ReportToJson(const Options& options, const project::VerifyReport& report) {
  Json list = Json::array();
  for (const project::ReleaseCheck& check : report.checks)
    list.push_back({{"name", check.name}, {"ok", check.ok}, {check.ok ? "detail" : "reason", check.detail}});
  const auto& signature = report.signature;
  return {{"release", options.release},
          {"ok", report.digest.has_value()},
          {"signed", PathExists(options.release + "/" + std::string(trust::kSignatureFile))},
          {"fingerprint", signature ? Json(signature->key_hint) : Json()},
          {"key_given", !options.key.empty()},
          {"digest", report.digest ? Json(report.digest->Hex()) : Json()},
          {"checks", list}};
}

void PrintCheck(const project::ReleaseCheck& check) {
  Say(stdout, "{:<7} {}: {}\n", check.ok ? "ok" : "FAILED", PrintableLine(check.name), PrintableLine(check.detail));
  std::fflush(stdout);  // the next check may take long
}

Result<int> Verify(const Options& options, const Context& context) {
  project::VerifyOptions verify{.allow_unsigned = options.allow_unsigned, .quiet = context.quiet || context.json};
  if (!options.key.empty()) {
    CAIRN_ASSIGN(trust::PublicKey given, trust::LoadPublicKey(options.key));
    verify.public_key_pem = given.Pem();
  }
  verify.ended = [&](const project::ReleaseCheck& check) {
    if (!context.json && (!context.quiet || !check.ok)) PrintCheck(check);
  };
  CAIRN_ASSIGN(const project::VerifyReport report, project::VerifyRelease(options.release, verify));
  const auto failed = std::ranges::count(report.checks, false, &project::ReleaseCheck::ok);
  if (report.digest && !context.quiet && !context.json)
    Say(stdout, "release {}\ndigest  {}\n", options.release, report.digest->Hex());
  if (failed > 0) Say(stderr, "cairn: {}: {} of {} checks failed\n", options.release, failed, report.checks.size());
  if (context.json) SayJson(ReportToJson(options, report));
  return failed == 0 ? 0 : 1;
}

}  // namespace

void AddVerify(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command verify = app.AddCommand(
      "verify",
      "check a release's signature and records. The signature must be the key's, every file must be as signed, the "
      "provenance must name every file, each transcript must be whole and its Merkle root fit its lines, the samples "
      "must be those that the transcript names, and the model must be there. Without --key the public key inside the "
      "release is taken: then you know that nothing "
      "changed since somebody signed, not who that was. Exit code 1 and the reason if a check fails. To check the "
      "training itself use cairn replay.");
  AddCommon(verify, context);
  verify.AddValue("release", options->release, "the release's folder").Required();
  Option key = verify.AddValue("--key", options->key, "the signer's public key, got from the signer");
  verify.AddFlag("--allow-unsigned", options->allow_unsigned, "accept a release without a signature").Without(key);
  verify.Footer("Example: cairn verify build/harbour-guide --key cairn.pub");
  verify.OnChosen([options, &context] {
    context.only_reads = true;
    context.run = [options, &context] { return Verify(*options, context); };
  });
}

}  // namespace cairn::cli
