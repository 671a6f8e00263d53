// A project opened for building: its file, its leaves and the models that it names, each with its digest.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "project/config.h"
#include "project/lock.h"
#include "taxonomy/leaf.h"

namespace cairn::project {

// Turns the name of a model ("seed" or a path, relative to the project) into its directory.
using ModelResolver = std::function<Result<std::string>(const std::string& name)>;

struct Project {
  std::string directory;  // where cairn.yaml lies
  ProjectConfig config;
  std::vector<taxonomy::Leaf> leaves;             // sorted by path
  std::string taxonomy_commit;                    // that last changed the taxonomy in its git repository, or empty
  std::string base_directory, teacher_directory;  // teacher: empty with an endpoint
  Digest base_digest, teacher_digest;             // of the model files that decide answers
  std::string base_stamp, teacher_stamp;          // of the same files, taken before; empty: nothing to be told from

  std::string Path(const std::string& relative) const { return directory + "/" + relative; }
  std::string WorkDirectory() const { return directory + "/.cairn"; }
  bool HasEndpoint() const { return !config.spec.teacher.endpoint.empty(); }
  // What a release calls its models: of a path only the last part, since where it lies says nothing about the model.
  std::string BaseName() const;
  std::string TeacherName() const;
};

// Reads and checks everything; the first error says file, line and remedy.
Result<Project> OpenProject(const std::string& directory, const ModelResolver& resolve);

// How the leaves of this project are read.
taxonomy::LeafOptions LeafOptionsOf(const TaxonomyConfig& config);

// What a person should know before a build of it: base data that are missing, leaves that no gate holds for.
std::vector<std::string> NotesOn(const Project& project);
// Paths of the leaves without an eval.yaml, if the project measures leaves.
std::vector<std::string> LeavesNotMeasured(const Project& project);

// What cairn.lock pins for this project.
Lock LockOf(const Project& project);

// SHA-256 over the files of a model directory that decide what it computes (configuration, weights, tokenizer, replay
// and held-out data). Links are followed: the cache of Hugging Face's hub is made of them. Folders are not looked into.
Result<Digest> ModelDirectoryDigest(const std::string& directory);

// Names, places, sizes and times of these files: while they are equal, so is the digest, and nothing needs to be read.
// Empty if one changed in the second of `settled` or later: where that is now, another change at the same tick of the
// file system's clock would not show. The stamp that later ones are compared with is taken with a `settled` a little
// before now.
Result<std::string> ModelDirectoryStamp(const std::string& directory, std::chrono::system_clock::time_point settled =
                                                                          std::chrono::system_clock::time_point::max());

}  // namespace cairn::project
