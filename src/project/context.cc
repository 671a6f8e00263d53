// What the steps of a build share (steps.h).
#include <limits>

#include "base/file.h"
#include "dag/call_cache.h"
#include "formats/yaml.h"
#include "project/steps.h"
#include "synth/http_teacher.h"
#include "synth/local_teacher.h"

namespace cairn::project {
namespace {

// synth's view of dag's cache.
class StoreCache : public synth::CallCache {
 public:
  explicit StoreCache(std::unique_ptr<dag::CallCache> cache) : cache_(std::move(cache)) {}
  std::optional<std::string> Get(const Digest& key) override { return cache_->Get(key); }
  Result<void> Put(const Digest& key, const std::string& reply) override { return cache_->Put(key, reply); }

 private:
  std::unique_ptr<dag::CallCache> cache_;
};

// Reads the files only if their stamp says nothing: there is a check after each of hundreds of steps.
Result<void> CheckUnchanged(const std::string& name, const std::string& directory, const std::string& stamp,
                            const Digest& opened) {
  if (!stamp.empty()) {
    CAIRN_ASSIGN(std::string now, ModelDirectoryStamp(directory));
    if (now == stamp) return {};
  }
  CAIRN_ASSIGN(Digest now, ModelDirectoryDigest(directory));
  if (now == opened) return {};
  return BadInput("the " + name + " changed while the step ran; run the same command again", directory);
}

}  // namespace

Result<std::unique_ptr<synth::Teacher>> MakeEndpointTeacher(const Project& project,
                                                            std::function<void(const std::string&)> tell) {
  const TeacherConfig& settings = project.config.spec.teacher;
  synth::HttpTeacherOptions options;
  options.endpoint = settings.endpoint;
  options.model = settings.model;
  options.api_key_env = settings.api_key_env;
  options.parallel = static_cast<int>(settings.parallel);
  options.timeout_ms = static_cast<int64_t>(settings.timeout_seconds) * 1000;
  options.tell = std::move(tell);
  auto teacher = synth::HttpTeacher::Make(std::move(options));
  if (teacher.ok()) return std::unique_ptr<synth::Teacher>(std::move(*teacher));
  const Error& error = teacher.error();
  return Error{error.code, error.message, formats::YamlPlace(project.Path(kProjectFileName), "spec." + error.where)};
}

Result<const model::ChatModel*> BuildContext::Base() {
  if (!base_) {
    CAIRN_ASSIGN(model::ChatModel loaded, model::LoadChatModel(project.base_directory));
    base_ = std::make_unique<model::ChatModel>(std::move(loaded));
  }
  return base_.get();
}

Result<synth::Teacher*> BuildContext::Teacher() {
  if (caching_teacher_) return static_cast<synth::Teacher*>(caching_teacher_.get());
  if (project.HasEndpoint()) {
    CAIRN_ASSIGN(teacher_, MakeEndpointTeacher(project, [this](const std::string& text) {
                   if (progress) progress->Note(text);
                 }));
  } else {
    const model::ChatModel* model = nullptr;
    if (project.teacher_digest == project.base_digest) {
      CAIRN_ASSIGN(model, Base());
    } else {
      CAIRN_ASSIGN(model::ChatModel loaded, model::LoadChatModel(project.teacher_directory));
      teacher_model_ = std::make_unique<model::ChatModel>(std::move(loaded));
      model = teacher_model_.get();
    }
    teacher_ = std::make_unique<synth::LocalTeacher>(pool, *model);
  }
  CAIRN_ASSIGN(std::unique_ptr<dag::CallCache> replies, dag::CallCache::Open(store));
  cache_ = std::make_unique<StoreCache>(std::move(replies));
  // In process a group is answered at once; an endpoint takes one request after the other.
  const size_t group = project.HasEndpoint() ? std::numeric_limits<size_t>::max() : synth::kAnsweredTogether;
  caching_teacher_ = std::make_unique<synth::CachingTeacher>(*teacher_, *cache_, group);
  return static_cast<synth::Teacher*>(caching_teacher_.get());
}

Result<void> CheckBaseUnchanged(const Project& project) {
  return CheckUnchanged("base model", project.base_directory, project.base_stamp, project.base_digest);
}

Result<void> CheckTeacherUnchanged(const Project& project) {
  if (project.HasEndpoint()) return {};
  return CheckUnchanged("teacher", project.teacher_directory, project.teacher_stamp, project.teacher_digest);
}

}  // namespace cairn::project
