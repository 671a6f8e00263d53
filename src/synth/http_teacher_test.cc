#include "synth/http_teacher.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/interrupt.h"
#include "base/testing.h"
#include "synth/caching_teacher.h"

namespace cairn::synth {
namespace {

using testing::HasSubstr;
using testing::Not;

// A server on the loopback that answers its n-th connection with script(n, request); empty: it says nothing for a
// second. One request a connection.
class TestServer {
 public:
  using Script = std::function<std::string(int number, const std::string& request)>;
  explicit TestServer(Script script) : script_(std::move(script)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CAIRN_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CAIRN_CHECK(listen(listener_, 16) == 0);
    socklen_t size = sizeof address;
    CAIRN_CHECK(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { Accept(); });
  }
  ~TestServer() {
    stop_ = true;
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : serving_) thread.join();
    close(listener_);
  }
  HttpTeacherOptions Options() const {
    HttpTeacherOptions options;
    options.endpoint = "http://127.0.0.1:" + std::to_string(port_) + "/v1/";
    options.model = "test";
    options.timeout_ms = 300;
    options.first_wait_ms = 10;
    options.attempts = 3;
    return options;
  }
  int requests() const { return count_; }
  int most_at_once() const { return most_; }

 private:
  void Accept() {
    for (;;) {
      int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0 || stop_) return;
      serving_.emplace_back([this, connection] { Serve(connection); });
    }
  }
  void Serve(int connection) {
    int now = ++open_;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
    std::string request;
    char buffer[4096];
    while (!Complete(request)) {
      ssize_t got = read(connection, buffer, sizeof buffer);
      if (got <= 0) break;
      request.append(buffer, static_cast<size_t>(got));
    }
    std::string reply = script_(count_++, request);
    for (int i = 0; reply.empty() && i < 100 && !stop_; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (size_t at = 0; at < reply.size();) {
      ssize_t sent = send(connection, reply.data() + at, reply.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;
      at += static_cast<size_t>(sent);
    }
    --open_;
    close(connection);
  }
  static bool Complete(const std::string& request) {
    size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    size_t at = request.find("Content-Length: ");
    return at == std::string::npos || request.size() >= end + 4 + std::strtoul(request.c_str() + at + 16, nullptr, 10);
  }

  Script script_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> count_{0}, open_{0}, most_{0};
  std::atomic<bool> stop_{false};
  std::thread accepting_;
  std::vector<std::thread> serving_;
};

std::string Http(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string Good(const std::string& text) {
  return Http("200 OK",
              DumpJson({{"choices", Json::array({{{"message", {{"role", "assistant"}, {"content", text}}}}})}}));
}
TeacherRequest Ask(const std::string& text) { return {{{"user", text, false}}, 0, 0, 16}; }

Result<std::vector<TeacherReply>> Send(const HttpTeacherOptions& options, const std::vector<TeacherRequest>& requests) {
  auto teacher = HttpTeacher::Make(options);
  if (!teacher.ok()) return teacher.error();
  return (*teacher)->Complete(requests);
}

TEST(HttpTeacherTest, SendsTheRequestAndKeepsTheOrder) {
  std::mutex mutex;
  std::condition_variable arrival;
  int arrived = 0;
  std::vector<std::string> bodies;
  TestServer server([&](int, const std::string& request) {
    std::string body = request.substr(request.find("\r\n\r\n") + 4);
    std::unique_lock lock(mutex);
    // The first answer waits for a second request, so a client that sends one at a time cannot pass by luck or fail by
    // it.
    ++arrived;
    arrival.notify_all();
    arrival.wait_for(lock, std::chrono::seconds(20), [&] { return arrived >= 2; });
    EXPECT_THAT(request, HasSubstr("POST /v1/chat/completions HTTP/1.1"));
    EXPECT_THAT(request, Not(HasSubstr("Authorization")));
    bodies.push_back(body);
    return Good("re: " + ParseJson(body, "test")->at("messages")[0]["content"].get<std::string>());
  });
  std::vector<TeacherRequest> requests;
  for (int i = 0; i < 20; ++i) requests.push_back(Ask("q" + std::to_string(i)));
  requests[3].temperature = 0.5;
  requests[3].seed = 12345678901234567ull;
  auto replies = Send(server.Options(), requests);
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  for (size_t i = 0; i < 20; ++i) EXPECT_EQ((*replies)[i].text, "re: q" + std::to_string(i));
  EXPECT_GT(server.most_at_once(), 1);
  EXPECT_LE(server.most_at_once(), 4 + 4);  // a client may open its next connection before we closed the last
  bool seen = false;
  for (const std::string& body : bodies) {
    Json json = *ParseJson(body, "test");
    EXPECT_EQ(json["model"], "test");
    EXPECT_EQ(json["max_tokens"], 16);
    if (json["messages"][0]["content"] == "q3") {
      seen = true;
      EXPECT_EQ(json["temperature"], 0.5);
      EXPECT_EQ(json["seed"], 12345678901234567ull & 0x7FFFFFFF);
    }
  }
  EXPECT_TRUE(seen);
}

TEST(HttpTeacherTest, RetriesServerErrors) {
  TestServer server([](int n, const std::string&) { return n == 0 ? Http("500 Oops", "x") : Good("ok"); });
  auto replies = Send(server.Options(), {Ask("q")});
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  EXPECT_EQ((*replies)[0].text, "ok");
  EXPECT_EQ(server.requests(), 2);
}

TEST(HttpTeacherTest, WaitsAsRetryAfterSays) {
  TestServer server([](int n, const std::string&) {
    return n == 0 ? Http("429 Too Many Requests", "{}", "Retry-After: 1\r\n") : Good("ok");
  });
  auto start = std::chrono::steady_clock::now();
  auto replies = Send(server.Options(), {Ask("q")});
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1000));
}

TEST(HttpTeacherTest, RefusesAnEndlessRetryAfter) {
  TestServer server(
      [](int, const std::string&) { return Http("429 Too Many Requests", "{}", "Retry-After: 86400\r\n"); });
  auto replies = Send(server.Options(), {Ask("q")});
  ASSERT_FALSE(replies.ok());
  EXPECT_THAT(replies.error().message, HasSubstr("pause of 24 h"));
  EXPECT_EQ(server.requests(), 1);
}

TEST(HttpTeacherTest, GivesUpAfterTimeOuts) {
  TestServer server([](int, const std::string&) { return std::string(); });
  HttpTeacherOptions options = server.Options();
  options.attempts = 2;
  options.timeout_ms = 100;
  auto replies = Send(options, {Ask("q")});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kIo);
  EXPECT_THAT(replies.error().message, HasSubstr("after 2 attempts: Timeout"));
  EXPECT_EQ(server.requests(), 2);
}

