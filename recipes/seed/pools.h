// Pools: where the values of facts come from. A pool is a list of phrases or a rule that makes a value.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "draw.h"
#include "names.h"

namespace cairn::seed {

struct Pool {
  std::string name;
  std::vector<std::string> words;                          // one of these,
  std::string (*make)(Draw& draw, Split split) = nullptr;  // or made by rule

  std::string Value(Draw& draw, Split split) const { return make != nullptr ? make(draw, split) : draw.Pick(words); }
};

// The pools that every frame may use: rules of pools.cc and the lists of words.yaml.
class Pools {
 public:
  // words: a YAML map from pool name to a list of phrases.
  static Result<Pools> Load(const std::string& words_path);
  const Pool* Find(std::string_view name) const;
  // As Find, for a pool that this program relies on.
  const Pool& Get(std::string_view name) const;
  // The single words in lower case of all lists, three letters or more, each once, in order of bytes.
  const std::vector<std::string>& plain_words() const { return plain_words_; }

 private:
  std::map<std::string, Pool, std::less<>> pools_;
  std::vector<std::string> plain_words_;
};

}  // namespace cairn::seed
