#include "synth/http_teacher.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "base/progress.h"
#include "base/terminal.h"
#include "base/thread_pool.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct HeaderDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, CurlDeleter>;
using Headers = std::unique_ptr<curl_slist, HeaderDeleter>;

// What one attempt brought.
struct Attempt {
  CURLcode code = CURLE_OK;
  long status = 0;
  std::string body;
  int64_t retry_after_ms = 0;
  bool too_large = false;
  std::string redirect;  // where to, if the server says so
};

struct Body {
  std::string* text;
  uint64_t limit;
  bool* too_large;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto* body = static_cast<Body*>(user);
  if (body->text->size() + size * count > body->limit) {
    *body->too_large = true;
    return 0;  // makes curl give up
  }
  body->text->append(data, size * count);
  return size * count;
}

// Ctrl-C ends a transfer at once.
int OnProgress(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) { return Interrupted() ? 1 : 0; }

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string UrlPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK || text == nullptr) return {};
  std::string out = text;
  curl_free(text);
  return out;
}

bool IsLoopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) == 1) return ntohl(address.s_addr) >> 24 == 127;
  return host == "localhost" || host == "[::1]";
}

// Scheme, host, port and path of an address: what may be shown of it.
std::string ShownUrl(const std::string& address) {
  std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  CAIRN_CHECK(url != nullptr);
  if (curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) return "elsewhere";
  std::string port = UrlPart(url.get(), CURLUPART_PORT);
  return UrlPart(url.get(), CURLUPART_SCHEME) + "://" + UrlPart(url.get(), CURLUPART_HOST) +
         (port.empty() ? "" : ":" + port) + UrlPart(url.get(), CURLUPART_PATH);
}

std::string HostOf(const std::string& address) {
  std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  CAIRN_CHECK(url != nullptr);
  curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0);
  return UrlPart(url.get(), CURLUPART_HOST);
}

Result<void> CheckEndpoint(const HttpTeacherOptions& options) {
  std::unique_ptr<CURLU, UrlDeleter> url(curl_url());
  CAIRN_CHECK(url != nullptr);
  if (curl_url_set(url.get(), CURLUPART_URL, options.endpoint.c_str(), 0) != CURLUE_OK) {
    return BadInput("not a URL; write one like http://127.0.0.1:8000/v1", "teacher.endpoint");
  }
  std::string scheme = UrlPart(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    return BadInput("only http and https endpoints are known, not " + scheme, "teacher.endpoint");
  }
  if (!UrlPart(url.get(), CURLUPART_USER).empty() || !UrlPart(url.get(), CURLUPART_PASSWORD).empty()) {
    return BadInput("the URL holds a user or password; give the key by apiKeyEnv instead", "teacher.endpoint");
  }
  // The address is published with a release, and what is asked for comes after its path.
  if (options.endpoint.find_first_of("?#") != std::string::npos) {
    return BadInput("the URL holds a query or a fragment; end it with the version, and give a key by apiKeyEnv",
                    "teacher.endpoint");
  }
  if (scheme == "http" && !options.api_key_env.empty() && !IsLoopback(UrlPart(url.get(), CURLUPART_HOST))) {
    return BadInput("the key would cross the network unencrypted; use https, or leave out apiKeyEnv",
                    "teacher.endpoint");
  }
  return {};
}

std::string JoinUrl(std::string base) {
  while (!base.empty() && base.back() == '/') base.pop_back();
  return base + "/chat/completions";
}

// The longest run of letters and digits of the key: what every way to escape a text (JSON's, a URL's, HTML's) leaves as
// it is.
std::string_view Telltale(std::string_view key) {
  constexpr std::string_view kPlain = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string_view longest;
  for (size_t begin = 0; (begin = key.find_first_of(kPlain, begin)) != key.npos;) {
    size_t end = std::min(key.find_first_not_of(kPlain, begin), key.size());
    if (end - begin > longest.size()) longest = key.substr(begin, end - begin);
    begin = end;
  }
  return longest;
}

// The beginning of a server's text, as it may be shown; nothing of a text that may hold the key.
std::string Excerpt(std::string_view text, const std::string& key) {
  if (!key.empty() && text.find(Telltale(key)) != text.npos) return "(a text that may hold the key and is not shown)";
  std::string out = Printable(Squeeze(text.substr(0, 2000)));
  out.resize(std::min<size_t>(out.size(), 300));
  return out;
}

