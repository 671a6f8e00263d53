// Turns tokens' bytes into text that can be shown at once: whole characters only, and nothing that may still turn out
// to be the start of a stop text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::infer {

class TextStream {
 public:
  // stop: valid UTF-8, none empty.
  explicit TextStream(std::vector<std::string> stop);
  // Adds bytes; returns the text that is now certain. Once stopped(), nothing more is added.
  std::string Push(std::string_view bytes);
  // The rest: nothing can follow. Ill-formed bytes become U+FFFD.
  std::string Finish();
  bool stopped() const { return stopped_; }
  const std::string& text() const { return text_; }  // all that was returned so far

 private:
  size_t CertainEnd() const;
  std::string Release(size_t end);
  std::vector<std::string> stop_;
  size_t longest_stop_ = 0;
  std::string pending_, text_;
  bool stopped_ = false;
};

}  // namespace cairn::infer