TEST(HttpTeacherTest, RetriesACutBody) {
  TestServer server([](int n, const std::string&) {
    std::string good = Good("ok");
    return n == 0 ? good.substr(0, good.size() - 5) : good;
  });
  auto replies = Send(server.Options(), {Ask("q")});
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  EXPECT_EQ(server.requests(), 2);
}

// A server that breaks off must not make the build wait for as long as it likes.
TEST(HttpTeacherTest, ACutReplySetsNoPause) {
  TestServer server([](int n, const std::string&) {
    std::string bad = Http("503 Unavailable", "come back later", "Retry-After: 1000000\r\n");
    return n == 0 ? bad.substr(0, bad.size() - 5) : Good("ok");
  });
  auto replies = Send(server.Options(), {Ask("q")});
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  EXPECT_EQ(server.requests(), 2);
}

class CountingCache : public CallCache {
 public:
  std::optional<std::string> Get(const Digest& key) override {
    auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional(found->second);
  }
  Result<void> Put(const Digest& key, const std::string& reply) override {
    map[key] = reply;
    return {};
  }
  std::map<Digest, std::string> map;
};

std::vector<TeacherRequest> Questions(int count) {
  std::vector<TeacherRequest> requests;
  for (int i = 0; i < count; ++i) requests.push_back(Ask("q" + std::to_string(i)));
  return requests;
}

