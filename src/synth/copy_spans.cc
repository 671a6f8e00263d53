#include "synth/copy_spans.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "synth/content_rules.h"
#include "synth/copy_pieces.h"
#include "synth/word_lists.h"

namespace cairn::synth {
namespace {

constexpr size_t kMinSeeds = 3, kMaxPieces = 1000;

struct Parsed {
  size_t seed = 0;
  Pieces question, answer;
};

WordKind RivalKind(std::string_view word) {
  WordKind kind = KindOf(word);
  if (kind == WordKind::kNumberWord) return WordKind::kNumber;
  return kind == WordKind::kNoun || kind == WordKind::kPlural ? WordKind::kOther : kind;
}

// Seeds whose answers have the same constants.
class Group {
 public:
  Group(const std::vector<Parsed>& seeds, std::vector<size_t> members) : seeds_(seeds), members_(std::move(members)) {}

  // Fills `out`. `slots`: gaps[member][slot].
  void Explain(const std::vector<std::vector<Gap>>& slots, CopySearch& out) {
    slots_ = slots;
    if (!Locate(out)) return;
    ChoosePlaces();
    if (!(Ordered(out) && PlacesAreCertain(out))) return;
    for (size_t m = 0; m < members_.size(); ++m) {
      if (spans_[m].empty()) continue;
      const Parsed& parsed = seeds_[members_[m]];
      CopiedSeed seed{parsed.seed, {}};
      for (size_t j = 0; j < spans_[m].size(); ++j) {
        const Candidate& span = spans_[m][j];
        const Gap& gap = slots_[m][j];
        seed.slots.push_back({parsed.question.Range(span.begin, span.end), parsed.answer.Range(gap.first, gap.second),
                              span.filler, span.capital, ops_[j], j});
      }
      out.seeds.push_back(std::move(seed));
    }
  }

  std::set<Strings> Frames() const {
    std::set<Strings> out;
    for (size_t m = 0; m < members_.size(); ++m) {
      if (!spans_[m].empty()) out.insert(Frame(Question(m), spans_[m], false));
    }
    return out;
  }

 private:
  const Pieces& Question(size_t m) const { return seeds_[members_[m]].question; }

  // Every seed's slots in its question.
  bool Locate(CopySearch& out) {
    std::vector<std::vector<std::vector<Candidate>>> candidates(members_.size());
    for (size_t j = 0; j < slots_[0].size(); ++j) {
      std::string missing;
      if (!LocateSlot(j, candidates, missing)) {
        out.not_found = "\"" + missing + "\" of an answer is not in its question";
        return false;
      }
    }
    for (const auto& of_seed : candidates) {
      assignments_.push_back(Assignments(of_seed));
      if (!assignments_.back().empty()) continue;
      out.not_found = "two pieces of an answer come from the same words";
      return false;
    }
    return true;
  }

  // By the first op that serves all seeds; `missing` is what the simplest one doesn't find.
  bool LocateSlot(size_t j, std::vector<std::vector<std::vector<Candidate>>>& candidates, std::string& missing) {
    for (bool any_small : {false, true}) {
      for (CopyOp op : kCopyOps) {
        std::vector<std::vector<Candidate>> found;
        for (size_t m = 0; m < members_.size() && (m == 0 || !found.back().empty()); ++m) {
          const Pieces& answer = seeds_[members_[m]].answer;
          auto [begin, end] = slots_[m][j];
          std::string_view text = answer.Range(begin, end).In(answer.text);
          found.push_back(FindSlot(Question(m), text, end - begin, op, any_small));
          if (found.back().empty() && missing.empty()) missing = text;
        }
        if (found.back().empty()) continue;
        for (size_t m = 0; m < members_.size(); ++m) candidates[m].push_back(std::move(found[m]));
        ops_.push_back(op);
        return true;
      }
    }
    return false;
  }

