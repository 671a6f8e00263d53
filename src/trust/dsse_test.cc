#include "trust/dsse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trust/base64.h"

namespace cairn::trust {
namespace {

using ::testing::HasSubstr;

constexpr const char* kExampleType = "http://example.com/HelloWorld";
// The example of the DSSE protocol text: its key, and its raw signature written as DER.
constexpr const char* kExampleKey =
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZ805D3eqNZywjCI19lInBJOp7YMr\n"
    "CrzAH3CVTAOQ0jgMeCvVTiaRJaRPRDOv8UMs6U4SvKc6pnrIDOoSYI3fdA==\n-----END PUBLIC KEY-----\n";
constexpr const char* kExampleSignature =
    "MEQCIANyarEBrVbCdjtsaqyOSHJ14qeRk6CdxfhZ2fjvPEo7AiBR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==";

TEST(Base64, Rfc4648Vectors) {
  for (auto [plain, text] : std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                                       {"f", "Zg=="},
                                                                                       {"fo", "Zm8="},
                                                                                       {"foo", "Zm9v"},
                                                                                       {"foob", "Zm9vYg=="},
                                                                                       {"fooba", "Zm9vYmE="},
                                                                                       {"foobar", "Zm9vYmFy"}}) {
    EXPECT_EQ(EncodeBase64(plain), text);
    EXPECT_EQ(DecodeBase64(text).value(), plain);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(DecodeBase64(EncodeBase64(all)).value(), all);
}

TEST(Base64, BothAlphabetsAndAbsentPadding) {
  EXPECT_EQ(DecodeBase64("+/+/").value(), DecodeBase64("-_-_").value());
  EXPECT_EQ(DecodeBase64("Zg").value(), "f");
}

TEST(Base64, OneSpellingOnly) {
  for (const char* bad :
       {"Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm9v\n", " Zm9v", "Zm=v", "====", "=", "+/-_", "Zm9v!", "Zg==Zg=="})
    EXPECT_FALSE(DecodeBase64(bad).ok()) << bad;
}

TEST(Dsse, PreAuthEncodingOfTheSpecification) {
  EXPECT_EQ(PreAuthEncoding(kExampleType, "hello world"), "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(PreAuthEncoding("", ""), "DSSEv1 0  0 ");
}

TEST(Dsse, VerifiesTheExampleOfTheSpecification) {
  auto key = PublicKey::FromPem(kExampleKey, "example");
  ASSERT_TRUE(key.ok()) << key.error().ToString();
  Envelope envelope{kExampleType, "hello world", {{"", DecodeBase64(kExampleSignature).value()}}};
  EXPECT_TRUE(VerifyEnvelope(envelope, kExampleType, *key, "x").ok());
  envelope.payload = "hello worle";
  EXPECT_FALSE(VerifyEnvelope(envelope, kExampleType, *key, "x").ok());
}

TEST(Dsse, WrittenEnvelopeReadsBackAndVerifies) {
  PrivateKey key = PrivateKey::Generate();
  std::string payload("bytes \0 of \xff any kind", 22);
  Json json = EnvelopeToJson(SignEnvelope(kInTotoPayloadType, payload, key));
  auto envelope = ParseEnvelope(json, "x");
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(envelope->payload, payload);
  EXPECT_TRUE(VerifyEnvelope(*envelope, kInTotoPayloadType, key.Public(), "x").ok());
  // The type is signed too.
  Envelope retyped = *envelope;
  retyped.payload_type = "text/plain";
  EXPECT_FALSE(VerifyEnvelope(retyped, "text/plain", key.Public(), "x").ok());
  EXPECT_FALSE(VerifyEnvelope(*envelope, "text/plain", key.Public(), "x").ok());
}

TEST(Dsse, TwoSignaturesAreRefusedEvenIfBothAreRight) {
  PrivateKey key = PrivateKey::Generate();
  Envelope envelope = SignEnvelope(kInTotoPayloadType, "p", key);
  envelope.signatures.push_back(envelope.signatures[0]);
  auto verified = VerifyEnvelope(envelope, kInTotoPayloadType, key.Public(), "x");
  ASSERT_FALSE(verified.ok());
  EXPECT_THAT(verified.error().message, HasSubstr("exactly one"));
}

TEST(Dsse, MalformedEnvelopes) {
  for (const char* text :
       {"[]", "{}", R"({"payload":"","payloadType":"t"})", R"({"payload":"","payloadType":"t","signatures":[]})",
        R"({"payload":"","payloadType":"t","signatures":{}})", R"({"payload":"","payloadType":"t","signatures":[1]})",
        R"({"payload":"","payloadType":"t","signatures":[{"keyid":"a"}]})",
        R"({"payload":"","payloadType":"t","signatures":[{"sig":"?"}]})",
        R"({"payload":"","payloadType":"t","signatures":[{"sig":"","keyid":1}]})",
        R"({"payload":7,"payloadType":"t","signatures":[{"sig":""}]})",
        R"({"payload":"","payloadType":[],"signatures":[{"sig":""}]})"})
    EXPECT_FALSE(ParseEnvelope(ParseJson(text, "t").value(), "t").ok()) << text;
  // Unknown members mean nothing in DSSE itself.
  EXPECT_TRUE(
      ParseEnvelope(ParseJson(R"({"payload":"","payloadType":"t","signatures":[{"sig":"","x":1}],"y":2})", "t").value(),
                    "t")
          .ok());
}

}  // namespace
}  // namespace cairn::trust
