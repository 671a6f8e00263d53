// Chat formats read from the templates of models, family by family (chat_formats.cc says which is which).
#pragma once

#include "formats/chat.h"
#include "formats/model_template.h"

namespace cairn::formats {

Result<ChatFormat> ReadLlama2(const ModelTemplate& model);
// Mistral 7B Instruct 0.1 to 0.3, Mixtral and Nemo.
Result<ChatFormat> ReadMistral(const ModelTemplate& model);
// Large 2411, Small 2501 and later: with [SYSTEM_PROMPT].
Result<ChatFormat> ReadMistral7(const ModelTemplate& model);

}  // namespace cairn::formats