// Text of the first choice. A message without text (a refusal, or tokens used up by hidden reasoning) is an empty
// reply.
Result<std::string> ReadCompletion(const Json& json, const std::string& where) {
  auto wrong = [&] { return Corrupt("the endpoint's reply is not a chat completion: no choices[0].message", where); };
  if (!json.is_object() || !json.contains("choices") || !json["choices"].is_array() || json["choices"].empty()) {
    return wrong();
  }
  const Json& choice = json["choices"][0];
  if (!choice.is_object() || !choice.contains("message") || !choice["message"].is_object()) return wrong();
  const Json& message = choice["message"];
  if (!message.contains("content") || message["content"].is_null()) return std::string();
  if (!message["content"].is_string()) return wrong();
  return message["content"].get<std::string>();
}

// What a server says to a request that it will never answer: malformed, too large, not to be processed.
bool IsRefusal(long status) { return status == 400 || status == 413 || status == 422; }

// What came of a request in the end.
struct Outcome {
  TeacherReply reply;
  std::string words;  // the server's, if it refuses the request
};

std::string RequestBody(const HttpTeacherOptions& options, const TeacherRequest& request) {
  Json json = TeacherRequestToJson(request);
  json["model"] = options.model;
  json["seed"] = json["seed"].get<uint64_t>() & 0x7FFFFFFF;  // some servers hold it in 32 signed bits
  json["stream"] = false;
  return DumpJson(json);
}

