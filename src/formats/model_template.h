// The chat template of somebody's model, a program in Jinja that is not executed: what can be told from its text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "formats/chat_template.h"

namespace cairn::formats {

struct ModelTemplate {
  std::string text, where, known;     // known: as Read takes it
  std::vector<std::string> literals;  // JinjaLiterals
  JinjaPlaces places;                 // of the literals in text
  std::string bos, eos;               // empty if missing

  // Of tokenizer_config.json: `chat_template` itself, or the one named "default" of a list. kUnsupported without any;
  // known: which ones there are, for that message. kBadInput for a bos_token that is no token.
  static Result<ModelTemplate> Read(const Json& tokenizer_config, const std::string& where, const std::string& known);

  bool Has(std::string_view part) const { return text.find(part) != std::string::npos; }
  bool HasLiteral(std::string_view literal) const;
  std::string Begin() const { return Has("bos_token") ? bos : ""; }
  Result<std::string> NeededEos() const;

  // A literal with what it is added to by + or ~, and what is added to it; empty where nothing is. "x + ' ' + y | trim
  // }}" gives before (the template up to) "x" and behind "y | trim }}..."; what is a whole {{ }} is alone.
  struct Term {
    std::string_view before, literal, behind;
    bool alone = false;
  };
  std::vector<Term> Terms() const;
  // Whether these line breaks follow the mark somewhere, be they in the same literal, added to it or outside of any.
  bool HasBreakBehind(const std::string& mark, const std::string& breaks) const;

  // The literals of the first {{ }} that has one with this part, and the block's text; both empty if there is none.
  struct Output {
    std::string text;
    std::vector<std::string> literals;
  };
  Output OutputWith(std::string_view part) const;

  // The text that is assigned so to a variable, empty if none is: one whole literal that is not empty; or two around
  // today's date, whose sentence, which ends in `date`, is left out: "Be brief. Today is " + today + ". Be kind." gives
  // "Be brief. Be kind.". kUnsupported for any other expression that begins with a literal.
  Result<std::string> Assigned(std::string_view assignment, std::string_view date = {}) const;

  // What is written before a conversation without system message, where a variable is set to it first; empty if nothing
  // is. Guarded by USE_DEFAULT_PROMPT, which transformers leaves unset, nothing is written.
  Result<std::string> DefaultSystemText() const;

  // A default system text between its marks, empty if it is; kUnsupported if it is too long for a piece of a format.
  Result<std::string> OwnSystem(const std::string& prefix, const std::string& content, const std::string& suffix) const;
  Error CannotTakeOver(const std::string& content) const;  // that system text
  Error Unknown(const std::string& what) const;            // "the chat template <what>; <known>"
};

}  // namespace cairn::formats
