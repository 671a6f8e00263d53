// Addresses of endpoints (RFC 3986, read by libcurl).
#pragma once

#include <string>

#include "base/result.h"

namespace cairn::synth {

// The address as it names a server: scheme and host in lower case, no slash at the end. kBadInput for what is no
// http or https address, and for one with a user, a query or a fragment: addresses are published with a release.
Result<std::string> CanonicalEndpoint(const std::string& endpoint);

// Whether the address is one of this machine.
bool IsHere(const std::string& url);

// Scheme, host, port and path of an address: what may be shown of it.
std::string ShownUrl(const std::string& url);

}  // namespace cairn::synth
