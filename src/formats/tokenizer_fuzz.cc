#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/tokenizer.h"

// The bytes up to the last NUL are a tokenizer.json, those after it a text. Neither may crash, and plain text never
// becomes a token that lies outside the vocabulary.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view all(reinterpret_cast<const char*>(data), size);
  size_t cut = all.rfind('\0');
  std::string_view json = all.substr(0, cut);
  std::string_view text = cut == std::string_view::npos ? "Hello, \xF0\x9F\x99\x82 <|end|> 123\n" : all.substr(cut + 1);
  auto tokenizer = cairn::formats::Tokenizer::Parse(json, "fuzz");
  if (!tokenizer.ok()) return 0;
  for (auto ids : {tokenizer->Encode(text), tokenizer->EncodeWithSpecial(text)}) {
    for (auto id : ids)
      if (id < 0 || id >= tokenizer->vocab_size()) std::abort();
    (void)tokenizer->Decode(ids, true);
  }
  return 0;
}
