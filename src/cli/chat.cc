// cairn chat: one question, or a conversation at the terminal.
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "cli/command.h"
#include "infer/decoder.h"
#include "infer/generate.h"
#include "project/build.h"
#include "project/config.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string model;
  std::optional<std::string> question;
  infer::SamplingOptions sampling;
};

// The newest release of the project in `folder`; empty if there is none.
std::string NewestRelease(const std::string& folder) {
  std::string newest;
  std::filesystem::file_time_type newest_time{};
  std::error_code code;
  for (auto it =
           std::filesystem::directory_iterator((std::filesystem::path(folder) / "build").lexically_normal(), code);
       !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    std::string path = it->path().string();
    // A build keeps others hidden while it exchanges one release for the next.
    if (it->path().filename().string().starts_with('.') || !PathExists(path + "/model.safetensors")) continue;
    auto time = it->last_write_time(code);
    if (code || (!newest.empty() && time <= newest_time)) continue;
    newest = path;
    newest_time = time;
  }
  return newest;
}

struct Choice {
  std::string model;                      // as ResolveModel takes it
  std::optional<bool> last_build_passed;  // of the project whose release this is, or would be
};

// What a project without a release is asked: the model that it is made from.
Result<std::string> BaseOf(const std::string& folder) {
  CAIRN_ASSIGN(project::ProjectConfig config, project::ReadProjectConfig(folder + "/" + project::kProjectFileName));
  if (config.spec.base.model == "seed") return config.spec.base.model;
  return ModelResolverFor(folder)(config.spec.base.model);
}

Result<Choice> ChooseModel(const Options& options, const Context& context) {
  if (!options.model.empty()) return Choice{options.model, {}};
  if (ProjectFileAbove().empty()) return Choice{"seed", {}};
  const std::string folder = ProjectFolderAbove(), release = NewestRelease(folder);
  const std::optional<bool> passed = project::LastBuildPassed(folder);
  Choice choice{release, passed};
  if (release.empty()) {
    CAIRN_ASSIGN(choice.model, BaseOf(folder));
  }
  if (context.quiet) return choice;
  const std::string asked = choice.model == "seed" ? "the built-in model" : choice.model;
  if (passed == false)
    Say(stderr, "cairn: a gate of the last build failed, so no release was made of it; asking {}{}\n", asked,
        release.empty() ? "" : ", the release of an earlier build");
  else if (release.empty())
    Say(stderr, "cairn: this project has no release yet; asking {}\n", asked);
  else if (folder != ".")
    Say(stderr, "cairn: asking {}\n", asked);
  return choice;
}

struct Answer {
  infer::Reply reply;
  double seconds = 0;
};

class Chat {
 public:
  Chat(const Options& options, const Context& context, const model::ChatModel& model)
      : options_(options), context_(context), model_(model), pool_(context.Threads()) {}
  Result<int> Once(std::optional<bool> last_build_passed);
  Result<int> Converse();

 private:
  Result<Answer> Ask(bool stream);
  Result<void> MakeRoom();
  // False when the conversation is to end.
  bool Command(const std::string& line);
  Result<void> Turn(std::string line);

  const Options& options_;
  const Context& context_;
  const model::ChatModel& model_;
  ThreadPool pool_;
  std::vector<formats::Message> history_;
};

Result<Answer> Chat::Ask(bool stream) {
  infer::TokenCallback print;
  if (stream)
    print = [](size_t, std::string_view text) {
      Say(stdout, "{}", text);
      std::fflush(stdout);
    };
  auto start = std::chrono::steady_clock::now();
  CAIRN_ASSIGN(std::vector<infer::Reply> replies,
               infer::Generate(pool_, model_, {{history_, options_.sampling}}, print));
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return Answer{std::move(replies[0]), elapsed.count()};
}

Result<int> Chat::Once(std::optional<bool> last_build_passed) {
  history_ = {{"user", *options_.question}};
  CAIRN_ASSIGN(Answer answer, Ask(!context_.json));
  if (!context_.json) {
    Say(stdout, "\n");
    return 0;
  }
  SayJson({{"question", *options_.question},
           {"answer", answer.reply.text},
           {"model", model_.directory},
           {"last_build_passed", last_build_passed ? Json(*last_build_passed) : Json()},
           {"tokens", answer.reply.tokens.size()},
           {"finish_reason", infer::FinishReasonName(answer.reply.finish_reason)},
           {"seconds", answer.seconds}});
  return 0;
}

// Forgets the oldest turns until question and answer fit what the model reads. The last question stays, whatever its
// length: then generating says what is wrong.
Result<void> Chat::MakeRoom() {
  size_t positions = model::MaxPositions(model_.model.config);
  size_t reserve = std::min(static_cast<size_t>(options_.sampling.max_tokens), positions / 4);
  bool forgot = false;
  while (history_.size() > 2) {
    CAIRN_ASSIGN(std::vector<formats::TokenId> prompt,
                 formats::EncodePrompt(model_.format, model_.tokenizer, history_));
    if (prompt.size() + reserve <= positions) break;
    history_.erase(history_.begin(), history_.begin() + 2);
    forgot = true;
  }
  if (forgot && !context_.quiet) Say(stderr, "(the conversation is long; its beginning was forgotten)\n");
  return {};
}

