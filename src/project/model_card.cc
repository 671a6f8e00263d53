#include "project/model_card.h"

#include <fmt/format.h>

#include "trust/credits.h"

namespace cairn::project {
namespace {

using trust::EscapeMarkdown;

std::string Percent(const Json& accuracy) {
  if (accuracy.is_null()) return "-";
  return fmt::format("{:.0f} % ({:.0f}-{:.0f})", accuracy["accuracy"].get<double>() * 100,
                     accuracy["low"].get<double>() * 100, accuracy["high"].get<double>() * 100);
}

std::string Results(const Json& evaluation) {
  std::string text = "| leaf | questions | before | after |\n|---|---|---|---|\n";
  for (const Json& leaf : evaluation["leaves"])
    text += fmt::format("| {} | {} | {} | {} |\n", EscapeMarkdown(leaf["path"].get<std::string>()),
                        leaf["n"].get<int>(), Percent(leaf["before"]), Percent(leaf["after"]));
  const Json& regression = evaluation["regression"];
  if (!regression.is_null())
    text += fmt::format("| the base model's own held-out set | {} | {} | {} |\n", regression["n"].get<int>(),
                        Percent(regression["before"]), Percent(regression["after"]));
  return text;
}

}  // namespace

std::string ModelCard(const Project& project, const Json& evaluation, const std::vector<Json>& reports) {
  const SpecConfig& spec = project.config.spec;
  std::string data = "| leaf | by | rows made | kept |\n|---|---|---|---|\n";
  for (size_t i = 0; i < project.leaves.size(); ++i) {
    const Json& funnel = reports[i]["funnel"];
    data += fmt::format("| {} | {} | {} | {} |\n", EscapeMarkdown(project.leaves[i].path),
                        EscapeMarkdown(project.leaves[i].created_by), funnel["made"].get<uint64_t>(),
                        funnel["kept"].get<uint64_t>());
  }
  std::string gates;
  for (const Json& gate : evaluation["gates"])
    gates += fmt::format("- {}: {}\n", gate["pass"].get<bool>() ? "passed" : "FAILED",
                         EscapeMarkdown(gate["text"].get<std::string>()));
  return fmt::format(
      "---\nlibrary_name: transformers\ntags: [cairn]\n---\n# {}\n\nThe base model {} with the knowledge and skills "
      "of {} contributions, trained with Cairn "
      "({}).\n\n## Results\nAccuracy on questions that were in no training text, with 95 % intervals; closed-book, "
      "greedy.\n\n{}\n{}\n"
      "## Data\nRows written by the teacher {} from the contributions, judged against their sources; the rows "
      "dropped and why are counted in `data.json`.\n\n{}\n"
      "## Checking\n`cairn verify .` checks the signature, every file's digest, the transcript and the provenance. "
      "`cairn replay .` runs slices of the "
      "training again and compares every bit.\n\n## Limits\nIt answers from what it was trained on and can be wrong. "
      "The intervals above say how little a few "
      "questions prove.\n",
      project.config.metadata.name, EscapeMarkdown(project.BaseName()), project.leaves.size(),
      spec.training.method == TrainingMethod::kLora ? "LoRA, merged" : "all weights", Results(evaluation), gates,
      EscapeMarkdown(project.TeacherName()), data);
}

}  // namespace cairn::project
