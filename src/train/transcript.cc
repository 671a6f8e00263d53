#include "train/transcript.h"

#include <bit>

#include "base/file.h"
#include "base/merkle.h"

namespace cairn::train {
namespace {

std::string Bits(uint64_t bits, int digits) {
  std::string hex(static_cast<size_t>(digits), '0');
  for (size_t i = hex.size(); i-- > 0; bits >>= 4) hex[i] = "0123456789abcdef"[bits & 15];
  return hex;
}

Result<uint64_t> ParseBits(const Json& json, const char* key, size_t digits, const std::string& where) {
  if (!json.contains(key) || !json[key].is_string() || json[key].get<std::string>().size() != digits)
    return Corrupt(std::string("\"") + key + "\" must be " + std::to_string(digits) + " hexadecimal digits", where);
  uint64_t bits = 0;
  for (char c : json[key].get<std::string>()) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
      return Corrupt(std::string("\"") + key + "\" is not hexadecimal", where);
    bits = bits << 4 | static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  }
  return bits;
}

Result<Digest> DigestField(const Json& json, const char* key, const std::string& where) {
  if (!json.contains(key) || !json[key].is_string()) return Corrupt(std::string("\"") + key + "\" is missing", where);
  auto digest = ParseDigest(json[key].get<std::string>());
  if (!digest.ok()) return Corrupt(std::string("\"") + key + "\": " + digest.error().message, where);
  return digest;
}

Result<uint64_t> CountField(const Json& json, const char* key, const std::string& where) {
  if (!json.contains(key) || !json[key].is_number_unsigned())
    return Corrupt(std::string("\"") + key + "\" must be a whole number", where);
  return json[key].get<uint64_t>();
}

}  // namespace

std::string StepRecord::ToLine() const {
  Json json = {{"step", step},
               {"samples", samples.Hex()},
               {"tokens_digest", tokens_digest.Hex()},
               {"tokens", tokens},
               {"loss_tokens", loss_tokens},
               {"loss", Bits(std::bit_cast<uint64_t>(loss), 16)},
               {"grad_norm", Bits(std::bit_cast<uint64_t>(grad_norm), 16)},
               {"learning_rate", Bits(std::bit_cast<uint32_t>(learning_rate), 8)}};
  if (state) json["state"] = state->Hex();
  return DumpJson(json);
}

Result<StepRecord> ParseStepRecord(std::string_view line, const std::string& where) {
  CAIRN_ASSIGN(Json json, ParseJson(line, where));
  if (!json.is_object()) return Corrupt("a step record is a JSON object", where);
  StepRecord record;
  CAIRN_ASSIGN(record.step, CountField(json, "step", where));
  CAIRN_ASSIGN(record.samples, DigestField(json, "samples", where));
  CAIRN_ASSIGN(record.tokens_digest, DigestField(json, "tokens_digest", where));
  CAIRN_ASSIGN(record.tokens, CountField(json, "tokens", where));
  CAIRN_ASSIGN(record.loss_tokens, CountField(json, "loss_tokens", where));
  CAIRN_ASSIGN(uint64_t loss, ParseBits(json, "loss", 16, where));
  CAIRN_ASSIGN(uint64_t norm, ParseBits(json, "grad_norm", 16, where));
  CAIRN_ASSIGN(uint64_t rate, ParseBits(json, "learning_rate", 8, where));
  record.loss = std::bit_cast<double>(loss);
  record.grad_norm = std::bit_cast<double>(norm);
  record.learning_rate = std::bit_cast<float>(static_cast<uint32_t>(rate));
  if (json.contains("state")) {
    CAIRN_ASSIGN(record.state, DigestField(json, "state", where));
  }
  if (record.ToLine() != line) return Corrupt("the record is not in canonical form", where);
  return record;
}

