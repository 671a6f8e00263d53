// Words of open passages: verbs that take any thing, verbs that need none, and what things have. Unlike the verbs of
// events they go with every noun, so that a verb tells nothing about what it is done to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::seed {

struct VerbForms {
  std::string base, past, participle;
};
// "clean|dig:dug|steal:stole:stolen": the first is regular, the others say what is not.
std::vector<VerbForms> ParseVerbs(std::string_view list);

const std::vector<VerbForms>& ObjectVerbs();  // "polish": somebody polishes something
const std::vector<VerbForms>& PlainVerbs();   // "float": somebody or something floats

const std::vector<std::string>& PersonRelations();  // "owner": the owner of something is a person
const std::vector<std::string>& ThingRelations();   // "emblem": the emblem of something is a thing
const std::vector<std::string>& NamedRelations();   // "bell": the bell of something may have a name
const std::vector<std::string>& OpenGroups();       // plural: "the islanders", "visitors"
const std::vector<std::string>& OpenStates();       // "was closed": what may be the matter with something
const std::vector<std::string>& OpenNouns();        // things, singular, that have an owner, a maker or a place

}  // namespace cairn::seed
