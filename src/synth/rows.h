// Generated rows and what became of each: every row ends kept, or dropped with the stage and the reason.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/chat.h"

namespace cairn::synth {

// The stages at which rows are dropped, in the order in which a row meets them.
inline constexpr const char* kStageRefused = "refused";       // the teacher refuses a request, in whichever step
inline constexpr const char* kStageForm = "form";             // not a question with an answer
inline constexpr const char* kStageLength = "length";         // too short or long, or repeats its answer
inline constexpr const char* kStageSubject = "subject";       // cannot be understood without the text
inline constexpr const char* kStageSource = "source";         // the answer does not stand in the text
inline constexpr const char* kStageDuplicate = "duplicate";   // was made before
inline constexpr const char* kStageRoundTrip = "round trip";  // the teacher answers it otherwise
inline constexpr const char* kStageJudge = "judge";           // the teacher does not call it right
inline constexpr const char* kStageConflict = "conflict";     // another answer was confirmed more often
inline constexpr const char* kStageSimilar = "similar";       // nearly a duplicate
inline constexpr const char* kStageCap = "cap";               // enough rows about this fact

inline constexpr const char* kStepStatement = "statement";  // the second half of a sentence
inline constexpr const char* kStepGap = "gap";              // a part of a sentence

struct Row {
  std::string id;        // formats::ConversationId of Messages()
  std::string question;  // the whole user message; with a context: "context\n\nquestion"
  std::string answer;
  std::string source;      // "file:first-last" line
  std::string chunk;       // Chunk::id; empty if not made from a document
  std::string step;        // what made it: seed, questions, about sentence, for answer, sentence alone, rephrase,
                           // statement, gap, examples, substitution
  std::string parent;      // id of the row it was made from, or empty
  uint32_t confirmed = 1;  // how many calls brought the same question and answer
  bool kept = true;
  std::string stage, reason;  // of a dropped row

  void Drop(const char* at, std::string why);
  // Whether the teacher refused what this row needs of it; then it is dropped.
  bool DropIfRefused(const std::string& refusal);
  std::vector<formats::Message> Messages() const;
  void SetId();
};

// A row that a sentence makes by itself: it asks nothing, so it neither covers the sentence nor counts among the
// questions.
bool MadeBySentence(const Row& row);

// Only kept rows, as training conversations.
std::vector<formats::Conversation> KeptConversations(const std::vector<Row>& rows);

Json RowToJson(const Row& row);
Result<Row> RowFromJson(const Json& json, const std::string& where);
std::string RowsToJsonl(const std::vector<Row>& rows);
Result<std::vector<Row>> RowsFromJsonl(const std::string& text, const std::string& where);

struct Funnel {
  struct Stage {
    std::string name;
    uint64_t entered = 0, dropped = 0;
    bool operator==(const Stage&) const = default;
  };
  uint64_t made = 0, kept = 0;
  std::map<std::string, uint64_t> made_by_step, kept_by_step;
  std::vector<Stage> stages;  // in order; entered of one = entered - dropped of the one before
  bool operator==(const Funnel&) const = default;
};
// made == kept + the sum of dropped, always.
Funnel FunnelOf(const std::vector<Row>& rows);
Json FunnelToJson(const Funnel& funnel);
Result<Funnel> FunnelFromJson(const Json& json, const std::string& where);

}  // namespace cairn::synth
