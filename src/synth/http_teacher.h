// Any OpenAI-compatible /chat/completions endpoint as teacher, over libcurl.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "synth/teacher.h"

namespace cairn::synth {

struct HttpTeacherOptions {
  std::string endpoint;     // up to and including the version, "http://127.0.0.1:8000/v1"
  std::string model;        // as the endpoint calls it
  std::string api_key_env;  // name of the environment variable with the key; empty: none is sent
  int parallel = 4;         // requests at a time, 1..64
  int64_t connect_timeout_ms = 10000;
  int64_t timeout_ms = 120000;  // of one attempt
  int attempts = 6;             // per request, 1..100
  int busy_attempts = 24;       // the same where the server has no time: nearly ten minutes, with these waits
  int64_t first_wait_ms = 500;  // before the second attempt; doubles each time
  int64_t longest_wait_ms = 30000;
  int64_t longest_retry_after_ms = 120000;  // an endpoint that asks for a longer pause is an error
  uint64_t max_response_bytes = uint64_t{4} << 20;
  // Told what a person should know while requests go on: that one waits to be made again, that one is refused. From any
  // thread, one call at a time, and not twice in a row the same.
  std::function<void(const std::string&)> tell;
  Result<void> Validate() const;
};

class ServerHabits;

// Retried with growing waits: no connection, time-out, a cut body, 408, 409 and 5xx; for longer, 429, 503 and 529;
// Retry-After in seconds or as an HTTP date lengthens a wait. A 200 that is no chat completion is asked for once more.
// A request that the server refuses (400, 413, 422) or whose answer stays useless has a refusal for a reply, unless a
// harmless request fares no better. Then it is written without the parameter that the server names (CompletionForm), or
// is an error. Other statuses are errors at once. Certificates are checked, redirects are not followed, and a key is
// sent over https or to this machine only. The key is in no message and, if it has 8 characters or more, in no
// reply.
//
// Threads  Answer uses options.parallel threads, the caller's included, or as many of them as the system gives, and may
//          be called from one thread at a time.
class HttpTeacher : public Teacher {
 public:
  // Reads the key. kBadInput for options out of range; kNotFound if the environment variable is not set.
  static Result<std::unique_ptr<HttpTeacher>> Make(HttpTeacherOptions options);
  ~HttpTeacher() override;
  Result<void> Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) override;
  Json Identity() const override;

 private:
  HttpTeacher(HttpTeacherOptions options, std::string key);
  void Tell(const std::string& text);
  HttpTeacherOptions options_;
  std::string key_;
  std::unique_ptr<ServerHabits> habits_;  // learnt while requests go on
  std::mutex telling_;
  std::string told_;
};

// How long to wait before attempt number `attempt` (2, 3, ...): first_wait * 2^(attempt - 2), at most longest_wait.
int64_t BackoffMs(const HttpTeacherOptions& options, int attempt);

}  // namespace cairn::synth