// One thread's connection: a curl handle that is used again and again.
class Connection {
 public:
  using Tell = std::function<void(const std::string&)>;
  Connection(const HttpTeacherOptions& options, const std::string& key, Tell tell)
      : options_(options), key_(key), tell_(std::move(tell)), url_(JoinUrl(options.endpoint)), curl_(curl_easy_init()) {
    CAIRN_CHECK(curl_ != nullptr);
    AddHeader("Content-Type: application/json");
    AddHeader("Accept: application/json");
    if (!key.empty()) AddHeader("Authorization: Bearer " + key);
    curl_easy_setopt(curl_.get(), CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, headers_.get());
    // Through a proxy, a key meant for this machine would leave it unencrypted.
    if (IsLoopback(HostOf(options.endpoint))) curl_easy_setopt(curl_.get(), CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl_.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl_.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_.get(), CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl_.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(curl_.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout_ms));
    curl_easy_setopt(curl_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout_ms));
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, OnBody);
    curl_easy_setopt(curl_.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl_.get(), CURLOPT_XFERINFOFUNCTION, OnProgress);
    curl_easy_setopt(curl_.get(), CURLOPT_USERAGENT, "cairn");
  }

  // The reply: a refusal if the server refuses this request, but not another one like it. `stop` ends the waiting
  // between attempts early.
  Result<TeacherReply> Ask(const TeacherRequest& request, const std::atomic<bool>& stop) {
    CAIRN_ASSIGN(Outcome outcome, Try(RequestBody(options_, request), stop));
    if (outcome.reply.refusal.empty()) return outcome.reply;
    // Is it this text, too long or filtered, or any at all, as the model's name, a parameter or a role is wrong? The
    // same with a text that nobody refuses tells, whatever was asked before.
    TeacherRequest plain = request;
    for (formats::Message& message : plain.messages) message.content = "Say yes.";
    CAIRN_ASSIGN(Outcome check, Try(RequestBody(options_, plain), stop));
    if (!check.reply.refusal.empty()) return BadInput(check.words, url_);
    tell_("the teacher refuses a request, its row is dropped: " + outcome.words);
    return outcome.reply;
  }

 private:
  // As many attempts as are allowed.
  Result<Outcome> Try(const std::string& request, const std::atomic<bool>& stop) {
    std::string last;
    for (int attempt = 1; attempt <= options_.attempts; ++attempt) {
      Attempt got = Once(request);
      if (got.too_large) {
        return Corrupt("the endpoint's reply is larger than " + HumanBytes(options_.max_response_bytes), url_);
      }
      if (got.code == CURLE_OK && got.status == 200) {
        Result<Json> json = ParseJson(got.body, url_);
        if (!json.ok()) return Corrupt("the endpoint's reply is not JSON: " + Excerpt(got.body, key_), url_);
        CAIRN_ASSIGN(std::string text, ReadCompletion(*json, url_));
        return Outcome{{std::move(text)}, ""};
      }
      if (Interrupted()) break;
      if (got.code == CURLE_OK && IsRefusal(got.status))
        return Outcome{{"", "HTTP " + std::to_string(got.status)}, StatusText(got)};
      CAIRN_ASSIGN(last, WhyRetry(got));
      if (attempt < options_.attempts && !WaitAfter(got, attempt, stop)) break;
    }
    if (Interrupted() || stop) return Error{ErrorCode::kCancelled, "interrupted", {}};
    return Error{ErrorCode::kIo,
                 "no answer after " + std::to_string(options_.attempts) + " attempts: " + last +
                     "; check that the endpoint is up, or build again later: what was answered is kept",
                 url_};
  }

  void AddHeader(const std::string& line) {
    curl_slist* list = curl_slist_append(headers_.get(), line.c_str());
    CAIRN_CHECK(list != nullptr);
    if (headers_ == nullptr) headers_.reset(list);  // append returns the same head otherwise
  }

  Attempt Once(const std::string& request) {
    Attempt attempt;
    Body body{&attempt.body, options_.max_response_bytes, &attempt.too_large};
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, request.c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.size()));
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, &body);
    attempt.code = curl_easy_perform(curl_.get());
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &attempt.status);
    curl_off_t seconds = 0;
    // curl reads dates, too. A reply that broke off is not believed.
    if (attempt.code == CURLE_OK) curl_easy_getinfo(curl_.get(), CURLINFO_RETRY_AFTER, &seconds);
    char* redirect = nullptr;
    curl_easy_getinfo(curl_.get(), CURLINFO_REDIRECT_URL, &redirect);
    if (redirect != nullptr) attempt.redirect = redirect;
    attempt.retry_after_ms = std::clamp<int64_t>(seconds, 0, 1000000) * 1000;
    return attempt;
  }

  std::string StatusText(const Attempt& got) const {
    return "HTTP status " + std::to_string(got.status) + ": " + Excerpt(got.body, key_);
  }

  // Why the attempt failed, if it may be made again; otherwise an error.
  Result<std::string> WhyRetry(const Attempt& got) const {
    if (got.code != CURLE_OK) {
      bool hopeless = got.code == CURLE_PEER_FAILED_VERIFICATION || got.code == CURLE_SSL_CACERT_BADFILE ||
                      got.code == CURLE_URL_MALFORMAT || got.code == CURLE_UNSUPPORTED_PROTOCOL;
      std::string text = curl_easy_strerror(got.code);
      if (hopeless) return Error{ErrorCode::kIo, text, url_};
      return text;
    }
    if (got.status == 401 || got.status == 403) {  // the body is not shown, it often quotes the key
      return Denied(
          "HTTP status " + std::to_string(got.status) + "; check the key in the environment variable of apiKeyEnv",
          url_);
    }
    if (got.status / 100 == 3 && !got.redirect.empty()) {
      return BadInput("HTTP status " + std::to_string(got.status) + ": the endpoint sends on to " +
                          Excerpt(ShownUrl(got.redirect), key_) +
                          ", and redirects are not followed; if that is the server you mean, write its address, up to "
                          "and including the version, in teacher.endpoint",
                      url_);
    }
    std::string text = StatusText(got);
    bool again = got.status == 408 || got.status == 429 || got.status >= 500;
    if (!again) return Error{got.status == 404 ? ErrorCode::kNotFound : ErrorCode::kBadInput, text, url_};
    if (got.retry_after_ms > options_.longest_retry_after_ms) {
      return Error{ErrorCode::kIo,
                   text + "; the endpoint asks for a pause of " +
                       HumanDuration(static_cast<double>(got.retry_after_ms) / 1000) +
                       ": build again later, no reply is lost",
                   url_};
    }
    return text;
  }

  bool WaitAfter(const Attempt& got, int attempt, const std::atomic<bool>& stop) const {
    int64_t wait = std::max(BackoffMs(options_, attempt + 1), got.retry_after_ms);
    tell_((got.code == CURLE_OK ? "the teacher answered HTTP " + std::to_string(got.status)
                                : "no answer from the teacher (" + std::string(curl_easy_strerror(got.code)) + ")") +
          ", attempt " + std::to_string(attempt) + " of " + std::to_string(options_.attempts) + ", next in " +
          HumanDuration(static_cast<double>(wait) / 1000));
    return Wait(wait, stop);
  }

  // False if Ctrl-C or `stop` came first.
  static bool Wait(int64_t milliseconds, const std::atomic<bool>& stop) {
    auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    while (std::chrono::steady_clock::now() < until) {
      if (stop || Interrupted()) return false;
      auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds(50)));
    }
    return !stop && !Interrupted();
  }

  const HttpTeacherOptions& options_;
  const std::string& key_;
  Tell tell_;
  std::string url_;
  Headers headers_;
  Curl curl_;
};

