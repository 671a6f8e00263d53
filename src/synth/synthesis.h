// What goes into and comes out of the synthesis of one leaf.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "synth/asker.h"
#include "synth/chunk.h"
#include "synth/rows.h"

namespace cairn::synth {

enum class Pipeline {
  kSimple,  // one way of asking, fewer checks: quick, for trying out a leaf
  kFull,
};

struct SynthesisOptions {
  Pipeline pipeline = Pipeline::kFull;
  uint64_t samples_per_seed = 8;  // calls per passage (knowledge) or per seed example (skills), 1..1000
  uint64_t seed = 7;
  uint64_t beams = 4;                // of the search for the first text of a prompt, 1..16; 1: greedy
  uint64_t rephrasings = 3;          // per question that is kept, full pipeline only, 0..100
  uint64_t rephrased_per_fact = 4;   // questions of one fact that are rephrased
  uint64_t max_rows_per_fact = 24;   // rows with the same answer from the same passage
  uint64_t max_substitutions = 240;  // rows of a skill by substitution
  ChunkOptions chunks;
  Result<void> Validate() const;
};

struct LeafData {
  std::vector<Row> rows;               // kept and dropped, in the order in which they were made
  Funnel funnel;                       // of rows
  std::vector<std::string> uncovered;  // "file:line: sentence" of the documents about which no question was kept
  std::vector<std::string> notes;      // what a person should know, e.g. why a skill was not varied
};

}  // namespace cairn::synth
