// A connection that posts JSON to one address, over libcurl. Certificates are checked, redirects are not followed, and
// this machine is asked without a proxy.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace cairn::synth {

struct HttpPostOptions {
  std::string url;
  std::string key;  // sent as bearer token; empty: none
  int64_t connect_timeout_ms = 10000, timeout_ms = 120000;
  uint64_t max_response_bytes = uint64_t{4} << 20;
};

// What one attempt brought.
struct HttpReply {
  long status = 0;           // 0: no whole reply came
  std::string failure;       // then: why, for people
  bool certificate = false;  // then: the server's is not trusted
  bool hopeless = false;     // then: it would fail again
  bool too_large = false;    // then: it was longer than the limit
  std::string body;
  int64_t retry_after_ms = 0;
  std::string redirect;  // where to, if the server says so
};

// One thread at a time.
class HttpPost {
 public:
  explicit HttpPost(const HttpPostOptions& options);
  ~HttpPost();
  // Ctrl-C ends it at once.
  HttpReply Send(const std::string& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::synth