template <typename Number>
Result<void> CheckRange(const char* name, Number value, Number low, Number high) {
  if (value >= low && value <= high) return {};
  return BadInput(std::string(name) + " must be from " + std::to_string(low) + " to " + std::to_string(high),
                  "teacher");
}

}  // namespace

Result<void> HttpTeacherOptions::Validate() const {
  if (model.empty()) return BadInput("no model; name it as the endpoint does", "teacher.model");
  constexpr int64_t kHour = 3600000;
  CAIRN_TRY(CheckRange("parallel", parallel, 1, 64));
  CAIRN_TRY(CheckRange("attempts", attempts, 1, 20));
  CAIRN_TRY(CheckRange<int64_t>("connect_timeout_ms", connect_timeout_ms, 1, kHour));
  CAIRN_TRY(CheckRange<int64_t>("timeout_ms", timeout_ms, 1, kHour));
  CAIRN_TRY(CheckRange<int64_t>("first_wait_ms", first_wait_ms, 0, kHour));
  CAIRN_TRY(CheckRange<int64_t>("longest_wait_ms", longest_wait_ms, 0, kHour));
  CAIRN_TRY(CheckRange<uint64_t>("max_response_bytes", max_response_bytes, 1, uint64_t{1} << 30));
  return CheckEndpoint(*this);
}

int64_t BackoffMs(const HttpTeacherOptions& options, int attempt) {
  int64_t wait = options.first_wait_ms;
  for (int i = 2; i < attempt && wait < options.longest_wait_ms; ++i) wait *= 2;
  return std::min(wait, options.longest_wait_ms);
}

Result<std::unique_ptr<HttpTeacher>> HttpTeacher::Make(HttpTeacherOptions options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CAIRN_TRY(options.Validate());
  std::string key;
  if (!options.api_key_env.empty()) {
    const char* value = std::getenv(options.api_key_env.c_str());
    if (value == nullptr || *value == '\0') {
      // The name is not repeated: a key in its place looks like one.
      return NotFound(
          "the environment variable that it names is not set; write the variable's name there, such as TEACHER_KEY, "
          "never the key itself, and export the key in that variable",
          "teacher.apiKeyEnv");
    }
    key = value;
    if (key.find_first_of("\r\n") != std::string::npos) {
      return BadInput("the key in the variable that it names holds a line break; export it without",
                      "teacher.apiKeyEnv");
    }
  }
  return std::unique_ptr<HttpTeacher>(new HttpTeacher(std::move(options), std::move(key)));
}

Json HttpTeacher::Identity() const {
  return {{"kind", "http"}, {"endpoint", options_.endpoint}, {"model", options_.model}};
}

void HttpTeacher::Tell(const std::string& text) {
  std::lock_guard lock(telling_);
  if (!options_.tell || text == told_) return;
  told_ = text;
  options_.tell(text);
}

Result<void> HttpTeacher::Answer(const std::vector<TeacherRequest>& requests, const ReplySink& sink) {
  std::vector<std::optional<Error>> errors(requests.size());
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex sinking;
  auto answer = [&](Connection& connection, const TeacherRequest& request, size_t place) -> Result<void> {
    CAIRN_ASSIGN(TeacherReply reply, connection.Ask(request, stop));
    std::lock_guard lock(sinking);
    return sink(place, std::move(reply));
  };
  auto work = [&] {
    Connection connection(options_, key_, [this](const std::string& text) { Tell(text); });
    for (size_t i; !stop && (i = next++) < requests.size();) {
      Result<void> done = answer(connection, requests[i], i);
      if (done.ok()) continue;
      errors[i] = done.error();
      stop = true;  // what others have under way is paid for: it still ends in the sink
    }
  };
  size_t count = std::min(static_cast<size_t>(options_.parallel), requests.size());
  std::vector<std::thread> threads;
  while (threads.size() + 1 < count && StartThread(threads, work)) {
  }
  work();  // beside the others, so that one works where the system gives no thread
  for (std::thread& thread : threads) thread.join();
  // A worker that was only told to stop says "interrupted"; the reason is another's.
  const Error* first = nullptr;
  for (const std::optional<Error>& error : errors) {
    if (error && (first == nullptr || (first->code == ErrorCode::kCancelled && error->code != ErrorCode::kCancelled))) {
      first = &*error;
    }
  }
  if (first != nullptr) return *first;
  if (Interrupted()) return Error{ErrorCode::kCancelled, "interrupted", {}};
  return {};
}

}  // namespace cairn::synth