  // Of several assignments the one whose frame most seeds can have; none if that is not one.
  void ChoosePlaces() {
    std::map<Strings, size_t> seeds_with;
    for (size_t m = 0; m < members_.size(); ++m) {
      std::set<Strings> frames;
      for (const Assignment& spans : assignments_[m]) frames.insert(Frame(Question(m), spans, true));
      for (const Strings& frame : frames) ++seeds_with[frame];
    }
    for (size_t m = 0; m < members_.size(); ++m) {
      size_t best = 0, times = 0;
      const Assignment* chosen = nullptr;
      for (const Assignment& spans : assignments_[m]) {
        size_t count = seeds_with[Frame(Question(m), spans, true)];
        times = count > best ? 1 : times + (count == best ? 1 : 0);
        if (count > best) chosen = &spans;
        best = std::max(best, count);
      }
      spans_.push_back(times == 1 ? *chosen : Assignment{});
    }
  }

  // The words that member m copies, in the order of its answer.
  std::vector<std::string_view> Copied(size_t m) const {
    std::vector<std::string_view> out;
    for (const Candidate& span : spans_[m]) {
      for (size_t i = span.begin; i < span.end; ++i) {
        if (Question(m).word[i]) out.push_back(Question(m)[i]);
      }
    }
    return out;
  }

  // Whether nothing but commas, "and" and the like stands between the spans of member m.
  bool IsList(size_t m) const {
    size_t begin = spans_[m][0].begin, end = spans_[m][0].end;
    for (const Candidate& span : spans_[m]) {
      begin = std::min(begin, span.begin);
      end = std::max(end, span.end);
    }
    for (size_t i = begin; i < end; ++i) {
      bool inside = std::any_of(spans_[m].begin(), spans_[m].end(),
                                [i](const Candidate& span) { return span.begin <= i && i < span.end; });
      std::string word = Lower(Question(m)[i]);
      if (!inside && Question(m).word[i] && word != "and" && word != "or" && word != "then") return false;
    }
    return true;
  }

  // Whether the copied pieces keep their order without regard to what they say.
  bool Ordered(CopySearch& out) const {
    std::map<Strings, Strings> order;  // frame -> frame with numbers
    std::vector<std::vector<std::string_view>> copied;
    bool lists = true, turned = true;
    for (size_t m = 0; m < members_.size(); ++m) {
      if (spans_[m].empty()) continue;
      Strings numbered = Frame(Question(m), spans_[m], true);
      auto [known, added] = order.emplace(Frame(Question(m), spans_[m], false), numbered);
      if (!added && known->second != numbered) {
        out.refused = "the copied words stand in another order in each question, so the skill may be to sort";
        return false;
      }
      copied.push_back(Copied(m));
      lists = lists && IsList(m);
      for (size_t j = 1; j < spans_[m].size(); ++j) turned = turned && spans_[m][j].begin < spans_[m][j - 1].begin;
    }
    if (!lists) return true;
    out.refused = MayBeSorting(copied);
    if (turned && ops_.size() > 1 && out.refused.empty()) out.refused = MayBeAnyOrder(copied);
    return out.refused.empty();
  }

  // Whether all seeds have slot j at the same place: counted from the front, from the back, or beside the same word.
  bool IsAnchored(size_t j) const {
    std::map<std::string, size_t> anchors;
    size_t all = 0;
    for (size_t m = 0; m < members_.size(); ++m) {
      if (spans_[m].empty()) continue;
      const Pieces& question = Question(m);
      auto [begin, end] = std::pair(spans_[m][j].begin, spans_[m][j].end);
      ++all;
      ++anchors["front " + std::to_string(begin)];
      ++anchors["back " + std::to_string(question.size() - end)];
      if (begin > 0 && question.word[begin - 1]) ++anchors["after " + Lower(question[begin - 1])];
      if (end < question.size() && question.word[end]) ++anchors["before " + Lower(question[end])];
    }
    return std::any_of(anchors.begin(), anchors.end(), [all](const auto& anchor) { return anchor.second == all; });
  }

