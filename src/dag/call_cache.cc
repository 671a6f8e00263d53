#include "dag/call_cache.h"

namespace cairn::dag {
namespace {

constexpr size_t kHeader = 65;  // the digest of key and value, and a line end

std::string Relative(const Digest& key) {
  std::string hex = key.Hex();
  return "calls/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

std::string Header(const Digest& key, std::string_view value) {
  Sha256 hash;
  hash.Update(key.Hex());
  hash.Update(value);
  return hash.Finish().Hex() + "\n";
}

}  // namespace

std::optional<std::string> CallCache::Get(const Digest& key) {
  std::string path = store_.Path(Relative(key));
  Result<std::string> bytes = store_.disk().Read(path, kMaxValueBytes + kHeader);
  if (!bytes.ok()) return std::nullopt;
  if (bytes->size() >= kHeader) {
    std::string value = bytes->substr(kHeader);
    if (bytes->compare(0, kHeader, Header(key, value)) == 0) return value;
  }
  if (store_.writable()) (void)store_.disk().Remove(path);
  return std::nullopt;
}

Result<void> CallCache::Put(const Digest& key, std::string_view value) {
  if (!store_.writable()) return {};
  if (value.size() > kMaxValueBytes) return BadInput("an answer of more than 64 MiB is not kept");
  // Not synced: what a loss of power does to it, Get finds by the header.
  return store_.WriteWhole(Relative(key), Header(key, value) + std::string(value), Durability::kLazy);
}

}  // namespace cairn::dag
