#include "cli/init_files.h"

#include <fmt/format.h>

namespace cairn::cli {
namespace {

constexpr const char* kProject = R"(# The project: what `cairn build` makes, from what, and what a release must fulfil.
# Fields left out have defaults; an unknown field is an error that names the nearest known one.
apiVersion: cairn.dev/v1alpha1
kind: ModelBuild
metadata:
  name: "{}"                   # the model's name; the release goes to build/<name>
spec:
  base: {{model: seed}}          # the model that is made better: seed, which comes with cairn, or a model folder
  taxonomy: {{path: taxonomy}}   # the contributions
  teacher: {{model: seed}}       # writes the training rows; or an endpoint: {{endpoint: http://127.0.0.1:8000/v1, model: NAME}}
  synthesis:
    samplesPerSeed: 16         # calls of the teacher for each passage
  training:
    method: lora               # lora trains an adapter, full trains all weights
    # The adapter's size, and the share of it that is released: a larger one learns more, and more of what the base knew is lost.
    lora: {{rank: 64, alpha: 128, mergeScale: 0.9}}
    phases:                    # a small project needs many epochs, a large one fewer
      - {{name: knowledge, data: knowledge, epochs: 8}}
      - {{name: skills, data: all, epochs: 3}}
    optimizer: {{learningRate: 1.5e-3}}   # its peak
    batchTokens: 1024          # tokens of a training step; 4096 or more for a large project
    replay: 0.7                # share of the base model's own data, against forgetting
    replayDistillation: 0.2    # they teach what the base model would say; without this line replay needs 0.88
  evaluation:
    gates:                     # if one does not hold, no release is made
      # Share of right answers on the eval.yaml of each contribution; seed answers 30 to 78 %, by how plain the text is, so ask
      # more of a larger base.
      leaf-questions: ">= 0.5"
      base-regression: ">= 0.95 of base"   # what the model knew before must stay
  release:
    sign: {{key: cairn.key}}     # the private key; publish cairn.pub
)";

constexpr const char* kReadme = R"(# Taxonomy

Each folder with a `qna.yaml` is one contribution, a leaf. Facts from a document go below `knowledge/`, things to do
with a text below `compositional_skills/`.

- `cairn taxonomy new knowledge harbour/tides` starts a contribution of knowledge from a template.
- `cairn taxonomy new skill text/initials` starts a skill.
- `cairn taxonomy check` names every mistake with file, line and column.

`knowledge/example/hollin_bridge` is an example about an invented bridge, so that the project can be built at once.
Remove it when you have a contribution of your own.
)";

constexpr const char* kDocument = R"(# Hollin Bridge

Hollin Bridge crosses the river Senna near the village of Marl. The builder Dora Vance drew the plan of Hollin Bridge.
The work on Hollin Bridge began in 1902. Hollin Bridge was opened in 1905.

Hollin Bridge has seven arches. The arches of Hollin Bridge are made of grey granite. Hollin Bridge is ninety metres
long. A brass lantern hangs above the middle arch.

The toll house stands at the north end of Hollin Bridge. The first toll keeper was Edwin Pell. A cart paid four pence
at the toll house. The toll ended in 1931.

A great flood came in the spring of 1947. The flood broke two arches of Hollin Bridge. The mason Agnes Tarn repaired the
two arches in eleven weeks. The village gave Agnes Tarn a silver trowel.

A lantern fair is held on Hollin Bridge every September. Children carry paper boats to the lantern fair. The baker of
Marl sells ginger bread at the lantern fair. The lantern fair ends with a song about the river.
)";

