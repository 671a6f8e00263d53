#include "project/project.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "taxonomy/tree.h"

namespace cairn::project {
namespace {

// Beside the weights of any number of shards: the files whose bytes change what cairn does with a model.
bool DecidesAnswers(const std::string& name) {
  static const std::set<std::string> known{
      "config.json",  "tokenizer.json", "tokenizer_config.json",       "chat_template.jinja",
      "replay.jsonl", "heldout.jsonl",  "model.safetensors.index.json"};
  return known.contains(name) || name.ends_with(".safetensors");
}

// Never "seed", which is the built-in model's name.
std::string LastPart(const std::string& path) {
  std::filesystem::path normal = std::filesystem::path(path + "/").lexically_normal().parent_path();
  std::string name = normal.filename().string();
  if (name.empty()) return "model";
  return name == "seed" ? "./seed" : name;
}

}  // namespace

std::string Project::BaseName() const {
  const std::string& model = config.spec.base.model;
  return model.find('/') == std::string::npos ? model : LastPart(model);
}

std::string Project::TeacherName() const {
  const std::string& model = config.spec.teacher.model;
  // At an endpoint "owner/model" is a name; some servers use the path on their disk.
  bool path = HasEndpoint() ? model.starts_with('/') || model.starts_with("~/") : model.find('/') != std::string::npos;
  return path ? LastPart(model) : model;
}

Result<Digest> ModelDirectoryDigest(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code code;
  std::vector<std::string> names;
  for (fs::directory_iterator it(directory, code), end; !code && it != end; it.increment(code)) {
    std::string name = it->path().filename().string();
    std::error_code unreadable;  // a link to nothing is no file
    if (DecidesAnswers(name) && it->is_regular_file(unreadable)) names.push_back(std::move(name));
  }
  if (code == std::errc::no_such_file_or_directory) return NotFound("no such directory", directory);
  if (code) return IoError(code.message(), directory);
  std::sort(names.begin(), names.end());
  std::string lines;
  for (const std::string& name : names) {
    CAIRN_ASSIGN(Digest digest, Sha256OfFile(directory + "/" + name));
    lines += digest.Hex() + " " + name + "\n";
  }
  return Sha256Of(lines);
}

taxonomy::LeafOptions LeafOptionsOf(const TaxonomyConfig& config) {
  taxonomy::LeafOptions options;
  options.allow_local_repositories = config.local_repositories == LocalRepositories::kAllow;
  return options;
}

Result<Project> OpenProject(const std::string& directory, const ModelResolver& resolve) {
  Project project;
  project.directory = directory;
  CAIRN_ASSIGN(project.config, ReadProjectConfig(project.Path(kProjectFileName)));
  const SpecConfig& spec = project.config.spec;
  CAIRN_ASSIGN(project.leaves, taxonomy::LoadTaxonomy(project.Path(spec.taxonomy.path), LeafOptionsOf(spec.taxonomy)));
  project.taxonomy_commit = taxonomy::CommitHolding(project.Path(spec.taxonomy.path), project.leaves);
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
