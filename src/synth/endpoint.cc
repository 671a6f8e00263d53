#include "synth/endpoint.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

#include "base/check.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

// An address in its parts; empty parts where it has none.
class Url {
 public:
  explicit Url(const std::string& text) : url_(curl_url()) {
    CAIRN_CHECK(url_ != nullptr);
    valid_ = curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  }
  bool valid() const { return valid_; }
  std::string Part(CURLUPart part) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), part, &text, 0) != CURLUE_OK || text == nullptr) return {};
    std::string out = text;
    curl_free(text);
    return out;
  }
  std::string Scheme() const { return Lower(Part(CURLUPART_SCHEME)); }
  std::string Host() const { return Lower(Part(CURLUPART_HOST)); }

 private:
  struct Deleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };
  std::unique_ptr<CURLU, Deleter> url_;
  bool valid_ = false;
};

}  // namespace

bool IsHere(const std::string& url) {
  const std::string host = Url(url).Host();
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

std::string ShownUrl(const std::string& url) {
  const Url parts(url);
  if (!parts.valid()) return "elsewhere";
  const std::string port = parts.Part(CURLUPART_PORT);
  return parts.Scheme() + "://" + parts.Host() + (port.empty() ? "" : ":" + port) + parts.Part(CURLUPART_PATH);
}

Result<std::string> CanonicalEndpoint(const std::string& endpoint) {
  constexpr const char* kWhere = "teacher.endpoint";
  const Url url(endpoint);
  if (!url.valid()) return BadInput("not a URL; write one like http://127.0.0.1:8000/v1", kWhere);
  const std::string scheme = url.Scheme();
  if (scheme != "http" && scheme != "https")
    return BadInput("only http and https endpoints are known, not " + scheme, kWhere);
  if (!url.Part(CURLUPART_USER).empty() || !url.Part(CURLUPART_PASSWORD).empty())
    return BadInput("the URL holds a user or password; give the key by apiKeyEnv instead", kWhere);
  // What is asked for comes after its path.
  if (endpoint.find_first_of("?#") != std::string::npos)
    return BadInput("the URL holds a query or a fragment; end it with the version, and give a key by apiKeyEnv",
                    kWhere);
  std::string canonical = ShownUrl(endpoint);
  while (canonical.ends_with('/')) canonical.pop_back();
  return canonical;
}

}  // namespace cairn::synth
