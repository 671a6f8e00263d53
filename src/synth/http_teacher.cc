#include "synth/http_teacher.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "base/thread_pool.h"
#include "formats/unicode.h"
#include "synth/chat_completion.h"
#include "synth/endpoint.h"
#include "synth/http_post.h"
#include "synth/text.h"

namespace cairn::synth {
namespace {

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
  return std::string(Beginning(Printable(Squeeze(Beginning(text, 2000))), 300));
}

// What a server says to a request that it will never answer: malformed, too large, not to be processed.
bool IsRefusal(long status) { return status == 400 || status == 413 || status == 422; }

bool IsBusy(long status) { return status == 429 || status == 503 || status == 529; }

// What came of a request in the end: a reply, or why this server gives none.
struct Outcome {
  TeacherReply reply;          // its refusal is set if `fault` is
  std::optional<Error> fault;  // to end with, if every request fares so
  std::string words;           // the server's, whole
  bool out_of_tokens = false;
};

// What one attempt means.
struct Verdict {
  std::optional<Outcome> outcome;  // none: the request is made again
  std::string why;                 // it failed
  int attempts = 1;                // how many may be made where each fails so
  long status = 0;                 // of HTTP, which a gateway may have told beside status 200
  std::optional<Outcome> at_last;  // after them; none: an error
};

// Room for what a model thinks before its answer.
constexpr int kThinkingTokens = 4096;

}  // namespace

// Shared by the connections: how the server wants requests written, and which kinds of requests it does answer.
class ServerHabits {
 public:
  CompletionForm Form() {
    std::lock_guard lock(mutex_);
    return form_;
  }
  // False if another connection has put another form in the place of `old`.
  bool Replace(const CompletionForm& old, const CompletionForm& now) {
    std::lock_guard lock(mutex_);
    if (form_ != old) return false;
    form_ = now;
    return true;
  }
  bool Answers(const std::string& harmless) {
    std::lock_guard lock(mutex_);
    return answered_.contains(harmless);
  }
  void SetAnswers(const std::string& harmless) {
    std::lock_guard lock(mutex_);
    answered_.insert(harmless);
  }

 private:
  std::mutex mutex_;
  CompletionForm form_;
  std::set<std::string> answered_;
};

namespace {

// One thread's connection.
class Connection {
 public:
  using Tell = std::function<void(const std::string&)>;
  Connection(const HttpTeacherOptions& options, const std::string& key, ServerHabits& habits, Tell tell)
      : options_(options),
        key_(key),
        habits_(habits),
        tell_(std::move(tell)),
        url_(options.endpoint + "/chat/completions"),
        post_({url_, key, options.connect_timeout_ms, options.timeout_ms, options.max_response_bytes}) {}

  // The reply: a refusal if the server gives none to this request, but to another one like it. `stop` ends the waiting
  // between attempts early.
  Result<TeacherReply> Ask(const TeacherRequest& request, const std::atomic<bool>& stop) {
    for (;;) {
      const CompletionForm form = habits_.Form();
      CAIRN_ASSIGN(Outcome outcome, Try(CompletionRequest(options_.model, request, form), stop));
      if (outcome.out_of_tokens && form.thinking_tokens == 0 && form.may_think) {
        CompletionForm longer = form;
        longer.thinking_tokens = kThinkingTokens;
        if (habits_.Replace(form, longer))
          tell_("the teacher thinks before it answers; from now on its replies may have " +
                std::to_string(kThinkingTokens) + " tokens more");
        continue;
      }
      if (outcome.fault) {
        CAIRN_ASSIGN(const bool other_form, CheckHarmless(request, form, stop));
        if (other_form) continue;
      }
      if (!outcome.reply.refusal.empty())
        tell_("the teacher does not answer a request, its row is dropped: " +
              (outcome.fault ? outcome.fault->message : outcome.reply.refusal));
      return outcome.reply;
    }
  }

 private:
  // Is it this text, too long or filtered, or any at all, as the model's name, a parameter or a role is wrong? The same
  // with a text that nobody refuses tells, whatever was asked before. True: ask again, in another form.
  Result<bool> CheckHarmless(const TeacherRequest& request, const CompletionForm& form, const std::atomic<bool>& stop) {
    TeacherRequest plain = request;
    for (formats::Message& message : plain.messages) message.content = "Say yes.";
    TeacherRequest kind = plain;
    kind.seed = 0;
    const std::string name = CompletionRequest(options_.model, kind, form);
    if (habits_.Answers(name)) return false;
    CAIRN_ASSIGN(Outcome check, Try(CompletionRequest(options_.model, plain, form), stop));
    if (!check.fault) {
      habits_.SetAnswers(name);
      return false;
    }
    const std::optional<CompletionForm> next = FormAfterRefusal(form, check.words);
    if (!next) return *check.fault;
    if (habits_.Replace(form, *next))
      tell_("the teacher does not take what it is asked with and is asked otherwise: " + check.fault->message);
    return true;
  }

