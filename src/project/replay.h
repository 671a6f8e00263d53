// Runs slices of a release's training again, from the states that the release keeps, and compares every bit with its
// transcript.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "project/project.h"

namespace cairn::project {

struct ReplayOptions {
  uint64_t segments = 1;         // how many, drawn at random over all phases; full training: and the very last one
  std::optional<uint64_t> step;  // instead: the segment that holds this step, counted through all phases from 1
  uint64_t seed = 0;             // of the draw
  std::string base_directory;    // the base model; empty: as the release names it
  bool quiet = false;
};

struct ReplayedSegment {
  std::string phase;
  uint64_t first_step = 0, last_step = 0;  // of the phase
  uint64_t steps_before = 0;               // of the phases before; ReplayOptions::step counts them, too
  double seconds = 0;
};

struct ReplayReport {
  std::vector<ReplayedSegment> segments;
  // Whether the released weights were compared with what the training ended with: always, but where full training, of
  // which no states are kept, was replayed to a step before its end.
  bool weights_compared = false;
};

// The project that a release was built from, as the externalParameters of its provenance say. where: of that file.
Result<ProjectConfig> ReleasedProject(const Json& external_parameters, const std::string& where);

// For whoever reads a release that a build replaced meanwhile: half of the old one and half of the new one prove
// nothing.
Error ReplacedWhileRead(const std::string& release);

// kCorrupt names what differs: a sample, a state, a record, the merged weights; or what is missing in the release.
Result<ReplayReport> ReplayRelease(const std::string& release, ThreadPool& pool, const ModelResolver& resolve,
                                   const ReplayOptions& options);

}  // namespace cairn::project
