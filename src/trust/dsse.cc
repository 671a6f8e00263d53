#include "trust/dsse.h"

#include "trust/base64.h"

namespace cairn::trust {
namespace {

constexpr size_t kMaxSignatures = 64;

Result<std::string> BytesMember(const Json& object, const char* name, const std::string& where) {
  auto it = object.find(name);
  if (it == object.end() || !it->is_string())
    return BadInput(std::string("DSSE envelope without the text member \"") + name + "\"", where);
  Result<std::string> bytes = DecodeBase64(it->get_ref<const std::string&>());
  if (!bytes.ok()) return BadInput(std::string("DSSE \"") + name + "\": " + bytes.error().message, where);
  return bytes;
}

Result<EnvelopeSignature> ParseSignature(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("a DSSE signature that is not an object", where);
  EnvelopeSignature signature;
  CAIRN_ASSIGN(signature.sig, BytesMember(json, "sig", where));
  auto keyid = json.find("keyid");
  if (keyid == json.end() || keyid->is_null()) return signature;
  if (!keyid->is_string()) return BadInput("a DSSE \"keyid\" that is not text", where);
  signature.keyid = keyid->get<std::string>();
  return signature;
}

}  // namespace

std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload) {
  std::string text = "DSSEv1 " + std::to_string(payload_type.size()) + " ";
  text.append(payload_type).append(" ").append(std::to_string(payload.size())).append(" ").append(payload);
  return text;
}

Envelope SignEnvelope(std::string_view payload_type, std::string payload, const PrivateKey& key) {
  std::string sig = key.Sign(PreAuthEncoding(payload_type, payload));
  return {std::string(payload_type), std::move(payload), {{"", std::move(sig)}}};
}

Result<void> VerifyEnvelope(const Envelope& envelope, std::string_view payload_type, const PublicKey& key,
                            const std::string& where) {
  if (envelope.payload_type != payload_type)
    return Denied("the signed payload is of the wrong type: not " + std::string(payload_type), where);
  if (envelope.signatures.size() != 1)
    return Denied("exactly one signature is expected, here are " + std::to_string(envelope.signatures.size()), where);
  if (!key.Verify(PreAuthEncoding(payload_type, envelope.payload), envelope.signatures[0].sig))
    return Denied("the signature does not fit: the file was changed after signing, or another key signed it", where);
  return {};
}

Json EnvelopeToJson(const Envelope& envelope) {
  Json signatures = Json::array();
  for (const EnvelopeSignature& s : envelope.signatures)
    signatures.push_back({{"keyid", s.keyid}, {"sig", EncodeBase64(s.sig)}});
  return {{"payload", EncodeBase64(envelope.payload)},
          {"payloadType", envelope.payload_type},
          {"signatures", std::move(signatures)}};
}

Result<Envelope> ParseEnvelope(const Json& json, const std::string& where) {
  if (!json.is_object()) return BadInput("a DSSE envelope that is not an object", where);
  Envelope envelope;
  CAIRN_ASSIGN(envelope.payload, BytesMember(json, "payload", where));
  auto type = json.find("payloadType");
  if (type == json.end() || !type->is_string())
    return BadInput("DSSE envelope without the text member \"payloadType\"", where);
  envelope.payload_type = type->get<std::string>();
  auto signatures = json.find("signatures");
  if (signatures == json.end() || !signatures->is_array() || signatures->empty())
    return BadInput("DSSE envelope without signatures", where);
  if (signatures->size() > kMaxSignatures) return BadInput("DSSE envelope with too many signatures", where);
  for (const Json& entry : *signatures) {
    CAIRN_ASSIGN(EnvelopeSignature signature, ParseSignature(entry, where));
    envelope.signatures.push_back(std::move(signature));
  }
  return envelope;
}

}  // namespace cairn::trust
