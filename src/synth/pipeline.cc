#include "synth/pipeline.h"

#include <utility>

#include "infer/sampler.h"
#include "synth/document.h"
#include "synth/knowledge.h"
#include "synth/skill.h"

namespace cairn::synth {
namespace {

std::string At(const taxonomy::Leaf& leaf, const formats::YamlPosition& at) {
  return leaf.QnaPath() + ":" + std::to_string(at.line);
}

// root: of the taxonomy, for messages.
Result<std::vector<Document>> DocumentsOf(const taxonomy::Leaf& leaf, const std::string& root) {
  std::vector<Document> documents;
  for (const taxonomy::Document& source : leaf.documents) {
    Result<Document> document = ParseDocument(source.text, source.path);
    if (!document.ok()) {  // the place without the path: ":12:1"
      const Error& error = document.error();
      return Error{error.code, error.message, source.where + error.where.substr(source.path.size())};
    }
    documents.push_back(std::move(*document));
  }
  if (!documents.empty()) return documents;
  // Nothing else to read: the passages that the contributor chose.
  for (const taxonomy::SeedExample& example : leaf.seed_examples) {
    Result<Document> document = ParseDocument(example.context, At(leaf, example.at));
    if (!document.ok())
      return Error{document.error().code, document.error().message,
                   formats::YamlWhere(taxonomy::JoinPath(root, leaf.QnaPath()), example.at)};
    documents.push_back(std::move(*document));
  }
  return documents;
}

Result<LeafData> Knowledge(const taxonomy::Leaf& leaf, Asker& asker, const SynthesisOptions& options) {
  CAIRN_ASSIGN(const std::vector<Document> documents, DocumentsOf(leaf, ""));
  std::vector<KnowledgeSeed> seeds;
  for (const taxonomy::SeedExample& example : leaf.seed_examples) {
    for (const taxonomy::QuestionAnswer& pair : example.questions_and_answers) {
      seeds.push_back({example.context, pair.question, pair.answer, At(leaf, pair.at)});
    }
  }
  return SynthesiseKnowledge(documents, seeds, asker, options);
}

Result<LeafData> Skill(const taxonomy::Leaf& leaf, Asker& asker, const SynthesisOptions& options) {
  std::vector<SkillSeed> seeds;
  for (const taxonomy::SeedExample& example : leaf.seed_examples) {
    for (const taxonomy::QuestionAnswer& pair : example.questions_and_answers) {
      seeds.push_back({taxonomy::QuestionWithContext(example, pair), pair.answer, At(leaf, pair.at)});
    }
  }
  if (seeds.empty()) return BadInput("the skill has no seed examples; write at least five", leaf.QnaPath());
  return SynthesiseSkill(seeds, asker, options);
}

Result<void> CheckRange(const char* name, uint64_t value, uint64_t low, uint64_t high) {
  if (value >= low && value <= high) return {};
  return BadInput(std::string(name) + " must be from " + std::to_string(low) + " to " + std::to_string(high),
                  "synthesis");
}

}  // namespace

Result<void> CheckDocuments(const taxonomy::Leaf& leaf, const std::string& root) {
  if (leaf.kind != taxonomy::LeafKind::kKnowledge) return {};
  CAIRN_TRY(DocumentsOf(leaf, root));
  return {};
}

Result<void> SynthesisOptions::Validate() const {
  CAIRN_TRY(CheckRange("samplesPerSeed", samples_per_seed, 1, 1000));
  CAIRN_TRY(CheckRange("beams", beams, 1, infer::kMaxBeams));
  CAIRN_TRY(CheckRange("rephrasings", rephrasings, 0, 100));
  CAIRN_TRY(CheckRange("max_rows_per_fact", max_rows_per_fact, 1, 100000));
  CAIRN_TRY(CheckRange("max_substitutions", max_substitutions, 0, 100000));
  return CheckRange("chunks.max_words", chunks.max_words, 1, 10000);
}

Result<LeafData> Synthesise(const taxonomy::Leaf& leaf, Teacher& teacher, const SynthesisOptions& options,
                            const SynthesisCallback& progress) {
  CAIRN_TRY(options.Validate());
  Asker asker(teacher, options.seed, options.beams, progress);
  return leaf.kind == taxonomy::LeafKind::kKnowledge ? Knowledge(leaf, asker, options) : Skill(leaf, asker, options);
}

Json LeafReport(const std::string& leaf, const LeafData& data) {
  return {{"leaf", leaf}, {"funnel", FunnelToJson(data.funnel)}, {"uncovered", data.uncovered}, {"notes", data.notes}};
}

}  // namespace cairn::synth
