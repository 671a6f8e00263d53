#include "project/project.h"

#include "base/file.h"
#include "taxonomy/git.h"
#include "taxonomy/tree.h"

namespace cairn::project {
namespace {

// Beside the weights of any number of shards: the files whose bytes change what cairn does with a model.
bool DecidesAnswers(const std::string& name) {
  return name == "config.json" || name == "tokenizer.json" || name == "tokenizer_config.json" ||
         name == "replay.jsonl" || name == "heldout.jsonl" ||
         (name.ends_with(".safetensors") && name.find('/') == std::string::npos);
}

// HEAD, when every leaf is as it was committed; empty otherwise: a commit that does not hold the data says nothing.
std::string CommitOf(const std::string& taxonomy) {
  auto changes = taxonomy::ChangedLeaves(taxonomy, "HEAD");
  if (!changes.ok() || !changes->changed.empty() || !changes->removed.empty()) return {};
  auto repository = taxonomy::GitRepository::Containing(taxonomy);
  if (!repository.ok()) return {};
  auto commit = repository->ResolveCommit("HEAD");
  return commit.ok() ? *commit : "";
}

}  // namespace

Result<Digest> ModelDirectoryDigest(const std::string& directory) {
  CAIRN_ASSIGN(std::vector<std::string> files, ListFiles(directory));
  std::string lines;
  for (const std::string& name : files) {
    if (!DecidesAnswers(name)) continue;
    CAIRN_ASSIGN(Digest digest, Sha256OfFile(directory + "/" + name));
    lines += digest.Hex() + " " + name + "\n";
  }
  return Sha256Of(lines);
}

Result<Project> OpenProject(const std::string& directory, const ModelResolver& resolve) {
  Project project;
  project.directory = directory;
  CAIRN_ASSIGN(project.config, ReadProjectConfig(project.Path(kProjectFileName)));
  const SpecConfig& spec = project.config.spec;
  CAIRN_ASSIGN(project.leaves, taxonomy::LoadTaxonomy(project.Path(spec.taxonomy.path)));
  project.taxonomy_commit = CommitOf(project.Path(spec.taxonomy.path));
  CAIRN_ASSIGN(project.base_directory, resolve(spec.base.model));
  CAIRN_ASSIGN(project.base_digest, ModelDirectoryDigest(project.base_directory));
  if (project.HasEndpoint()) {
    project.teacher_digest = Sha256Of(spec.teacher.endpoint + "\n" + spec.teacher.model);
  } else {
    CAIRN_ASSIGN(project.teacher_directory, resolve(spec.teacher.model));
    CAIRN_ASSIGN(project.teacher_digest, ModelDirectoryDigest(project.teacher_directory));
  }
  return project;
}

Lock LockOf(const Project& project) {
  Lock lock;
  lock.base = {project.config.spec.base.model, project.base_digest};
  lock.teacher = {project.config.spec.teacher.model, project.teacher_digest};
  for (const taxonomy::Leaf& leaf : project.leaves) lock.leaves[leaf.path] = leaf.DataDigest();
  return lock;
}

}  // namespace cairn::project