  // Words of member m that are not copied though they are of the same kinds.
  std::vector<std::string_view> Rivals(size_t m, const std::set<std::string>& instruction) const {
    std::set<WordKind> kinds;
    for (std::string_view word : Copied(m)) {
      if (!IsFunctionWord(word) || KindOf(word) == WordKind::kNumberWord) kinds.insert(RivalKind(word));
    }
    std::vector<std::string_view> out;
    for (size_t i = 0; i < Question(m).size(); ++i) {
      bool inside = std::any_of(spans_[m].begin(), spans_[m].end(),
                                [i](const Candidate& span) { return span.begin <= i && i < span.end; });
      std::string_view word = Question(m)[i];
      if (inside || !Question(m).word[i] || IsFunctionWord(word) || instruction.count(Lower(word)) > 0) continue;
      if (kinds.count(RivalKind(word)) > 0) out.push_back(word);
    }
    return out;
  }

  std::set<std::string> Instruction() const {
    std::set<std::string> common;
    for (size_t m = 0; m < members_.size(); ++m) {
      std::set<std::string> words;
      for (size_t i = 0; i < Question(m).size(); ++i) words.insert(Lower(Question(m)[i]));
      if (m == 0) common = words;
      std::erase_if(common, [&](const std::string& word) { return words.count(word) == 0; });
    }
    return common;
  }

  // Forgets the seeds in which other words might have been copied as well, unless the words around the spans are those
  // of another seed, or the spans stand at the same places in all seeds.
  bool PlacesAreCertain(CopySearch& out) {
    std::set<std::string> instruction = Instruction();
    std::map<Strings, size_t> times;
    std::vector<Choice> choices;
    bool anchored = true;
    for (size_t j = 0; j < ops_.size(); ++j) anchored = anchored && IsAnchored(j);
    for (size_t m = 0; m < members_.size(); ++m) {
      if (spans_[m].empty()) continue;
      ++times[Frame(Question(m), spans_[m], true)];
    }
    size_t certain = 0;
    for (size_t m = 0; m < members_.size(); ++m) {
      if (spans_[m].empty()) continue;
      bool alone = times[Frame(Question(m), spans_[m], true)] == 1;
      std::vector<std::string_view> copied = Copied(m), rivals = Rivals(m, instruction);
      if (alone && !anchored && !rivals.empty()) {
        spans_[m].clear();
        continue;
      }
      ++certain;
      if (copied.size() == 1) choices.push_back({copied[0], std::move(rivals)});
    }
    if (choices.size() == certain) out.refused = MayBeChoosing(choices);
    if (certain < kMinSeeds && out.refused.empty()) {
      out.refused = "the questions have other words like the copied ones, so the skill may be to choose";
    }
    return out.refused.empty();
  }

  const std::vector<Parsed>& seeds_;
  std::vector<size_t> members_;
  std::vector<std::vector<Gap>> slots_;               // [member][slot]
  std::vector<CopyOp> ops_;                           // [slot]
  std::vector<std::vector<Assignment>> assignments_;  // [member]
  std::vector<Assignment> spans_;                     // [member], empty if left out
};

class SpanFinder {
 public:
  explicit SpanFinder(const std::vector<QuestionAnswer>& seeds) {
    for (const QuestionAnswer& seed : seeds) {
      seeds_.push_back({seeds_.size(), Split(seed.question), Split(seed.answer)});
    }
  }

