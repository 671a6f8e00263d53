#include "trust/statement.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/local_place.h"
#include "trust/bundle.h"

namespace cairn::trust {
namespace {

constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
constexpr std::string_view kPredicateType = "https://slsa.dev/provenance/v1";

Result<void> NothingLocal(const Json& value, const std::string& member) {
  if (value.is_string() && NamesLocalPlace(value.get_ref<const std::string&>()))
    return BadInput("provenance member " + member + " names a place on this machine, \"" + value.get<std::string>() +
                    "\"; give it relative to the project");
  if (!value.is_structured()) return {};
  for (const auto& [key, entry] : value.items()) {
    if (NamesLocalPlace(key)) return BadInput("provenance member " + member + " has a path on this machine as a key");
    CAIRN_TRY(NothingLocal(entry, member + "." + key));
  }
  return {};
}

bool IsHex(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789abcdef") == text.npos; }

// YYYY-MM-DDThh:mm:ssZ.
bool IsTimestamp(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:ddZ";
  if (text.size() != kForm.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (kForm[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kForm[i]) return false;
  return true;
}

Result<Json> DescriptorToJson(const ResourceDescriptor& resource, const std::string& member) {
  Json json = Json::object();
  if (resource.uri.empty() && resource.digest.empty())
    return BadInput("provenance member " + member + " needs a uri or a digest");
  if (!resource.name.empty()) json["name"] = resource.name;
  if (!resource.uri.empty()) json["uri"] = resource.uri;
  for (const auto& [algorithm, hex] : resource.digest) {
    if (!IsHex(hex) || (algorithm == "sha256" && hex.size() != 64))
      return BadInput("provenance member " + member + " has a malformed " + algorithm + " digest");
    json["digest"][algorithm] = hex;
  }
  if (!resource.annotations.is_null()) json["annotations"] = resource.annotations;
  return json;
}

Result<Json> DescriptorsToJson(const std::vector<ResourceDescriptor>& resources, const std::string& member) {
  Json list = Json::array();
  for (size_t i = 0; i < resources.size(); ++i) {
    CAIRN_ASSIGN(Json json, DescriptorToJson(resources[i], member + "[" + std::to_string(i) + "]"));
    list.push_back(std::move(json));
  }
  return list;
}

Result<Json> SubjectsToJson(std::vector<Subject> subjects) {
  if (subjects.empty()) return BadInput("provenance without a subject says nothing");
  std::sort(subjects.begin(), subjects.end(), [](const Subject& a, const Subject& b) { return a.name < b.name; });
  Json list = Json::array();
  for (size_t i = 0; i < subjects.size(); ++i) {
    if (!IsSafeName(subjects[i].name))
      return BadInput("provenance subject \"" + subjects[i].name + "\" is not the name of a file in a release");
    if (i > 0 && subjects[i].name == subjects[i - 1].name)
      return BadInput("provenance subject " + subjects[i].name + " stands twice");
    list.push_back({{"name", subjects[i].name}, {"digest", {{"sha256", subjects[i].digest.Hex()}}}});
  }
  return list;
}

Result<Json> MetadataToJson(const InvocationMetadata& metadata) {
  Json json = Json::object();
  if (!metadata.invocation_id.empty()) json["invocationId"] = metadata.invocation_id;
  for (const auto& [name, time] : {std::pair{"startedOn", metadata.started_on}, {"finishedOn", metadata.finished_on}}) {
    if (time.empty()) continue;
    if (!IsTimestamp(time)) return BadInput(std::string("provenance ") + name + " is not YYYY-MM-DDThh:mm:ssZ");
    json[name] = time;
  }
  return json;
}

// Null if absent.
const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  auto it = object.find(name);
  return it != object.end() ? &*it : nullptr;
}

std::string TextOr(const Json& object, const char* name, const char* fallback = "") {
  const Json* value = Member(object, name);
  return value && value->is_string() ? value->get<std::string>() : fallback;
}

Result<std::vector<Subject>> ReadSubjects(const Json& json, const std::string& where) {
  const Json* list = Member(json, "subject");
  if (!list || !list->is_array() || list->empty()) return BadInput("the statement has no subject", where);
  std::vector<Subject> subjects;
  std::set<std::string> seen;
  for (const Json& entry : *list) {
    std::string name = TextOr(entry, "name");
    if (!IsSafeName(name)) return BadInput("a subject \"" + name + "\" that is no file name in a release", where);
    if (!seen.insert(name).second) return BadInput("the subject " + name + " stands twice", where);
    const Json* digest = Member(entry, "digest");
    Result<Digest> sha256 = ParseDigest(digest ? TextOr(*digest, "sha256") : "");
    if (!sha256.ok()) return BadInput("subject " + name + ": " + sha256.error().message, where);
    subjects.push_back({std::move(name), *sha256});
  }
  return subjects;
}

Result<std::vector<ResourceDescriptor>> ReadDependencies(const Json& definition, const std::string& where) {
  std::vector<ResourceDescriptor> resources;
  const Json* list = Member(definition, "resolvedDependencies");
  if (!list) return resources;
  if (!list->is_array()) return BadInput("\"resolvedDependencies\" is not a list", where);
  for (const Json& entry : *list) {
    ResourceDescriptor resource{TextOr(entry, "name"), TextOr(entry, "uri"), {}, {}};
    if (const Json* digest = Member(entry, "digest"); digest && digest->is_object())
      for (const auto& [algorithm, hex] : digest->items()) {
        if (!hex.is_string() || !IsHex(hex.get_ref<const std::string&>()))
          return BadInput("a resolved dependency has a malformed " + algorithm + " digest", where);
        resource.digest[algorithm] = hex.get<std::string>();
      }
    if (const Json* annotations = Member(entry, "annotations")) resource.annotations = *annotations;
    if (resource.uri.empty() && resource.digest.empty())
      return BadInput("a resolved dependency has neither uri nor digest", where);
    resources.push_back(std::move(resource));
  }
  return resources;
}

}  // namespace

Result<std::string> ProvenanceStatement(const ProvenanceInput& input) {
  if (input.build_type.empty() || input.builder_id.empty())
    return BadInput("provenance needs a build type and a builder id");
  if (!input.external_parameters.is_object()) return BadInput("provenance externalParameters must be an object");
  Json definition = {{"buildType", input.build_type}, {"externalParameters", input.external_parameters}};
  if (!input.internal_parameters.is_null()) definition["internalParameters"] = input.internal_parameters;
  CAIRN_ASSIGN(definition["resolvedDependencies"],
               DescriptorsToJson(input.resolved_dependencies, "resolvedDependencies"));
  Json run = {{"builder", {{"id", input.builder_id}}}};
  CAIRN_ASSIGN(Json metadata, MetadataToJson(input.metadata));
  if (!metadata.empty()) run["metadata"] = std::move(metadata);
  CAIRN_ASSIGN(Json byproducts, DescriptorsToJson(input.byproducts, "byproducts"));
  if (!byproducts.empty()) run["byproducts"] = std::move(byproducts);
  CAIRN_ASSIGN(Json subjects, SubjectsToJson(input.subjects));
  Json predicate = {{"buildDefinition", std::move(definition)}, {"runDetails", std::move(run)}};
  CAIRN_TRY(NothingLocal(predicate, "predicate"));
  return DumpJson({{"_type", kStatementType},
                   {"subject", std::move(subjects)},
                   {"predicateType", kPredicateType},
                   {"predicate", std::move(predicate)}}) +
         "\n";
}

Result<ProvenanceReport> ParseProvenance(std::string_view text, const std::string& where) {
  CAIRN_ASSIGN(Json json, ParseJson(text, where));
  if (TextOr(json, "_type") != kStatementType || TextOr(json, "predicateType") != kPredicateType)
    return BadInput("not an in-toto statement v1 with SLSA provenance v1", where);
  const Json* predicate = Member(json, "predicate");
  const Json* definition = predicate ? Member(*predicate, "buildDefinition") : nullptr;
  const Json* run = predicate ? Member(*predicate, "runDetails") : nullptr;
  const Json* builder = run ? Member(*run, "builder") : nullptr;
  const Json* external = definition ? Member(*definition, "externalParameters") : nullptr;
  ProvenanceReport report;
  if (definition) report.build_type = TextOr(*definition, "buildType");
  if (builder) report.builder_id = TextOr(*builder, "id");
  if (report.build_type.empty() || report.builder_id.empty() || !external || !external->is_object())
    return BadInput("the provenance lacks buildType, externalParameters or builder.id", where);
  report.external_parameters = *external;
  CAIRN_ASSIGN(report.resolved_dependencies, ReadDependencies(*definition, where));
  CAIRN_ASSIGN(report.subjects, ReadSubjects(json, where));
  return report;
}

Result<ProvenanceReport> CheckProvenance(std::string_view text, const std::string& release_dir,
                                         const std::string& where, const FileDigests& digests) {
  CAIRN_ASSIGN(ProvenanceReport report, ParseProvenance(text, where));
  CAIRN_ASSIGN(std::vector<std::string> names, ListFiles(release_dir));
  constexpr size_t kNamed = 10;
  std::string faults;
  size_t count = 0;
  for (const Subject& subject : report.subjects) {
    std::string fault;
    if (!std::binary_search(names.begin(), names.end(), subject.name)) {
      fault = subject.name + " is missing";
    } else {
      CAIRN_ASSIGN(Digest digest, digests.Of(release_dir + "/" + subject.name));
      if (digest != subject.digest) fault = subject.name + " is not the file that was built";
    }
    if (!fault.empty() && ++count <= kNamed) faults += (faults.empty() ? "" : "; ") + fault;
  }
  if (count > kNamed) faults += "; and " + std::to_string(count - kNamed) + " more";
  if (!faults.empty()) return Corrupt("the provenance does not fit the release: " + faults, where);
  return report;
}

}  // namespace cairn::trust