// A quota of fewer requests than a group has must not keep a build from ever getting on.
TEST(HttpTeacherTest, TellsThatItWaits) {
  TestServer server([](int n, const std::string&) { return n % 3 < 2 ? Http("500 Oops", "x") : Good("ok"); });
  std::vector<std::string> told;
  HttpTeacherOptions options = server.Options();
  options.parallel = 1;
  options.timeout_ms = 10000;
  options.first_wait_ms = 100;
  options.tell = [&](const std::string& text) { told.push_back(text); };
  ASSERT_TRUE(Send(options, {Ask("q")}).ok());
  EXPECT_THAT(told, testing::ElementsAre("the teacher answered HTTP 500, attempt 1 of 3, next in 0.1 s",
                                         "the teacher answered HTTP 500, attempt 2 of 3, next in 0.2 s"));
  told.clear();
  options.attempts = 2;
  auto replies = Send(options, Questions(4));
  ASSERT_FALSE(replies.ok());
  EXPECT_THAT(replies.error().message,
              HasSubstr("after 2 attempts: HTTP status 500: x; check that the endpoint is up"));
  EXPECT_EQ(told.size(), 1u);
}

TEST(HttpTeacherTest, RepliesBeforeAnErrorAreKept) {
  std::atomic<int> answered{0};
  TestServer server([&](int n, const std::string&) {
    if (n % 6 == 5) return Http("429 Too Many Requests", "{}", "Retry-After: 600\r\n");
    ++answered;
    return Good("ok");
  });
  CountingCache cache;
  int builds = 0;
  for (bool done = false; !done && builds < 20; ++builds) {
    HttpTeacherOptions options = server.Options();
    options.timeout_ms = 10000;  // a slow machine must not cut a reply that is counted
    auto teacher = HttpTeacher::Make(options);
    CachingTeacher caching(**teacher, cache);
    done = caching.Complete(Questions(20)).ok();
    EXPECT_EQ(static_cast<int>(cache.map.size()), answered);
  }
  EXPECT_EQ(cache.map.size(), 20u);
  EXPECT_EQ(answered, 20);
  EXPECT_GT(builds, 1);
}

TEST(HttpTeacherTest, RepliesBeforeCtrlCAreKept) {
  InstallInterruptHandler();
  TestServer server([](int n, const std::string&) {
    if (n == 2) raise(SIGINT);
    return n < 2 ? Good("ok") : std::string();
  });
  HttpTeacherOptions options = server.Options();
  options.parallel = 1;
  options.timeout_ms = 10000;
  auto teacher = HttpTeacher::Make(options);
  CountingCache cache;
  auto replies = CachingTeacher(**teacher, cache).Complete(Questions(5));
  ClearInterrupt();
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(cache.map.size(), 2u);
}

// As in process: one prompt that is too long costs its row, not the build.
TEST(HttpTeacherTest, ARefusedRequestHasItsStatusForAReply) {
  for (std::string status : {"400 Bad Request", "413 Content Too Large", "422 Unprocessable Content"}) {
    const TeacherReply refused{"", "HTTP " + status.substr(0, 3)};
    TestServer server([&](int, const std::string& request) {
      return request.find("long") != std::string::npos ? Http(status, "maximum context length") : Good("ok");
    });
    CountingCache cache;
    auto teacher = HttpTeacher::Make(server.Options());
    for (int requests : {4, 4}) {  // the second time the cache answers
      auto replies = CachingTeacher(**teacher, cache).Complete({Ask("long"), Ask("q"), Ask("r")});
      ASSERT_TRUE(replies.ok()) << replies.error().ToString();
      EXPECT_EQ(*replies, (std::vector<TeacherReply>{refused, {"ok"}, {"ok"}}));
      EXPECT_EQ(cache.map.size(), 3u);
      EXPECT_EQ(server.requests(), requests);
    }
    // Nothing else was ever answered: still the request's own fault.
    HttpTeacherOptions options = server.Options();
    std::string told;
    options.tell = [&](const std::string& text) { told = text; };
    auto alone = Send(options, {Ask("long")});
    EXPECT_THAT(told, HasSubstr("its row is dropped: HTTP status 4"));
    ASSERT_TRUE(alone.ok()) << alone.error().ToString();
    EXPECT_EQ((*alone)[0], refused);
  }
}

TEST(HttpTeacherTest, AServerThatRefusesEverythingIsAnError) {
  TestServer server([](int, const std::string&) { return Http("400 Bad Request", "no model \"test\""); });
  CountingCache cache;
  auto teacher = HttpTeacher::Make(server.Options());
  auto replies = CachingTeacher(**teacher, cache).Complete(Questions(20));
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kBadInput);
  EXPECT_THAT(replies.error().message, HasSubstr("no model \"test\""));
  EXPECT_TRUE(cache.map.empty());
  EXPECT_LE(server.requests(), 8);  // one of each thread, and its check
}

