#include "project/project.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>

#include "base/descriptor.h"
#include "base/file.h"
#include "formats/unicode.h"
#include "formats/yaml.h"
#include "model/end_tokens.h"
#include "synth/endpoint.h"
#include "taxonomy/tree.h"

namespace cairn::project {
namespace {

// Beside the weights of any number of shards: the files whose bytes change what cairn does with a model.
bool DecidesAnswers(const std::string& directory, const std::string& name) {
  if (name == "generation_config.json") return model::GenerationConfigDecides(directory);
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

// Names of the files that decide answers, sorted.
Result<std::vector<std::string>> DecidingFiles(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code code;
  std::vector<std::string> names;
  for (fs::directory_iterator it(directory, code), end; !code && it != end; it.increment(code)) {
    std::string name = it->path().filename().string();
    std::error_code unreadable;  // a link to nothing is no file
    if (DecidesAnswers(directory, name) && it->is_regular_file(unreadable)) names.push_back(std::move(name));
  }
  if (code == std::errc::no_such_file_or_directory) return NotFound("no such directory", directory);
  if (code) return IoError(code.message(), directory);
  std::sort(names.begin(), names.end());
  return names;
}

// Coarser than the clock of any file system: FAT counts in steps of two seconds.
constexpr std::chrono::seconds kSettling{2};

// What is told of a model when the project is opened. The stamp first: a change in between then differs from it.
Result<void> PinModel(const std::string& directory, std::string& stamp, Digest& digest) {
  CAIRN_ASSIGN(stamp, ModelDirectoryStamp(directory, std::chrono::system_clock::now() - kSettling));
  CAIRN_ASSIGN(digest, ModelDirectoryDigest(directory));
  return {};
}

// A wrong path is named where it is written: in the project file.
Result<void> CheckTaxonomyFolder(const Project& project) {
  const std::string file = project.Path(kProjectFileName), path = project.Path(project.config.spec.taxonomy.path);
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) return {};
  return NotFound("spec.taxonomy.path leads to no folder (" + path +
                      "); write the one that holds knowledge/ or compositional_skills/, from the project's folder on",
                  formats::YamlPlace(file, "spec.taxonomy.path"));
}

// field: the one that names the model. That the built-in model is missing is no fault of the file.
Result<std::string> ResolveField(const Project& project, const ModelResolver& resolve, const std::string& field,
                                 const std::string& name) {
  Result<std::string> resolved = resolve(name);
  if (resolved.ok() || name == "seed" || resolved.error().code != ErrorCode::kNotFound) return resolved;
  return NotFound(field + " is \"" + formats::Excerpt(name) + "\", but there is no model (" + resolved.error().where +
                      "); write seed, the built-in model, or a folder with config.json and model.safetensors, from "
                      "the project's folder on",
                  formats::YamlPlace(project.Path(kProjectFileName), field));
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
  CAIRN_ASSIGN(std::vector<std::string> names, DecidingFiles(directory));
  std::string lines;
  for (const std::string& name : names) {
    CAIRN_ASSIGN(Digest digest, Sha256OfFile(directory + "/" + name));
    lines += digest.Hex() + " " + name + "\n";
  }
  return Sha256Of(lines);
}

Result<std::string> ModelDirectoryStamp(const std::string& directory, std::chrono::system_clock::time_point settled) {
  CAIRN_ASSIGN(std::vector<std::string> names, DecidingFiles(directory));
  const int64_t settled_second = std::chrono::floor<std::chrono::seconds>(settled.time_since_epoch()).count();
  std::string lines;
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    // Opened: only then does a network file system ask its server how the file is.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat info {};
    if (file.fd < 0 || ::fstat(file.fd, &info) != 0) return OsError(errno, path);
    if (info.st_ctim.tv_sec >= settled_second) return std::string();
    // Whoever writes can set the time of writing back, but not that of the change.
    lines += fmt::format("{} {} {} {} {}.{} {}.{}\n", name, info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec,
                         info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
  }
  return lines;
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
  CAIRN_TRY(CheckTaxonomyFolder(project));
  CAIRN_ASSIGN(project.leaves, taxonomy::LoadTaxonomy(project.Path(spec.taxonomy.path), LeafOptionsOf(spec.taxonomy)));
  project.taxonomy_commit = taxonomy::CommitHolding(project.Path(spec.taxonomy.path), project.leaves);
  CAIRN_ASSIGN(project.base_directory, ResolveField(project, resolve, "spec.base.model", spec.base.model));
  CAIRN_TRY(PinModel(project.base_directory, project.base_stamp, project.base_digest));
  if (project.HasEndpoint()) {
    CAIRN_ASSIGN(const std::string endpoint, synth::CanonicalEndpoint(spec.teacher.endpoint));
    project.teacher_digest = Sha256Of(endpoint + "\n" + spec.teacher.model);
  } else {
    CAIRN_ASSIGN(project.teacher_directory, ResolveField(project, resolve, "spec.teacher.model", spec.teacher.model));
    if (project.teacher_directory == project.base_directory) {
      project.teacher_stamp = project.base_stamp;
      project.teacher_digest = project.base_digest;
    } else {
      CAIRN_TRY(PinModel(project.teacher_directory, project.teacher_stamp, project.teacher_digest));
    }
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
