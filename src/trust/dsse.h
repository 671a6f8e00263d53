// DSSE, the envelope around signed bytes. Follows secure-systems-lab/dsse, protocol and envelope v1.0.2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "trust/key.h"

namespace cairn::trust {

inline constexpr std::string_view kInTotoPayloadType = "application/vnd.in-toto+json";

struct EnvelopeSignature {
  std::string keyid;  // not authenticated: never decides anything
  std::string sig;    // bytes
};

struct Envelope {
  std::string payload_type;
  std::string payload;  // bytes
  std::vector<EnvelopeSignature> signatures;
};

// Pre-authentication encoding, the bytes that are signed: "DSSEv1 LEN(type) type LEN(payload) payload".
std::string PreAuthEncoding(std::string_view payload_type, std::string_view payload);

// One signature, keyid empty.
Envelope SignEnvelope(std::string_view payload_type, std::string payload, const PrivateKey& key);
// Exactly one signature, made by `key` over a payload of exactly this type; else kDenied. Use envelope.payload, the
// verified bytes, and nothing else of it afterwards.
Result<void> VerifyEnvelope(const Envelope& envelope, std::string_view payload_type, const PublicKey& key,
                            const std::string& where);

Json EnvelopeToJson(const Envelope& envelope);
// Standard or URL-safe base64; unknown members are ignored, as the protocol asks; at most 64 signatures.
Result<Envelope> ParseEnvelope(const Json& json, const std::string& where);

}  // namespace cairn::trust
