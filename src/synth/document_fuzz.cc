// Markdown and plain text through blocks, sentences and chunks.
#include <string_view>

#include "synth/chunk.h"
#include "synth/spans.h"
#include "synth/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"a.md", "a.txt"}) {
    auto document = cairn::synth::ParseDocument(text, name);
    if (!document.ok()) continue;
    for (const cairn::synth::Chunk& chunk : cairn::synth::MakeChunks(*document)) {
      if (!chunk.sentences.empty()) cairn::synth::AnswerSpans(chunk.sentences[0], chunk.Text());
    }
  }
  for (std::string_view sentence : cairn::synth::SplitSentences(text)) cairn::synth::Words(sentence);
  return 0;
}
