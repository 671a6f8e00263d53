// The JSON of OpenAI's /chat/completions: what a server is asked, and what it answers. Nothing here touches a network.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "synth/teacher.h"

namespace cairn::synth {

// How requests are written for a server. The first form is what most understand; a server that refuses every request
// in it may take another.
struct CompletionForm {
  bool max_completion_tokens = false;  // the newer name of max_tokens
  bool temperature = true, seed = true, stream = true;
  int thinking_tokens = 0;  // room before the answer, for models that think first
  bool may_think = true;    // whether the server has such room
  bool operator==(const CompletionForm&) const = default;
};

std::string CompletionRequest(const std::string& model, const TeacherRequest& request, const CompletionForm& form);

// The form to try after a server refused even a harmless request with these words: without the parameter that they
// name, or with its newer name. Nothing if they name none that can be left out.
std::optional<CompletionForm> FormAfterRefusal(const CompletionForm& form, std::string_view words);

struct Completion {
  std::string text;            // of the first choice, without what the model thought before it
  bool out_of_tokens = false;  // no text: what it thought took all its tokens
  // An error that a gateway reports with status 200, and the status that it names, 500 if none.
  long error_status = 0;
  std::string error;
};

// body: any bytes. A message without text is an empty text. kCorrupt if it is no chat completion.
Result<Completion> ReadCompletion(std::string_view body, const std::string& where);

}  // namespace cairn::synth
