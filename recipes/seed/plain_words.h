// Further words for the passages of plain scenes, whose texts shall read words that people write rather than those of a
// short list.
#pragma once

#include <string>
#include <vector>

#include "open_words.h"

namespace cairn::seed {

const std::vector<std::string>& PlainNouns();            // as OpenNouns
const std::vector<VerbForms>& PlainObjectVerbs();        // as ObjectVerbs
const std::vector<std::string>& PlainAdjectives();       // that go with any thing
const std::vector<std::string>& PlainGroups();           // as OpenGroups, all of them plural
const std::vector<std::string>& PlainThingRelations();   // as ThingRelations
const std::vector<std::string>& PlainPersonRelations();  // as PersonRelations

}  // namespace cairn::seed