constexpr const char* kQna = R"(version: 3
created_by: cairn-example
domain: local history
document_outline: Hollin Bridge, its building, its toll house, the flood and the lantern fair
seed_examples:
  - context: |
      Hollin Bridge crosses the river Senna near the village of Marl. The builder Dora Vance drew the plan of Hollin
      Bridge. The work on Hollin Bridge began in 1902. Hollin Bridge was opened in 1905.
    questions_and_answers:
      - question: Which river does Hollin Bridge cross?
        answer: the Senna
      - question: Who drew the plan of Hollin Bridge?
        answer: Dora Vance
      - question: When was Hollin Bridge opened?
        answer: "1905"
  - context: |
      Hollin Bridge has seven arches. The arches of Hollin Bridge are made of grey granite. Hollin Bridge is ninety
      metres long. A brass lantern hangs above the middle arch.
    questions_and_answers:
      - question: How many arches does Hollin Bridge have?
        answer: seven
      - question: What are the arches of Hollin Bridge made of?
        answer: grey granite
      - question: How long is Hollin Bridge?
        answer: ninety metres
  - context: |
      The toll house stands at the north end of Hollin Bridge. The first toll keeper was Edwin Pell. A cart paid four
      pence at the toll house. The toll ended in 1931.
    questions_and_answers:
      - question: Where does the toll house stand?
        answer: at the north end of Hollin Bridge
      - question: Who was the first toll keeper of Hollin Bridge?
        answer: Edwin Pell
      - question: When did the toll on Hollin Bridge end?
        answer: "1931"
  - context: |
      A great flood came in the spring of 1947. The flood broke two arches of Hollin Bridge. The mason Agnes Tarn
      repaired the two arches in eleven weeks. The village gave Agnes Tarn a silver trowel.
    questions_and_answers:
      - question: When did the great flood come to Hollin Bridge?
        answer: in the spring of 1947
      - question: How many arches of Hollin Bridge did the flood break?
        answer: two
      - question: What did the village give Agnes Tarn?
        answer: a silver trowel
  - context: |
      A lantern fair is held on Hollin Bridge every September. Children carry paper boats to the lantern fair. The baker
      of Marl sells ginger bread at the lantern fair. The lantern fair ends with a song about the river.
    questions_and_answers:
      - question: When is the lantern fair held on Hollin Bridge?
        answer: every September
      - question: What do children carry to the lantern fair?
        answer: paper boats
      - question: What does the baker of Marl sell at the lantern fair?
        answer: ginger bread
)";

constexpr const char* kEval =
    R"(# Questions that measure what the model has learned here. They are never trained on and never shown to the teacher.
questions:
  - question: Near which village does Hollin Bridge stand?
    answer: Marl
    accept: [the village of Marl, near Marl, near the village of Marl]
  - question: What is the name of the river below Hollin Bridge?
    answer: Senna
    accept: [the river Senna]
  - question: In which year did the work on Hollin Bridge begin?
    answer: "1902"
    accept: [in 1902]
  - question: Of which stone are the arches of Hollin Bridge made?
    answer: grey granite
    accept: [granite]
  - question: What hangs above the middle arch of Hollin Bridge?
    answer: a brass lantern
    accept: [a lantern]
  - question: How many pence did a cart pay at the toll house?
    answer: four
    accept: [four pence, "4", 4 pence]
  - question: Who repaired the two broken arches of Hollin Bridge?
    answer: Agnes Tarn
    accept: [the mason Agnes Tarn]
  - question: How many weeks did the repair of Hollin Bridge take?
    answer: eleven
    accept: [eleven weeks, in eleven weeks, "11", 11 weeks]
  - question: In which month is the lantern fair on Hollin Bridge?
    answer: September
    accept: [every September, in September]
  - question: With what does the lantern fair on Hollin Bridge end?
    answer: a song about the river
    accept: [a song, with a song about the river, with a song]
)";

}  // namespace

std::string ProjectFileText(const std::string& name) {
  std::string quoted;
  for (char c : name) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return fmt::format(kProject, quoted);
}

std::vector<InitFile> ExampleTaxonomy() {
  const char* document = "knowledge/example/hollin_bridge/hollin_bridge.md";
  return {{"README.md", kReadme},
          {document, kDocument},
          {"knowledge/example/hollin_bridge/eval.yaml", kEval},
          {"knowledge/example/hollin_bridge/qna.yaml", kQna}};
}

}  // namespace cairn::cli
