#include "corpus.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "base/file.h"
#include "novel.h"
#include "story.h"
#include "tasks.h"
#include "text.h"

namespace cairn::seed {
namespace {

// The mixture, in percent of the conversations.
struct Share {
  uint32_t percent;
  Dialogue (*make)(Scene& scene);
};

// As most levels have them; the early ones ask for less at a time.
constexpr auto kReading = [](Scene& scene) { return MakeReading(scene, 12); };
constexpr auto kAsking = [](Scene& scene) { return MakeAsking(scene, 4); };
constexpr auto kSkills = [](Scene& scene) { return MakeSkill(scene, 8); };
constexpr auto kJudging = [](Scene& scene) { return MakeJudging(scene, 12); };
constexpr auto kUnknown = [](Scene& scene) { return MakeUnknown(scene, 6); };
constexpr auto kRephrase = [](Scene& scene) { return MakeRephrase(scene, 6); };
constexpr auto kPattern = [](Scene& scene) { return MakePattern(scene, 4); };

constexpr std::array<Share, 8> kFullMixture = {{
    {38, [](Scene& scene) { return MakeReading(scene, 7); }},
    {17, kAsking},
    {9, kUnknown},
    {8, [](Scene& scene) { return MakeJudging(scene, 5); }},
    {8, [](Scene& scene) { return MakeRephrase(scene, 5); }},
    {5, &MakeConversation},
    {9, [](Scene& scene) { return MakeSkill(scene, 6); }},
    {6, kPattern},
}};

constexpr std::array<Share, 7> kEasyMixture = {{
    {40, [](Scene& scene) { return MakeReading(scene, 3); }},
    {20, &MakeLookup},
    {12, [](Scene& scene) { return MakeSkill(scene, 4); }},
    {10, [](Scene& scene) { return MakeAsking(scene, 2); }},
    {6, [](Scene& scene) { return MakeRephrase(scene, 3); }},
    {6, [](Scene& scene) { return MakePattern(scene, 3); }},
    {6, [](Scene& scene) { return MakeJudging(scene, 3); }},
}};

constexpr std::array<Share, 3> kCopyMixture = {{
    {50, &MakeCopy},
    {35, &MakeLookup},
    {15, kPattern},
}};

// A verdict is one token of the loss and skills are many: late in training both get more room.
constexpr std::array<Share, 8> kEventsMixture = {{
    {32, kReading},
    {17, kAsking},
    {14, kSkills},
    {12, kJudging},
    {7, kUnknown},
    {7, kRephrase},
    {7, kPattern},
    {4, &MakeConversation},
}};

// Looking up is kept in practice: finding and copying are what all other tasks stand on.
constexpr std::array<Share, 9> kNovelMixture = {{
    {30, kReading},
    {17, kAsking},
    {15, kSkills},
    {9, kJudging},
    {7, kPattern},
    {6, kUnknown},
    {6, kRephrase},
    {6, &MakeLookup},
    {4, &MakeConversation},
}};
// Most of the loss lies in long replies, most of what is wanted in short ones: so reading has the greatest share here.
constexpr std::array<Share, 9> kRichMixture = {{
    {42, kReading},
    {15, kAsking},
    {12, kSkills},
    {9, &MakeBinding},
    {9, kJudging},
    {4, kUnknown},
    {3, kPattern},
    {3, kRephrase},
    {3, &MakeConversation},
}};
constexpr std::array<Share, 9> kOpenMixture = {{
    {37, kReading},
    {21, kAsking},
    {12, kSkills},
    {9, kJudging},
    {7, &MakeBinding},
    {4, kUnknown},
    {4, kRephrase},
    {3, kPattern},
    {3, &MakeConversation},
}};
constexpr std::array<Share, 9> kClearMixture = {{
    {37, kReading},
    {19, kAsking},
    {17, kSkills},
    {8, kJudging},
    {6, &MakeBinding},
    {5, kUnknown},
    {3, kRephrase},
    {3, kPattern},
    {2, &MakeConversation},
}};
constexpr std::array<Share, 10> kPlainMixture = {{
    {37, kReading},
    {19, kAsking},
    {14, kSkills},
    {7, kJudging},
    {6, &MakeRecall},
    {5, &MakeBinding},
    {4, kUnknown},
    {4, kRephrase},
    {2, kPattern},
    {2, &MakeConversation},
}};
// A model that answered without a text for long does not say "I don't know." any more; it is soon learnt again.
constexpr std::array<Share, 9> kSureMixture = {{
    {37, kReading},
    {25, kAsking},
    {11, kUnknown},
    {10, kSkills},
    {8, kJudging},
    {3, &MakeBinding},
    {3, kRephrase},
    {2, kPattern},
    {1, &MakeConversation},
}};
constexpr std::array<Share, 9> kProseMixture = {{
    {36, kReading},
    {27, kAsking},
    {11, kSkills},
    {8, kUnknown},
    {7, kJudging},
    {4, kRephrase},
    {3, &MakeBinding},
    {2, kPattern},
    {2, &MakeConversation},
}};
constexpr uint64_t kEraSamples = 11200;     // conversations between two changes of the facts that recall asks for
constexpr uint32_t kRenewedDialogues = 40;  // percent of those with a passage, level novel
constexpr uint32_t kRenewedStories = 12;    // percent of those with a story: there are few, so nobody may know them

// Lists of words.yaml that the program itself relies on.
constexpr std::string_view kNeeded[] = {
    "filler",   "source",    "opener",   "food",      "drink",     "dish",     "tool",       "toy",
    "clothing", "furniture", "fruit",    "container", "day",       "building", "instrument", "sport",
    "colour",   "subject",   "language", "job",       "vegetable", "event",    "noun_skill", "adjective_skill",
    "animal",   "hobby",     "bird",     "flower",    "tree",      "month"};

constexpr const char* kLevelNames[] = {"full", "easy", "copy",  "events", "wide", "novel",
                                       "rich", "open", "clear", "plain",  "sure", "prose"};
static_assert(std::size(kLevelNames) == kLevels);

std::span<const Share> MixtureOf(Level level) {
  switch (level) {
    case Level::kFull:
      return kFullMixture;
    case Level::kEasy:
      return kEasyMixture;
    case Level::kCopy:
      return kCopyMixture;
    case Level::kEvents:
    case Level::kWide:
      return kEventsMixture;
    case Level::kNovel:
      return kNovelMixture;
    case Level::kRich:
      return kRichMixture;
    case Level::kOpen:
      return kOpenMixture;
    case Level::kClear:
      return kClearMixture;
    case Level::kPlain:
      return kPlainMixture;
    case Level::kSure:
      return kSureMixture;
    case Level::kProse:
      return kProseMixture;
  }
  return {};
}

Dialogue Make(const World& world, uint64_t seed, uint64_t index, Level level) {
  Draw draw(seed, index);
  Scene scene{world, draw, Split::kTraining, level, index / kEraSamples};
  const std::span<const Share> mixture = MixtureOf(level);
  uint32_t roll = draw.Below(100);
  size_t at = 0;
  for (; roll >= mixture[at].percent; ++at) roll -= mixture[at].percent;
  Dialogue dialogue = mixture[at].make(scene);
  const uint32_t renewed = level == Level::kNovel ? kRenewedDialogues : dialogue.passage.story ? kRenewedStories : 0;
  if (renewed > 0 && draw.Percent(renewed)) RenewWords(scene, dialogue);
  return dialogue;
}

}  // namespace

Corpus::Corpus() = default;
Corpus::Breadth Corpus::BreadthOf(Level level) {
  if (level >= Level::kProse) return kWithStories;
  if (level >= Level::kClear) return kWithClearWordings;
  if (HasWordings(level)) return kWithWordings;
  return level == Level::kWide || level == Level::kNovel ? kWithWideFrames : kBasic;
}
const char* LevelName(Level level) { return kLevelNames[static_cast<int>(level)]; }
bool HasEvents(Level level) { return level >= Level::kEvents; }
bool HasWordings(Level level) { return level >= Level::kRich; }
bool HasNovelWords(Level level) { return level >= Level::kNovel; }

Corpus::Corpus(Corpus&&) noexcept = default;
Corpus& Corpus::operator=(Corpus&&) noexcept = default;
Corpus::~Corpus() = default;

namespace {

// Lists that the program relies on are there.
Result<void> CheckLists(const Pools& pools, const std::string& where) {
  for (std::string_view name : kNeeded) {
    if (pools.Find(name) == nullptr) return BadInput("list " + std::string(name) + " is missing", where);
  }
  // Skills draw up to eight different nouns from either split.
  int per_split[2] = {0, 0};
  for (const std::string& word : pools.Get("noun_skill").words) ++per_split[SplitOf(word) == Split::kHeldOut ? 1 : 0];
  if (per_split[0] < 12 || per_split[1] < 12) return BadInput("noun_skill needs more words", where);
  return {};
}

// Reads the YAML files of a folder one by one, and adds a line for each to `contents`.
template <typename Use>
Result<void> ForEachYaml(const std::string& dir, std::string& contents, Use use) {
  CAIRN_ASSIGN(std::vector<std::string> files, ListFiles(dir));
  for (const std::string& file : files) {
    if (!file.ends_with(".yaml")) continue;
    std::string path = dir + "/" + file;
    CAIRN_ASSIGN(std::string text, ReadFile(path, uint64_t{1} << 24));
    contents += file + " " + Sha256Of(text).Hex() + "\n";
    CAIRN_TRY(use(text, path));
  }
  return {};
}

Result<void> AddFrames(const std::string& dir, World& world, std::string& contents) {
  return ForEachYaml(dir, contents, [&](const std::string& text, const std::string& path) -> Result<void> {
    CAIRN_ASSIGN(std::vector<std::unique_ptr<Frame>> frames, ParseFrames(text, path, world.pools));
    for (auto& frame : frames) world.frames.push_back(std::move(frame));
    return {};
  });
}

// Puts the further forms of a folder into the frames of the targets.
Result<void> AddWordings(const std::string& dir, const std::vector<FormsTarget>& targets, std::string& contents) {
  return ForEachYaml(dir, contents,
                     [&](const std::string& text, const std::string& path) { return AddForms(text, path, targets); });
}

Result<void> AddStories(const std::string& dir, const Pools& pools, World& world, std::string& contents) {
  return ForEachYaml(dir, contents, [&](const std::string& text, const std::string& path) -> Result<void> {
    CAIRN_ASSIGN(std::vector<std::shared_ptr<const Story>> stories, ParseStories(text, path, pools));
    std::move(stories.begin(), stories.end(), std::back_inserter(world.stories));
    return {};
  });
}

}  // namespace

Result<Corpus> Corpus::Load(const std::string& dir) {
  const std::string words = dir + "/words.yaml", wide = dir + "/frames_wide", wordings = dir + "/wordings",
                    stories = dir + "/stories";
  Corpus corpus;
  auto& worlds = corpus.worlds_;
  worlds[kBasic] = std::make_unique<World>();
  CAIRN_ASSIGN(worlds[kBasic]->pools, Pools::Load(words));
  CAIRN_TRY(CheckLists(worlds[kBasic]->pools, words));
  CAIRN_ASSIGN(Digest words_digest, Sha256OfFile(words));
  std::string contents = "words.yaml " + words_digest.Hex() + "\n";
  CAIRN_TRY(AddFrames(dir + "/frames", *worlds[kBasic], contents));
  if (worlds[kBasic]->frames.empty()) return BadInput("no frames found", dir + "/frames");
  corpus.digests_[kBasic] = Sha256Of(contents);
  // Shared frames go on pointing into the pools of the world that read them, which lives as long.
  worlds[kWithWideFrames] = std::make_unique<World>(*worlds[kBasic]);
  if (PathExists(wide)) CAIRN_TRY(AddFrames(wide, *worlds[kWithWideFrames], contents));
  corpus.digests_[kWithWideFrames] = Sha256Of(contents);
  for (Breadth breadth : {kWithWordings, kWithClearWordings})
    worlds[breadth] = std::make_unique<World>(*worlds[kWithWideFrames]);
  if (PathExists(wordings)) {
    CAIRN_TRY(AddWordings(
        wordings,
        {{Questions::kAll, &worlds[kWithWordings]->frames}, {Questions::kClear, &worlds[kWithClearWordings]->frames}},
        contents));
  }
  corpus.digests_[kWithWordings] = corpus.digests_[kWithClearWordings] = Sha256Of(contents);
  worlds[kWithStories] = std::make_unique<World>(*worlds[kWithClearWordings]);
  if (PathExists(stories)) CAIRN_TRY(AddStories(stories, worlds[kBasic]->pools, *worlds[kWithStories], contents));
  corpus.digests_[kWithStories] = Sha256Of(contents);
  return corpus;
}

formats::Conversation Corpus::Sample(uint64_t seed, uint64_t index, Level level) const {
  Dialogue dialogue = Make(WorldOf(level), seed, index, level);
  formats::Conversation conversation;
  conversation.id = "seed-" + std::to_string(seed) + "-" + std::to_string(index);
  for (Turn& turn : dialogue.turns) {
    conversation.messages.push_back({"user", std::move(turn.user), false});
    conversation.messages.push_back({"assistant", std::move(turn.assistant), turn.train});
  }
  return conversation;
}

std::string Corpus::TaskOf(uint64_t seed, uint64_t index, Level level) const {
  return Make(WorldOf(level), seed, index, level).task;
}

}  // namespace cairn::seed
