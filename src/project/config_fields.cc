#include "project/config_fields.h"

#include <string_view>

#include "base/text.h"

namespace cairn::project {

// Function-local constants: built at first use, never changed.
#define CAIRN_ENUM_NAMES(Enum, ...)                           \
  template <>                                                 \
  const std::vector<std::string>& EnumNames<Enum>() {         \
    static const std::vector<std::string> names{__VA_ARGS__}; \
    return names;                                             \
  }
CAIRN_ENUM_NAMES(Pipeline, "full", "simple")
CAIRN_ENUM_NAMES(TrainingMethod, "lora", "full")
CAIRN_ENUM_NAMES(LoraTargets, "all-linear", "attention", "mlp")
CAIRN_ENUM_NAMES(LoraNumerics, "f32", "i8")
CAIRN_ENUM_NAMES(BaseQuantization, "none", "q8_0", "q4_0")
CAIRN_ENUM_NAMES(LocalRepositories, "refuse", "allow")
CAIRN_ENUM_NAMES(PhaseData, "knowledge", "skills", "all")
CAIRN_ENUM_NAMES(OptimizerName, "adamw")
CAIRN_ENUM_NAMES(train::Schedule, "constant", "linear", "cosine")
CAIRN_ENUM_NAMES(Benchmark, eval::kLeafQuestions, eval::kBaseRegression)
CAIRN_ENUM_NAMES(ReleaseFormat, "safetensors")
#undef CAIRN_ENUM_NAMES

const char* ApiVersionProblem(const std::string& text) {
  return text == kApiVersion ? nullptr : "is not a version this cairn reads; write cairn.dev/v1alpha1";
}

const char* KindProblem(const std::string& text) {
  return text == kKind ? nullptr : "is not a kind of project; write ModelBuild";
}

const char* NameProblem(const std::string& text) {
  constexpr const char* kRule =
      "is not a name; use 1 to 63 lower-case letters, digits, '-' and '.', with a letter or digit at both ends";
  auto plain = [](char c) { return IsAsciiLower(c) || IsAsciiDigit(c); };
  if (text.empty() || text.size() > 63 || !plain(text.front()) || !plain(text.back())) return kRule;
  for (char c : text) {
    if (!plain(c) && c != '-' && c != '.') return kRule;
  }
  return nullptr;
}

const char* PathProblem(const std::string& text) {
  return text.empty() ? "is empty; write a name or a path, or leave the field out" : nullptr;
}

const char* RelativePathProblem(const std::string& text) {
  if (text.starts_with('/') || text.starts_with("~/")) return "is not relative; write it from the project's folder on";
  return PathProblem(text);
}

const char* UrlProblem(const std::string& text) {
  if (text.empty()) return nullptr;
  constexpr const char* kRule = "is not a URL of a server; write one like http://127.0.0.1:8000/v1";
  bool http = text.starts_with("http://"), https = text.starts_with("https://");
  if (!http && !https) return kRule;
  std::string_view rest = std::string_view(text).substr(http ? 7 : 8);
  if (rest.empty() || rest[0] == '/' || rest[0] == ':') return kRule;
  if (rest.find('@') != rest.npos)
    return "holds a user name or password; put the key into an environment variable and name that in apiKeyEnv";
  if (rest.find_first_of("?#") != rest.npos)
    return "holds a query or a fragment; end it with the version, as in http://127.0.0.1:8000/v1, and put a key into "
           "an environment variable that apiKeyEnv names";
  for (char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') return kRule;
  }
  return nullptr;
}

namespace {

// Keys that could be the name of a variable: those with a known beginning, and long runs of letters and digits.
bool LooksLikeKey(const std::string& text) {
  for (const char* start : {"sk_", "hf_", "gsk_", "ghp_", "github_pat_", "glpat_", "nvapi_", "xai_", "r8_", "AIza"})
    if (text.starts_with(start)) return true;
  size_t run = 0;
  bool digit = false;
  for (char c : text) {
    run = c == '_' ? 0 : run + 1;
    digit = run > 0 && (digit || (c >= '0' && c <= '9'));
    if (run >= 20 && digit) return true;
  }
  return false;
}

}  // namespace

const char* VariableProblem(const std::string& text) {
  constexpr const char* kRule =
      "is not the name of an environment variable; write its name, such as TEACHER_KEY, and never the key itself";
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (!IsAsciiLetter(c) && c != '_' && (i == 0 || !IsAsciiDigit(c))) return kRule;
  }
  if (LooksLikeKey(text))
    return "looks like a key; take it out of the file, put it into an environment variable and write that one's name, "
           "such as TEACHER_KEY";
  return nullptr;
}

}  // namespace cairn::project
