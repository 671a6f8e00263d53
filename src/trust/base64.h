// Base64 of RFC 4648: what DSSE envelopes and Sigstore bundles carry bytes in.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace cairn::trust {

// Standard alphabet, padded, one line.
std::string EncodeBase64(std::string_view bytes);

// Standard or URL-safe alphabet (never both in one text), padding whole or absent. Refuses white space and non-zero
// unused bits, so that a text has one spelling per alphabet.
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace cairn::trust
