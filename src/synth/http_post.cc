#include "synth/http_post.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "base/check.h"
#include "base/interrupt.h"
#include "synth/endpoint.h"

namespace cairn::synth {
namespace {

constexpr uint64_t kMaxHeaderBytes = uint64_t{1} << 20;  // curl limits those before the body only

struct Body {
  HttpReply* reply;
  uint64_t limit;
  uint64_t header_bytes = 0;  // and of trailers
};

size_t OnHeader(char*, size_t size, size_t count, void* user) {
  auto* body = static_cast<Body*>(user);
  body->header_bytes += size * count;
  return body->header_bytes > kMaxHeaderBytes ? 0 : size * count;
}

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* body = static_cast<Body*>(user);
  if (body->reply->body.size() + size * count > body->limit) {
    body->reply->too_large = true;
    return 0;  // makes curl give up
  }
  body->reply->body.append(data, size * count);
  return size * count;
}

int OnProgress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return Interrupted() ? 1 : 0; }

// A file of certificates of authorities that is named as for OpenSSL's and curl's own programs.
const char* AuthoritiesFile() {
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"})
    if (const char* file = std::getenv(name); file != nullptr && *file != '\0') return file;
  return nullptr;
}

}  // namespace

struct HttpPost::Impl {
  uint64_t limit = 0;
  std::unique_ptr<CURL, void (*)(CURL*)> curl{nullptr, curl_easy_cleanup};
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers{nullptr, curl_slist_free_all};

  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(curl.get(), option, value);
  }
  void AddHeader(const std::string& line) {
    curl_slist* list = curl_slist_append(headers.get(), line.c_str());
    CAIRN_CHECK(list != nullptr);
    if (headers == nullptr) headers.reset(list);  // append returns the same head otherwise
  }
};

HttpPost::HttpPost(const HttpPostOptions& options) : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Impl& impl = *impl_;
  impl.limit = options.max_response_bytes;
  impl.curl.reset(curl_easy_init());
  CAIRN_CHECK(impl.curl != nullptr);
  impl.AddHeader("Content-Type: application/json");
  impl.AddHeader("Accept: application/json");
  if (!options.key.empty()) impl.AddHeader("Authorization: Bearer " + options.key);
  impl.Set(CURLOPT_URL, options.url.c_str());
  impl.Set(CURLOPT_HTTPHEADER, impl.headers.get());
  // Through a proxy, a key meant for this machine would leave it unencrypted.
  if (IsHere(options.url)) impl.Set(CURLOPT_NOPROXY, "*");
  impl.Set(CURLOPT_POST, 1L);
  impl.Set(CURLOPT_FOLLOWLOCATION, 0L);
  impl.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  impl.Set(CURLOPT_ACCEPT_ENCODING, "");  // whatever curl can read
  impl.Set(CURLOPT_SSL_VERIFYPEER, 1L);
  impl.Set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (const char* file = AuthoritiesFile()) impl.Set(CURLOPT_CAINFO, file);
  impl.Set(CURLOPT_NOSIGNAL, 1L);
  impl.Set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  impl.Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout_ms));
  impl.Set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
  impl.Set(CURLOPT_WRITEFUNCTION, OnBody);
  impl.Set(CURLOPT_HEADERFUNCTION, OnHeader);
  impl.Set(CURLOPT_NOPROGRESS, 0L);
  impl.Set(CURLOPT_XFERINFOFUNCTION, OnProgress);
  impl.Set(CURLOPT_USERAGENT, "cairn");
}

HttpPost::~HttpPost() = default;

HttpReply HttpPost::Send(const std::string& text) {
  HttpReply reply;
  Body body{&reply, impl_->limit};
  impl_->Set(CURLOPT_POSTFIELDS, text.c_str());
  impl_->Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
  impl_->Set(CURLOPT_WRITEDATA, &body);
  impl_->Set(CURLOPT_HEADERDATA, &body);
  const CURLcode code = curl_easy_perform(impl_->curl.get());
  if (code != CURLE_OK) {  // what a reply that broke off said of pauses is not believed
    const bool endless = body.header_bytes > kMaxHeaderBytes;
    reply.failure = endless ? "the reply has more than 1 MiB of HTTP headers and trailers" : curl_easy_strerror(code);
    reply.certificate = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    reply.hopeless = endless || reply.certificate || code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    return reply;
  }
  curl_easy_getinfo(impl_->curl.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  curl_off_t seconds = 0;  // curl reads dates, too
  curl_easy_getinfo(impl_->curl.get(), CURLINFO_RETRY_AFTER, &seconds);
  constexpr curl_off_t kLongest = 1000000;
  reply.retry_after_ms = std::clamp<curl_off_t>(seconds, 0, kLongest) * 1000;
  char* redirect = nullptr;
  curl_easy_getinfo(impl_->curl.get(), CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) reply.redirect = redirect;
  return reply;
}

}  // namespace cairn::synth