Digest Transcript::Root() const {
  std::vector<Digest> leaves = {MerkleLeaf(DumpJson(header))};
  for (const StepRecord& r : records) leaves.push_back(MerkleLeaf(r.ToLine()));
  return MerkleRoot(leaves);
}

Result<void> SaveTranscript(const Transcript& transcript, const std::string& directory) {
  std::string lines;
  for (const StepRecord& r : transcript.records) lines += r.ToLine() + "\n";
  CAIRN_TRY(WriteFileAtomic(directory + "/header.json", DumpJson(transcript.header) + "\n"));
  CAIRN_TRY(WriteFileAtomic(directory + "/steps.jsonl", lines));
  Json root = {{"steps", transcript.records.size()}, {"merkle_root", transcript.Root().Hex()}};
  return WriteFileAtomic(directory + "/root.json", PrettyJson(root));
}

namespace {

constexpr uint64_t kMaxHeaderBytes = 1 << 26;

// The root binds the header's canonical text, so only that may stand in the file.
Result<Json> ReadHeader(const std::string& path) {
  CAIRN_ASSIGN(std::string text, ReadFile(path, kMaxHeaderBytes));
  CAIRN_ASSIGN(Json header, ParseJson(text, path));
  if (text != DumpJson(header) + "\n")
    return Corrupt("the header is not in canonical form: compact JSON with sorted keys, and a newline", path);
  return header;
}

Result<void> CheckRoot(const Transcript& transcript, const std::string& path) {
  CAIRN_ASSIGN(Json root, ReadJsonFile(path, 1 << 16));
  if (!root.is_object() || !root.contains("merkle_root") || !root["merkle_root"].is_string())
    return Corrupt("\"merkle_root\" is missing", path);
  if (!root.contains("steps") || root["steps"] != transcript.records.size())
    return Corrupt("\"steps\" is not the number of lines of steps.jsonl, " + std::to_string(transcript.records.size()),
                   path);
  if (root["merkle_root"] != transcript.Root().Hex())
    return Corrupt("the Merkle root does not fit the lines of steps.jsonl and header.json", path);
  return {};
}

}  // namespace

Result<Transcript> LoadTranscript(const std::string& directory) {
  Transcript transcript;
  CAIRN_ASSIGN(transcript.header, ReadHeader(directory + "/header.json"));
  std::string path = directory + "/steps.jsonl";
  CAIRN_ASSIGN(std::string text, ReadFile(path));
  for (size_t start = 0; start < text.size();) {
    size_t end = text.find('\n', start);
    std::string where = path + ":" + std::to_string(transcript.records.size() + 1);
    if (end == std::string::npos) return Corrupt("the last line is cut off", where);
    CAIRN_ASSIGN(StepRecord record, ParseStepRecord(std::string_view(text).substr(start, end - start), where));
    if (record.step != transcript.records.size() + 1) return Corrupt("the steps do not run 1, 2, 3, ...", where);
    transcript.records.push_back(record);
    start = end + 1;
  }
  CAIRN_TRY(CheckRoot(transcript, directory + "/root.json"));
  return transcript;
}

std::string DescribeDifference(const StepRecord& a, const StepRecord& b) {
  if (a.samples != b.samples) return "the samples (their text is not what was trained on)";
  if (a.tokens_digest != b.tokens_digest || a.tokens != b.tokens || a.loss_tokens != b.loss_tokens)
    return "the tokens (tokenizer or chat format)";
  if (std::bit_cast<uint32_t>(a.learning_rate) != std::bit_cast<uint32_t>(b.learning_rate)) return "the learning rate";
  if (std::bit_cast<uint64_t>(a.loss) != std::bit_cast<uint64_t>(b.loss)) return "the loss bits";
  if (std::bit_cast<uint64_t>(a.grad_norm) != std::bit_cast<uint64_t>(b.grad_norm)) return "the gradient norm bits";
  if (a.state != b.state) return "the state digest";
  return {};
}

}  // namespace cairn::train