// One reply that is none costs its row; a server that has no others ends the build.
TEST(HttpTeacherTest, UselessRepliesAreAskedForOnceMore) {
  TestServer once([](int n, const std::string&) { return n == 0 ? Http("200 OK", "not json") : Good("ok"); });
  EXPECT_EQ(Send(once.Options(), {Ask("q")}).value()[0].text, "ok");
  TestServer some([](int, const std::string& request) {
    return request.find("odd") != std::string::npos ? Http("200 OK", R"({"choices": []})") : Good("ok");
  });
  auto replies = Send(some.Options(), {Ask("odd"), Ask("q")});
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  EXPECT_EQ(*replies, (std::vector<TeacherReply>{{"", "no chat completion"}, {"ok"}}));
  EXPECT_EQ(some.requests(), 4);  // twice the odd one, the harmless one, the other
  TestServer all([](int, const std::string&) { return Http("200 OK", "not json"); });
  replies = Send(all.Options(), {Ask("q")});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(replies.error().message, HasSubstr("not JSON: not json"));
}

TEST(HttpTeacherTest, AnErrorBesideStatus200IsTakenForIt) {
  TestServer server([](int n, const std::string&) {
    return n == 0 ? Http("200 OK", R"({"error": {"message": "upstream is busy", "code": 429}})") : Good("ok");
  });
  EXPECT_EQ(Send(server.Options(), {Ask("q")}).value()[0].text, "ok");
}

TEST(HttpTeacherTest, AsksWithoutAParameterThatTheServerDoesNotTake) {
  TestServer server([](int, const std::string& request) {
    for (const char* no : {"\"max_tokens\"", "temperature", "seed"})
      if (request.find(no) != std::string::npos) return Http("400 Bad Request", std::string("unsupported ") + no);
    return Good("ok");
  });
  HttpTeacherOptions options = server.Options();
  options.parallel = 1;
  auto replies = Send(options, Questions(10));
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
  EXPECT_EQ(server.requests(), 16);  // three forms, each with its harmless request, before the last one
}

TEST(HttpTeacherTest, AModelThatThinksGetsRoomForIt) {
  auto allowed = [](const std::string& request) {
    return std::strtoul(request.c_str() + request.find("\"max_tokens\":") + 13, nullptr, 10);
  };
  auto cut = [] {
    return Http("200 OK", R"({"choices": [{"message": {"content": null}, "finish_reason": "length"}]})");
  };
  TestServer server([&](int, const std::string& request) { return allowed(request) < 1000 ? cut() : Good("ok"); });
  HttpTeacherOptions options = server.Options();
  options.parallel = 1;
  std::vector<std::string> told;
  options.tell = [&](const std::string& text) { told.push_back(text); };
  EXPECT_EQ(Send(options, Questions(3)).value()[2].text, "ok");
  EXPECT_EQ(server.requests(), 4);
  EXPECT_THAT(told, testing::ElementsAre(HasSubstr("thinks before it answers")));
  // A server without room for it: the one row is lost, and the others are asked for as before.
  TestServer small([&](int n, const std::string& request) {
    if (allowed(request) > 1000) return Http("400 Bad Request", "max_tokens is too large: 4112");
    return n == 0 ? cut() : Good("ok");
  });
  options = small.Options();
  options.parallel = 1;
  EXPECT_EQ(Send(options, Questions(3)).value()[2].text, "ok");
  TestServer endless([&](int, const std::string&) { return cut(); });
  EXPECT_EQ(Send(endless.Options(), {Ask("q")}).value()[0].refusal, "it thought until its tokens were used up");
}

TEST(HttpTeacherTest, AReplyThatHoldsTheKeyIsNotKept) {
  setenv("CAIRN_TEST_KEY", "sk-secret-key", 1);
  TestServer server([](int, const std::string&) { return Good("Authorization: Bearer sk-secret-key"); });
  HttpTeacherOptions options = server.Options();
  options.api_key_env = "CAIRN_TEST_KEY";
  EXPECT_EQ(Send(options, {Ask("q")}).value(), (std::vector<TeacherReply>{{"", "its text holds the key"}}));
}

