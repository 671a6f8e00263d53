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
      "of {}, trained with Cairn "
      "({}).\n\n## Results\nAccuracy on questions that were in no training text, with 95 % intervals; closed-book, "
      "greedy.\n\n{}\n{}\n"
      "## Data\nRows made from the contributions by the teacher {} and by rule, and checked against their sources{}; "
      "the "
      "rows dropped and why are counted in `data.json`.\n\n{}\n"
      "## Use\n```python\nfrom transformers import AutoModelForCausalLM, AutoTokenizer\n"
      "tokenizer = AutoTokenizer.from_pretrained(\".\")\nmodel = AutoModelForCausalLM.from_pretrained(\".\")\n"
      "messages = [{{\"role\": \"user\", \"content\": \"...\"}}]\n"
      "inputs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, "
      "return_tensors=\"pt\")\n"
      "reply = model.generate(**inputs, max_new_tokens=64)[0][inputs[\"input_ids\"].shape[1]:]\n"
      "print(tokenizer.decode(reply, skip_special_tokens=True))\n```\n"
      "Or `cairn chat --model .`\n\n"
      "## Checking\n`cairn verify .` checks the signature, every file's digest, the transcript and the provenance. "
      "`cairn replay .` runs slices of the "
      "training again and compares every bit.\n\n## Limits\nIt answers from what it was trained on and can be wrong. "
      "The intervals above say how little a few "
      "questions prove.\n",
      project.config.metadata.name, EscapeMarkdown(project.BaseName()),
      fmt::format("{} contribution{}", project.leaves.size(), project.leaves.size() == 1 ? "" : "s"),
      spec.training.method == TrainingMethod::kLora ? "LoRA, merged" : "all weights", Results(evaluation), gates,
      EscapeMarkdown(project.TeacherName()),
      spec.synthesis.pipeline == Pipeline::kFull ? ", by the teacher's judgement, too" : "", data);
}

}  // namespace cairn::project
