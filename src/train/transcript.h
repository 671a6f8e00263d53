// The record of a training phase: one JSON line per optimiser step, a Merkle tree over the lines, state digests at
// segment ends. Whoever has the start state and the data can run any slice again and compare the bits. Format:
// docs/transcript.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"

namespace cairn::train {

struct StepRecord {
  uint64_t step = 0;
  Digest samples;        // SHA-256 over the samples' ids, one a line
  Digest tokens_digest;  // SHA-256 over token ids and loss masks: what the model really saw
  uint64_t tokens = 0, loss_tokens = 0;
  double loss = 0;              // mean over loss tokens; written as its 64 bits in hexadecimal
  double grad_norm = 0;         // before clipping; 64 bits
  float learning_rate = 0;      // 32 bits
  std::optional<Digest> state;  // at segment ends

  std::string ToLine() const;  // canonical JSON, no newline
  bool operator==(const StepRecord&) const = default;
};
Result<StepRecord> ParseStepRecord(std::string_view line, const std::string& where);

struct Transcript {
  Json header;  // numerics version, training configuration, digests of start state, data and base
  std::vector<StepRecord> records;
  Digest Root() const;  // Merkle root over header line and record lines
};

// <dir>/header.json, <dir>/steps.jsonl, <dir>/root.json.
Result<void> SaveTranscript(const Transcript& transcript, const std::string& directory);
// Checks that header and lines are in canonical form, the steps run 1, 2, 3 ..., and root.json has their number and
// root. kCorrupt names what does not fit.
Result<Transcript> LoadTranscript(const std::string& directory);

// Says in which field two records of a step differ, or nothing if equal.
std::string DescribeDifference(const StepRecord& recorded, const StepRecord& computed);

}  // namespace cairn::train