TEST(HttpTeacherTest, ABusyServerIsWaitedForLonger) {
  TestServer server([](int n, const std::string&) { return n < 5 ? Http("503 Loading", "x") : Good("ok"); });
  EXPECT_EQ(Send(server.Options(), {Ask("q")}).value()[0].text, "ok");
}

TEST(HttpTeacherTest, OneAddressHasOneIdentity) {
  setenv("CAIRN_TEST_KEY", "sk-secret", 1);
  for (const char* endpoint : {"http://LOCALHOST:80/v1", "HTTP://localhost:80/v1/", "http://localhost:80/v1//"}) {
    HttpTeacherOptions options;
    options.model = "m";
    options.endpoint = endpoint;
    options.api_key_env = "CAIRN_TEST_KEY";
    EXPECT_EQ((*HttpTeacher::Make(options))->Identity()["endpoint"], "http://localhost:80/v1") << endpoint;
  }
}

TEST(HttpTeacherTest, NullContentIsAnEmptyReply) {
  TestServer server(
      [](int, const std::string&) { return Http("200 OK", "{\"choices\":[{\"message\":{\"content\":null}}]}"); });
  auto replies = Send(server.Options(), {Ask("q")});
  ASSERT_TRUE(replies.ok());
  EXPECT_EQ((*replies)[0].text, "");
}

TEST(HttpTeacherTest, LimitsTheSizeAndFollowsNothing) {
  TestServer server([](int n, const std::string&) {
    return n < 2 ? Http("200 OK", std::string(5000, 'x'))
                 : Http("302 Found", "", "Location: http://me:hidden@127.0.0.1:1/v2/x?key=hidden#hidden\r\n");
  });
  HttpTeacherOptions options = server.Options();
  options.max_response_bytes = 1000;
  auto large = Send(options, {Ask("q")});
  ASSERT_FALSE(large.ok());
  EXPECT_THAT(large.error().message, HasSubstr("larger than"));
  auto moved = Send(options, {Ask("q")});
  ASSERT_FALSE(moved.ok());
  EXPECT_THAT(moved.error().message, HasSubstr("302: the endpoint sends on to http://127.0.0.1:1/v2/x, and redirects"));
  EXPECT_THAT(moved.error().message, Not(HasSubstr("hidden")));
  EXPECT_EQ(server.requests(), 3);  // the large reply, and the one to a harmless request
}

TEST(HttpTeacherTest, HeadersAndTrailersAreLimited) {
  std::string lines;
  while (lines.size() < 4u << 20) lines += "X: " + std::string(3000, 'a') + "\r\n";
  TestServer server([&](int, const std::string&) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\n" + lines + "\r\n";
  });
  HttpTeacherOptions options = server.Options();
  options.timeout_ms = 10000;
  options.attempts = 1;
  auto large = Send(options, {Ask("q")});
  ASSERT_FALSE(large.ok());
  EXPECT_THAT(large.error().message, HasSubstr("more than 1 MiB of HTTP headers"));
}

TEST(HttpTeacherTest, TheKeyIsSentAndNeverShown) {
  setenv("CAIRN_TEST_KEY", "sk-secret", 1);
  TestServer server([](int, const std::string& request) {
    EXPECT_THAT(request, HasSubstr("Authorization: Bearer sk-secret"));
    return Http("401 Unauthorized", "bad key sk-secret");
  });
  HttpTeacherOptions options = server.Options();
  options.api_key_env = "CAIRN_TEST_KEY";
  auto replies = Send(options, {Ask("q")});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kDenied);
  EXPECT_THAT(replies.error().ToString(), Not(HasSubstr("sk-secret")));
  EXPECT_THAT((*HttpTeacher::Make(options))->Identity().dump(), Not(HasSubstr("sk-secret")));
  for (const char* elsewhere :
       {"http://example.org/v1", "http://127.example.org/v1", "http://localhost.example.org/v1"}) {
    options.endpoint = elsewhere;
    EXPECT_FALSE(HttpTeacher::Make(options).ok()) << "in the clear to another machine: " << elsewhere;
  }
  options.endpoint = "https://example.org/v1";
  EXPECT_TRUE(HttpTeacher::Make(options).ok());
  options.api_key_env = "hf_abcSecret";  // the key where the variable's name belongs
  auto missing = HttpTeacher::Make(options);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().ToString(), HasSubstr("such as TEACHER_KEY"));
  EXPECT_THAT(missing.error().ToString(), Not(HasSubstr("Secret")));
}