  // As many attempts as are allowed.
  Result<Outcome> Try(const std::string& request, const std::atomic<bool>& stop) {
    for (int attempt = 1;; ++attempt) {
      const HttpReply got = post_.Send(request);
      if (Interrupted()) break;
      CAIRN_ASSIGN(Verdict verdict, Judge(got));
      if (verdict.outcome) return *verdict.outcome;
      if (attempt >= verdict.attempts) {
        if (verdict.at_last) return *verdict.at_last;
        return Error{ErrorCode::kIo,
                     "no answer after " + std::to_string(attempt) + " attempts: " + verdict.why +
                         (IsBusy(verdict.status) ? "; the endpoint has no time for so many requests"
                                                 : "; check that the endpoint is up") +
                         ", or build again later: what was answered is kept",
                     url_};
      }
      if (!WaitAfter(got, verdict, attempt, stop)) break;
    }
    return Error{ErrorCode::kCancelled, "interrupted", {}};
  }

  // An outcome without an answer. refusal: what is kept as its reason.
  static Outcome Fault(std::string refusal, Error fault, std::string words) {
    return {{"", std::move(refusal)}, std::move(fault), std::move(words)};
  }

  Result<Verdict> Judge(const HttpReply& got) const {
    if (got.too_large)
      return Verdict{
          Fault("a reply of more than " + HumanBytes(options_.max_response_bytes),
                Corrupt("the endpoint's reply is larger than " + HumanBytes(options_.max_response_bytes), url_), "")};
    if (got.status == 200) return JudgeCompletion(got);
    return JudgeFailure(got);
  }

  Result<Verdict> JudgeCompletion(const HttpReply& got) const {
    Result<Completion> read = ReadCompletion(got.body, url_);
    if (!read.ok()) {
      Error fault = read.error();
      fault.message += ": " + Excerpt(got.body, key_);
      constexpr int kOnceMore = 2;
      return Verdict{{}, fault.message, kOnceMore, got.status, Fault("no chat completion", fault, "")};
    }
    if (read->error_status != 0) {
      HttpReply failed = got;
      failed.status = read->error_status;
      failed.body = read->error;
      return JudgeFailure(failed);
    }
    if (read->out_of_tokens) return Verdict{Outcome{{"", "it thought until its tokens were used up"}, {}, {}, true}};
    constexpr size_t kShortKey = 8;
    if (key_.size() >= kShortKey && read->text.find(key_) != std::string::npos)
      return Verdict{Outcome{{"", "its text holds the key"}, {}, {}}};
    return Verdict{Outcome{{read->text, ""}, {}, {}}};
  }

  Result<Verdict> JudgeFailure(const HttpReply& got) const {
    if (IsRefusal(got.status))
      return Verdict{Fault("HTTP " + std::to_string(got.status), BadInput(StatusText(got), url_), got.body)};
    CAIRN_ASSIGN(std::string why, WhyRetry(got));
    return Verdict{{}, std::move(why), IsBusy(got.status) ? options_.busy_attempts : options_.attempts, got.status, {}};
  }

  std::string StatusText(const HttpReply& got) const {
    return "HTTP status " + std::to_string(got.status) + ": " + Excerpt(got.body, key_);
  }

