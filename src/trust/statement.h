// provenance.json: an in-toto Statement v1 with the SLSA provenance v1 predicate, saying from what and how a release
// was made. Follows in-toto/attestation spec/v1 and slsa.dev/provenance/v1 (SLSA v1.2).
//
// It says nothing about the machine: no host name, path, user, and no time unless given, so that rebuilding gives the
// same bytes. Its subjects are the released files; the model-signing root cannot be one, since it covers
// provenance.json.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/json.h"
#include "base/result.h"
#include "trust/file_digests.h"

namespace cairn::trust {

inline constexpr uint64_t kMaxProvenanceBytes = uint64_t{1} << 26;

// in-toto ResourceDescriptor. Needs a uri or a digest. digest: algorithm -> lower-case hexadecimal, for example
// {"sha256", ...} or {"gitCommit", ...}.
struct ResourceDescriptor {
  std::string name, uri;
  std::map<std::string, std::string> digest;
  Json annotations;  // object, for example licence and contributors; null: none
};

struct Subject {
  std::string name;  // of a file, relative to the release directory
  Digest digest;
};

struct InvocationMetadata {
  std::string invocation_id;            // empty: left out
  std::string started_on, finished_on;  // YYYY-MM-DDThh:mm:ssZ; empty: left out
};

struct ProvenanceInput {
  std::string build_type;                     // URI that explains external_parameters
  Json external_parameters = Json::object();  // what the user chose, and nothing else
  Json internal_parameters;                   // object; null: none
  std::vector<ResourceDescriptor> resolved_dependencies;
  std::string builder_id;  // URI of who or what vouches for the build
  InvocationMetadata metadata;
  std::vector<ResourceDescriptor> byproducts;
  std::vector<Subject> subjects;
};

// Canonical text: compact JSON, keys sorted, subjects in byte order of their names, one final newline. kBadInput,
// naming the member, for missing required members, repeated subjects, malformed digests or times, and for anything that
// looks like a place on this machine (an absolute path, a home directory, a file: URI).
Result<std::string> ProvenanceStatement(const ProvenanceInput& input);

struct ProvenanceReport {
  std::string build_type, builder_id;
  std::vector<Subject> subjects;
  std::vector<ResourceDescriptor> resolved_dependencies;
  Json external_parameters;
};

// Parses and checks provenance text, and that every subject is a file of release_dir with this digest. kCorrupt, naming
// all that are changed or missing. digests: shared with other checks of the same files. `where` names the text in
// errors.
Result<ProvenanceReport> CheckProvenance(std::string_view text, const std::string& release_dir,
                                         const std::string& where = "provenance.json", const FileDigests& digests = {});

// The same without looking at files.
Result<ProvenanceReport> ParseProvenance(std::string_view text, const std::string& where);

}  // namespace cairn::trust