Result<void> Chat::Turn(std::string line) {
  history_.push_back({"user", std::move(line)});
  auto room = MakeRoom();
  Result<Answer> answer = room.ok() ? Ask(true) : room.error();
  Say(stdout, "\n");
  std::fflush(stdout);
  if (answer.ok()) {
    history_.push_back({"assistant", answer->reply.text});
    return {};
  }
  history_.pop_back();
  return answer.error();
}

bool Chat::Command(const std::string& line) {
  if (line == "/quit" || line == "/exit") return false;
  if (line == "/new") {
    history_.clear();
    Say(stderr, "(new conversation)\n");
  } else {
    if (line != "/help") Say(stderr, "unknown command {}\n", line);
    Say(stderr,
        "/new   forget the conversation\n/quit  leave (or Ctrl-D)\n/help  this list\n"
        "Ctrl-C stops an answer; a second one leaves. Any other line goes to the model.\n");
  }
  return true;
}

// A line of standard input without its end; nothing at its end, or when Ctrl-C came.
std::optional<std::string> ReadLine() {
  char* buffer = nullptr;
  size_t size = 0;
  ssize_t length = getline(&buffer, &size, stdin);
  std::unique_ptr<char, decltype(&free)> owner(buffer, &free);
  if (length < 0) return std::nullopt;
  std::string line(buffer, static_cast<size_t>(length));
  while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
  return line;
}

Result<int> Chat::Converse() {
  bool terminal = isatty(STDIN_FILENO) != 0;
  if (!context_.quiet) Say(stderr, "Talking to {}. /help lists the commands.\n", model_.directory);
  for (;;) {
    if (terminal) Say(stderr, "> ");
    std::optional<std::string> line = ReadLine();
    if (!line || Interrupted()) {
      if (terminal) Say(stderr, "\n");
      if (!line && !Interrupted() && std::ferror(stdin) != 0) return IoError("cannot read standard input");
      return Interrupted() ? 130 : 0;
    }
    if (line->find_first_not_of(" \t") == std::string::npos) continue;
    if (line->starts_with('/')) {
      if (!Command(*line)) return 0;
      continue;
    }
    auto turn = Turn(*line);
    if (turn.ok()) continue;
    // At a terminal a stopped or refused question leaves room for another one; a script wants to know.
    if (!terminal) return turn.error();
    if (turn.error().code == ErrorCode::kCancelled)
      ClearInterrupt();
    else
      Say(stderr, "cairn: {}\n", PrintableLine(turn.error().ToString()));
  }
}

Result<int> Run(const Options& options, const Context& context) {
  if (context.json && !options.question) return BadInput("--json answers one question; give it with -q \"question\"");
  if (options.question && options.question->find_first_not_of(" \t\r\n") == std::string::npos)
    return BadInput("the question after -q is empty");
  CAIRN_TRY(options.sampling.Validate());
  CAIRN_ASSIGN(Choice choice, ChooseModel(options, context));
  CAIRN_ASSIGN(std::string directory, ResolveModel(choice.model));
  CAIRN_ASSIGN(model::ChatModel model, model::LoadChatModel(directory));
  Chat chat(options, context, model);
  return options.question ? chat.Once(choice.last_build_passed) : chat.Converse();
}

}  // namespace

void AddChat(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command chat = app.AddCommand(
      "chat",
      "ask a model. With -q one question: the answer goes to stdout. Without it a conversation: answers appear as they "
      "are written, the model sees what was said before, /help lists the commands, Ctrl-C stops an answer and a second "
      "one leaves. Lines from a pipe are asked one after the other. The model is the newest release of the project "
      "here or in a folder above (cairn.yaml), or its base before there is one; without a project, the built-in one.");
  // Here -q is the question.
  AddCommon(chat, context);
  chat.Remove("--quiet");
  chat.AddFlag("--quiet", context.quiet, "no notes on stderr");
  chat.AddValue("-q,--question", options->question, "ask this one question");
  chat.AddValue("--model", options->model, "seed, or a model's folder");
  infer::SamplingOptions& sampling = options->sampling;
  chat.AddValue("--temperature", sampling.temperature, "0: always the most probable word").ShowDefault();
  chat.AddValue("--top-k", sampling.top_k, "draw from the k most probable; 0: all").ShowDefault();
  chat.AddValue("--top-p", sampling.top_p, "draw from the smallest set with this probability").ShowDefault();
  chat.AddValue("--min-p", sampling.min_p, "drop what is less probable than this share of the best").ShowDefault();
  chat.AddValue("--repetition-penalty", sampling.repetition_penalty, "above 1: avoid words used before").ShowDefault();
  chat.AddValue("--beams", sampling.beams, "above 1: search for the answer that is most probable as a whole")
      .NotNegative()
      .ShowDefault();
  chat.AddValue("--seed", sampling.seed, "of the draws; equal seeds give equal answers").NotNegative().ShowDefault();
  chat.AddValue("--max-tokens", sampling.max_tokens, "longest answer").ShowDefault();
  chat.Footer("Examples:\n  cairn chat -q \"Who built Tolmen Harbour?\"\n  cairn chat --model seed --temperature 0.8");
  chat.OnChosen([options, &context] { context.run = [options, &context] { return Run(*options, context); }; });
}

}  // namespace cairn::cli
