// Files that lie beside the built-in model's weights: heldout.jsonl, on which releases check that the base model's
// abilities are kept, and replay.jsonl, text of its training against forgetting.
#pragma once

#include <string>

#include "corpus.h"
#include "seed_recipe.h"

namespace cairn::seed {

// Held-out items in the form of eval/held_out.h, from index 100,000 on, so that they are not those that `cairn seed
// measure` reports on. No asking: it has no list of right answers.
std::string HeldOutFileText(const Corpus& corpus);

// 4950 conversations as training rows, of the level that the recipe ends with and from index 900,000,000 on, far behind
// those of the training: so many of each task that the level has. Longer ones than the model was trained on are left
// out.
std::string ReplayFileText(const Corpus& corpus, const SeedRecipe& recipe);

// Writes both into the directory.
Result<void> WriteSideFiles(const Corpus& corpus, const SeedRecipe& recipe, const std::string& directory);

}  // namespace cairn::seed