  CopySearch Run() {
    for (const Parsed& seed : seeds_) {
      if (seed.question.size() > kMaxPieces || seed.answer.size() > kMaxPieces) return {{}, {}, "a seed is too long"};
    }
    std::map<Strings, std::vector<size_t>> by_punctuation;
    std::vector<size_t> all;
    for (const Parsed& seed : seeds_) {
      Strings marks;
      for (size_t i = 0; i < seed.answer.size(); ++i) {
        if (!seed.answer.word[i]) marks.emplace_back(seed.answer[i]);
      }
      by_punctuation[std::move(marks)].push_back(seed.seed);
      all.push_back(seed.seed);
    }
    Explain(all);
    if (!out_.not_found.empty() && by_punctuation.size() > 1) {
      CopySearch whole = std::exchange(out_, {});
      pools_ = 0;
      slot_counts_.clear();
      for (const auto& [marks, members] : by_punctuation) Explain(members);
      if (out_.seeds.empty() && out_.refused.empty()) return whole;
    }
    if (!out_.not_found.empty() || !out_.refused.empty()) out_.seeds.clear();
    return std::move(out_);
  }

 private:
  // Divides the members further if not all of them have the same slots. Groups of less than three are left out.
  void Explain(const std::vector<size_t>& members) {
    if (members.size() < kMinSeeds || !out_.not_found.empty() || !out_.refused.empty()) return;
    Strings constants;
    for (size_t i = 0; i < seeds_[members[0]].answer.size(); ++i) {
      constants.emplace_back(seeds_[members[0]].answer[i]);
    }
    for (size_t s : members) constants = Common(constants, seeds_[s].answer);
    std::map<std::vector<bool>, std::vector<size_t>> by_slots;
    for (size_t s : members) {
      std::vector<bool> slots;
      for (const Gap& gap : Gaps(seeds_[s].answer, constants, false)) slots.push_back(gap.first < gap.second);
      by_slots[std::move(slots)].push_back(s);
    }
    if (by_slots.size() == 1) return ExplainGroup(members, constants);
    for (const auto& [slots, part] : by_slots) Explain(part);
  }

  void ExplainGroup(const std::vector<size_t>& members, const Strings& constants) {
    CopySearch found;
    for (bool from_back : {false, true}) {
      std::vector<std::vector<Gap>> slots;
      for (size_t s : members) {
        slots.push_back(Gaps(seeds_[s].answer, constants, from_back));
        std::erase_if(slots.back(), [](const Gap& gap) { return gap.first == gap.second; });
      }
      bool even = std::all_of(slots.begin(), slots.end(), [&](const auto& of) { return of.size() == slots[0].size(); });
      if (!even) continue;
      found = {};
      if (slots[0].empty()) {
        found.not_found = "an answer is the same for several questions";
        break;
      }
      Group group(seeds_, members);
      group.Explain(slots, found);
      if (found.seeds.empty() && found.refused.empty()) continue;
      if (found.refused.empty()) found.refused = Elsewhere(group.Frames(), members, slots[0].size());
      break;
    }
    size_t slots = 0;
    for (CopiedSeed& seed : found.seeds) {
      slots = seed.slots.size();
      for (CopySlot& slot : seed.slots) slot.pool += pools_;
      out_.seeds.push_back(std::move(seed));
    }
    pools_ += slots;
    if (out_.not_found.empty()) out_.not_found = found.not_found;
    if (out_.refused.empty()) out_.refused = found.refused;
  }

  // Why the constants of the answers may depend on what the questions say, if they may.
  std::string Elsewhere(const std::set<Strings>& frames, const std::vector<size_t>& members, size_t slots) {
    const std::string why = "questions of the same form have answers of different forms, so more than copies is needed";
    if (!slot_counts_.insert(slots).second) return why;
    for (const Parsed& seed : seeds_) {
      if (std::find(members.begin(), members.end(), seed.seed) != members.end()) continue;
      for (const Strings& frame : frames) {
        if (Matches(frame, seed.question)) return why;
      }
    }
    return {};
  }

  std::vector<Parsed> seeds_;
  CopySearch out_;
  size_t pools_ = 0;
  std::set<size_t> slot_counts_;
};

}  // namespace

CopySearch FindSpans(const std::vector<QuestionAnswer>& seeds) { return SpanFinder(seeds).Run(); }

}  // namespace cairn::synth
