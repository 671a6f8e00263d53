#include "infer/text_stream.h"

#include <algorithm>

#include "formats/unicode.h"

namespace cairn::infer {
namespace {

// Bytes at the end that begin a character without ending it.
size_t OpenCharacter(std::string_view bytes) {
  for (size_t n = 1; n <= 3 && n <= bytes.size(); ++n) {
    auto lead = static_cast<uint8_t>(bytes[bytes.size() - n]);
    if (lead < 0x80) return 0;
    if (lead < 0xC0) continue;
    size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    return length > n ? n : 0;
  }
  return 0;
}

}  // namespace

TextStream::TextStream(std::vector<std::string> stop) : stop_(std::move(stop)) {
  for (const std::string& s : stop_) longest_stop_ = std::max(longest_stop_, s.size());
}

// pending_ never holds a whole stop text here, only perhaps the start of one at its end.
size_t TextStream::CertainEnd() const {
  size_t end = pending_.size() - OpenCharacter(pending_);
  size_t from = pending_.size() < longest_stop_ ? 0 : pending_.size() - longest_stop_;
  for (size_t at = from; at < end; ++at) {
    std::string_view tail = std::string_view(pending_).substr(at);
    for (const std::string& s : stop_)
      if (s.starts_with(tail)) return at;
  }
  return end;
}

std::string TextStream::Release(size_t end) {
  std::string text = ReplaceInvalidUtf8(std::string_view(pending_).substr(0, end));
  pending_.erase(0, end);
  text_ += text;
  return text;
}

std::string TextStream::Push(std::string_view bytes) {
  if (stopped_) return {};
  pending_ += bytes;
  size_t cut = std::string::npos;
  for (const std::string& s : stop_) cut = std::min(cut, pending_.find(s));
  if (cut == std::string::npos) return Release(CertainEnd());
  stopped_ = true;
  std::string text = Release(cut);
  pending_.clear();
  return text;
}

std::string TextStream::Finish() { return Release(pending_.size()); }

}  // namespace cairn::infer
