// New words in the place of those that a text only carries: words of another kind, and words that nobody has used. What
// usually stands somewhere is then no help; a reader must find and copy.
#pragma once

#include <string>

#include "tasks.h"

namespace cairn::seed {

// An invented word in lower case that takes plural endings as a noun does: "snelk", "magkle".
std::string InventedNoun(Scene& scene);
// A word in lower case: of any list of words.yaml, or an invented one.
std::string NovelWord(Scene& scene);

// Replaces more than half of the words of the passage's names and answers, each by the same word everywhere in the
// conversation. Number words and words that hold sentences together stay. Without a passage nothing changes.
void RenewWords(Scene& scene, Dialogue& dialogue);

}  // namespace cairn::seed