  // Why the attempt failed, if it may be made again; otherwise an error.
  Result<std::string> WhyRetry(const HttpReply& got) const {
    if (got.certificate)
      return Error{ErrorCode::kIo,
                   got.failure +
                       "; where an authority of your own signs certificates, name the file with its certificate in "
                       "the environment variable SSL_CERT_FILE",
                   url_};
    if (got.hopeless) return Error{ErrorCode::kIo, got.failure, url_};
    if (got.status == 0) return got.failure;
    if (got.status == 401 || got.status == 403) {  // the body is not shown, it often quotes the key
      return Denied("HTTP status " + std::to_string(got.status) +
                        (key_.empty() ? "; the endpoint wants a key: put it into an environment variable and name that "
                                        "in teacher.apiKeyEnv"
                                      : "; check the key in the environment variable of apiKeyEnv"),
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
    if (got.status == 404)
      return NotFound(text +
                          "; is teacher.endpoint the address up to and including the version, as in "
                          "http://127.0.0.1:8000/v1, and teacher.model a model there?",
                      url_);
    bool again = got.status == 408 || got.status == 409 || got.status == 429 || got.status >= 500;
    if (!again) return BadInput(text, url_);
    if (got.retry_after_ms > options_.longest_retry_after_ms) {
      return Error{ErrorCode::kIo,
                   text + "; the endpoint asks for a pause of " +
                       HumanDuration(static_cast<double>(got.retry_after_ms) / 1000) +
                       ": build again later, no reply is lost",
                   url_};
    }
    return text;
  }

  bool WaitAfter(const HttpReply& got, const Verdict& verdict, int attempt, const std::atomic<bool>& stop) const {
    int64_t wait = std::max(BackoffMs(options_, attempt + 1), got.retry_after_ms);
    tell_((got.status != 0 ? "the teacher answered HTTP " + std::to_string(verdict.status)
                           : "no answer from the teacher (" + got.failure + ")") +
          ", attempt " + std::to_string(attempt) + " of " + std::to_string(verdict.attempts) + ", next in " +
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
  ServerHabits& habits_;
  Tell tell_;
  std::string url_;
  HttpPost post_;
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
  CAIRN_TRY(CheckRange("attempts", attempts, 1, 100));
  CAIRN_TRY(CheckRange("busy_attempts", busy_attempts, 1, 100));
  CAIRN_TRY(CheckRange<int64_t>("connect_timeout_ms", connect_timeout_ms, 1, kHour));
  CAIRN_TRY(CheckRange<int64_t>("timeout_ms", timeout_ms, 1, kHour));
  CAIRN_TRY(CheckRange<int64_t>("first_wait_ms", first_wait_ms, 0, kHour));
  CAIRN_TRY(CheckRange<int64_t>("longest_wait_ms", longest_wait_ms, 0, kHour));
  CAIRN_TRY(CheckRange<int64_t>("longest_retry_after_ms", longest_retry_after_ms, 0, kHour));
  CAIRN_TRY(CheckRange<uint64_t>("max_response_bytes", max_response_bytes, 1, uint64_t{1} << 30));
  CAIRN_ASSIGN(const std::string url, CanonicalEndpoint(endpoint));
  if (url.starts_with("http:") && !api_key_env.empty() && !IsHere(url))
    return BadInput("the key would cross the network unencrypted; use https, or leave out apiKeyEnv",
                    "teacher.endpoint");
  return {};
}

int64_t BackoffMs(const HttpTeacherOptions& options, int attempt) {
  int64_t wait = options.first_wait_ms;
  for (int i = 2; i < attempt && wait < options.longest_wait_ms; ++i) wait *= 2;
  return std::min(wait, options.longest_wait_ms);
}

Result<std::unique_ptr<HttpTeacher>> HttpTeacher::Make(HttpTeacherOptions options) {
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
    const bool control = std::ranges::any_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (control || TrimAscii(key) != key || key.starts_with("Bearer "))
      return BadInput(
          "the key in the variable that it names begins or ends with a blank, begins with \"Bearer \", or holds a line "
          "break or another control character; export the key alone",
          "teacher.apiKeyEnv");
  }
  CAIRN_ASSIGN(options.endpoint, CanonicalEndpoint(options.endpoint));
  return std::unique_ptr<HttpTeacher>(new HttpTeacher(std::move(options), std::move(key)));
}

HttpTeacher::HttpTeacher(HttpTeacherOptions options, std::string key)
    : options_(std::move(options)), key_(std::move(key)), habits_(std::make_unique<ServerHabits>()) {}
HttpTeacher::~HttpTeacher() = default;

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
    Connection connection(options_, key_, *habits_, [this](const std::string& text) { Tell(text); });
    for (size_t i; !stop && (i = next++) < requests.size();) {
      Result<void> done = answer(connection, requests[i], i);
      if (done.ok()) continue;
      errors[i] = done.error();
      // What others have under way is paid for: it still ends in the sink.
      if (!stop.exchange(true) && options_.parallel > 1 && done.error().code != ErrorCode::kCancelled)
        Tell(done.error().message + "; requests under way may still end, Ctrl-C leaves at once");
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
