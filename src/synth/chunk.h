// Documents cut into passages of whole sentences, small enough for a small teacher to read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "synth/document.h"

namespace cairn::synth {

// Sentences of one paragraph, in order, without the white space between them. Abbreviations ("Mr. Bell", "p. 4"),
// initials, decimals, times and sentence ends inside quotations or brackets do not split.
std::vector<std::string_view> SplitSentences(std::string_view text);

struct ChunkOptions {
  size_t max_words = 45;     // per chunk, context sentence not counted; one longer sentence is a chunk of its own
  size_t max_sentences = 3;  // per chunk, context sentence not counted
  size_t hard_words = 200;   // a longer "sentence" is cut here
};

struct Chunk {
  std::string id;                      // first 16 hex digits of the SHA-256 of source and text
  std::vector<std::string> sentences;  // the first `context` of them repeat the text before
  size_t context = 0;
  std::string source;
  size_t first_line = 0, last_line = 0;  // of its own sentences

  std::string Text() const;   // the sentences joined by spaces, context included
  std::string Where() const;  // "source:first-last"
};

// Chunks never cross a heading or a paragraph; neighbouring list items and table rows share chunks. A chunk that begins
// with a word that points back (it, they, this, ...) is given the sentence before it in the section; one that begins
// inside a list is given the sentence that introduces the list. Code is left out.
std::vector<Chunk> MakeChunks(const Document& document, const ChunkOptions& options = {});

}  // namespace cairn::synth
