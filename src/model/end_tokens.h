// The tokens that end an answer, as a model directory names them.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "formats/tokenizer.h"

namespace cairn::model {

// "eos_token_id" of config.json and of generation_config.json, if it is there; each an id, a list of at most 64 or
// nothing. Ascending, each once.
Result<std::vector<formats::TokenId>> ReadEndTokens(const std::string& directory);

// Whether generation_config.json changes answers: it names another token than the one that config.json names, or cannot
// be read. False without it.
bool GenerationConfigDecides(const std::string& directory);

}  // namespace cairn::model
