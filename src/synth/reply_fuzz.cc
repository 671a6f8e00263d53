// libFuzzer entry: no reply of a teacher may crash what reads it, from the server's JSON and its questions to the rows
// that a leaf ends with.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "synth/chat_completion.h"
#include "synth/fake_teacher.h"
#include "synth/pipeline.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cairn;
  if (size > 4096) return 0;
  const std::string reply(reinterpret_cast<const char*>(data), size);
  auto completion = synth::ReadCompletion(reply, "fuzz");
  if (completion.ok() && completion->out_of_tokens && completion->error_status != 0) std::abort();
  taxonomy::Leaf leaf;
  leaf.path = "knowledge/x";
  leaf.documents.push_back({"x.md", "The light was built by Ann Marl in 1902. It burns oil.\n", {}});
  leaf.seed_examples.push_back(
      {"The light was built by Ann Marl in 1902.", {{"Who built the light?", "Ann Marl", {}}}, {}});
  synth::FakeTeacher teacher([&](const synth::TeacherRequest&) { return reply; });
  synth::SynthesisOptions options;
  options.samples_per_seed = 1;
  auto made = synth::Synthesise(leaf, teacher, options);
  if (!made.ok()) return 0;
  if (made->rows.size() != made->funnel.made) std::abort();
  auto again = synth::RowsFromJsonl(synth::RowsToJsonl(made->rows), "again");
  if (!again.ok() || again->size() != made->rows.size()) std::abort();
  return 0;
}