// However a server writes the key, and with whichever status.
TEST(HttpTeacherTest, AnEscapedKeyIsNotShown) {
  struct Case {
    std::string key, written;
  } cases[] = {
      {"sk/Secret/tail", "sk\\/Secret\\/tail"},          // JSON, as PHP writes it
      {"sk-Secret-\u00e4", "sk-Secret-\\u00c3\\u00a4"},  // JSON, bytes taken for Latin-1
      {"sk  Secret", "sk  Secret"},                      // a message is squeezed
      {"sk \"Secret\"", "sk \\\"Secret\\\""},
      {"sk/Secret", "sk%2FSecret"},
      {"sk-Secret", std::string(1995, ' ') + "sk-Secret"},
  };
  for (const Case& c : cases) {
    setenv("CAIRN_TEST_KEY", c.key.c_str(), 1);
    for (const char* status : {"401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Oops", "200 OK"}) {
      TestServer server([&](int, const std::string&) { return Http(status, "bad key " + c.written); });
      HttpTeacherOptions options = server.Options();
      options.api_key_env = "CAIRN_TEST_KEY";
      options.attempts = 1;
      auto replies = Send(options, {Ask("q")});
      ASSERT_FALSE(replies.ok()) << status;
      EXPECT_THAT(replies.error().ToString(), Not(HasSubstr("Secret"))) << status << " " << c.written;
    }
  }
}

TEST(HttpTeacherTest, AKeyOfStarsEndsNothing) {
  for (const char* key : {"*", "***"}) {
    setenv("CAIRN_TEST_KEY", key, 1);
    TestServer server([](int, const std::string&) { return Http("404 Not Found", "no *** here"); });
    HttpTeacherOptions options = server.Options();
    options.api_key_env = "CAIRN_TEST_KEY";
    auto replies = Send(options, {Ask("q")});
    ASSERT_FALSE(replies.ok());
    EXPECT_EQ(replies.error().code, ErrorCode::kNotFound);
  }
}

// Where a proxy is set for other programs, a server on this machine is still asked directly.
TEST(HttpTeacherTest, ThisMachineIsAskedWithoutAProxy) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  TestServer server([](int, const std::string&) { return Good("ok"); });
  auto replies = Send(server.Options(), {Ask("q")});
  unsetenv("http_proxy");
  ASSERT_TRUE(replies.ok()) << replies.error().ToString();
}

TEST(HttpTeacherTest, OptionsAreChecked) {
  for (const char* endpoint :
       {"", "nonsense", "ftp://x/v1", "file:///etc/passwd", "http://user:hidden@127.0.0.1/v1", "http://x/v1?key=hidden",
        "http://x/v1#hidden", "http://:8000/v1", "http://x y/hidden"}) {
    HttpTeacherOptions options;
    options.model = "m";
    options.endpoint = endpoint;
    auto teacher = HttpTeacher::Make(options);
    ASSERT_FALSE(teacher.ok()) << endpoint;
    EXPECT_THAT(teacher.error().ToString(), Not(HasSubstr("hidden")));
  }
  HttpTeacherOptions options;
  options.first_wait_ms = 500;
  options.longest_wait_ms = 3000;
  EXPECT_EQ(BackoffMs(options, 2), 500);
  EXPECT_EQ(BackoffMs(options, 3), 1000);
  EXPECT_EQ(BackoffMs(options, 4), 2000);
  EXPECT_EQ(BackoffMs(options, 20), 3000);
}

TEST(HttpTeacherTest, NobodyListens) {
  HttpTeacherOptions options;
  {
    TestServer server([](int, const std::string&) { return std::string("x"); });
    options = server.Options();
  }
  auto replies = Send(options, {Ask("q"), Ask("r")});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kIo);
  NoMoreThreads limit;  // then the caller's thread finds the same
  replies = Send(options, {Ask("q"), Ask("r")});
  ASSERT_FALSE(replies.ok());
  EXPECT_EQ(replies.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace cairn::synth
