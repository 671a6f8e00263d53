#include "seed_training.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "formats/bpe_trainer.h"
#include "formats/chat.h"
#include "model/deepen.h"
#include "model/model.h"
#include "side_files.h"
#include "train/prefetch.h"

namespace cairn::seed {
namespace {

constexpr size_t kStepsAhead = 32;  // a device is faster than one thread makes text for it
constexpr const char* kSpecialTokens[] = {"<|end|>", "<|system|>", "<|user|>", "<|assistant|>"};

// Samples of later phases come after those of earlier ones; the tokenizer's come first.
uint64_t FirstSample(const SeedRecipe& recipe, size_t phase) {
  uint64_t first = 0;
  for (size_t i = 0; i < phase; ++i) first += recipe.phases[i].training.steps * recipe.phases[i].samples_per_step;
  return first;
}

struct Prepared {
  SeedRecipe recipe;
  Corpus corpus;
};

Result<Prepared> Prepare(const SeedOptions& options) {
  CAIRN_ASSIGN(SeedRecipe recipe, LoadSeedRecipe(options.recipe_directory + "/recipe.yaml"));
  CAIRN_ASSIGN(Corpus corpus, Corpus::Load(options.recipe_directory));
  return Prepared{std::move(recipe), std::move(corpus)};
}

model::Model InitialModel(SeedRecipe& recipe, const formats::Tokenizer& tokenizer) {
  recipe.model.vocab_size = (tokenizer.vocab_size() + 63) / 64 * 64;
  recipe.model.eos_token_id = *tokenizer.SpecialId("<|end|>");
  return model::InitModel(recipe.model, recipe.seed);
}

// SEED.json: the Merkle root of every phase's transcript and the digest of the weights that they end in.
constexpr const char* kSealFile = "SEED.json";

std::string PhaseWeights(const std::string& model_directory, const std::string& phase) {
  return model_directory + "/phases/" + phase;
}

Result<Json> LoadSeal(const std::string& model_directory) {
  std::string where = model_directory + "/" + kSealFile;
  CAIRN_ASSIGN(Json seal, ReadJsonFile(where, 1 << 20));
  if (!seal.is_object() || !seal.contains("transcripts") || !seal["transcripts"].is_object() ||
      !seal.contains("weights"))
    return Corrupt("\"transcripts\" and \"weights\" are needed", where);
  return seal;
}

// The released weights and the phase's transcript are those that SEED.json names.
Result<void> CheckSeal(const std::string& model_directory, const std::string& phase,
                       const train::Transcript& transcript) {
  CAIRN_ASSIGN(Json seal, LoadSeal(model_directory));
  if (!seal["transcripts"].contains(phase) || seal["transcripts"][phase] != transcript.Root().Hex())
    return Corrupt("the Merkle root of " + phase + " is not that of its transcript", model_directory + "/" + kSealFile);
  CAIRN_ASSIGN(model::Model model, model::LoadModel(model_directory));
  if (seal["weights"] != model::WeightsDigest(model).Hex())
    return Corrupt("the weights are not those that SEED.json names", model_directory + "/model.safetensors");
  return {};
}

Json PhaseInputs(const Prepared& p, const formats::Tokenizer& tokenizer, size_t phase) {
  const SeedPhase& settings = p.recipe.phases[phase];
  return {{"tokenizer", Sha256Of(tokenizer.json()).Hex()},
          {"corpus", p.corpus.digest(settings.level).Hex()},
          {"level", LevelName(settings.level)},
          {"max_tokens", p.recipe.max_tokens},
          {"text_loss_every", settings.text_loss_every},
          {"first_sample", FirstSample(p.recipe, phase)},
          {"samples_per_step", settings.samples_per_step}};
}

// What the phase trains: the weights that the one before ended in, with the phase's number of layers.
void StartPhase(const SeedPhase& phase, model::Model& model) {
  if (phase.layers > model.config.num_hidden_layers) model = model::Deepened(model, phase.layers);
}

std::string PhaseName(const SeedRecipe& recipe, size_t phase) {
  return fmt::format("{}-{}", phase + 1, recipe.phases[phase].name);
}

// Trained again whenever what it is made from has changed.
Result<formats::Tokenizer> SeedTokenizer(const Prepared& p, const std::string& work_directory) {
  std::string made_from = fmt::format("{} {} {} {}", p.corpus.digest(Level::kFull).Hex(), p.recipe.seed,
                                      p.recipe.tokenizer_vocab_size, p.recipe.tokenizer_samples);
  std::string path = fmt::format("{}/tokenizer-{}.json", work_directory, Sha256Of(made_from).Hex().substr(0, 16));
  if (!PathExists(path)) {
    CAIRN_ASSIGN(std::string json, TrainSeedTokenizer(p.corpus, p.recipe));
    CAIRN_TRY(WriteFileAtomic(path, json));
  }
  return formats::Tokenizer::Load(path);
}

train::GeneratedSource PhaseSource(const Prepared& p, const formats::Tokenizer& tokenizer, size_t phase) {
  const SeedPhase& settings = p.recipe.phases[phase];
  return train::GeneratedSource(
      [&p, &tokenizer, &settings](uint64_t i) { return SeedSample(p.corpus, tokenizer, p.recipe, settings, i); },
      settings.samples_per_step, settings.training.steps, FirstSample(p.recipe, phase));
}

}  // namespace

train::TokenSample SeedSample(const Corpus& corpus, const formats::Tokenizer& tokenizer, const SeedRecipe& recipe,
                              const SeedPhase& phase, uint64_t index) {
  constexpr uint64_t kSpare = uint64_t{1} << 40;  // far beyond the samples of any recipe
  formats::Conversation conversation = corpus.Sample(recipe.seed, index, phase.level);
  for (uint64_t spare = index + kSpare;;) {
    conversation.id = formats::ConversationId(conversation.messages);
    auto sample = train::Tokenise(formats::CairnChatFormat(), tokenizer, conversation, recipe.max_tokens);
    if (sample.ok()) {
      // Now and then the passage counts, too: it teaches grammar and that names repeat, which answers alone teach
      // slowly.
      if (phase.text_loss_every > 0 && index % phase.text_loss_every == 0)
        std::fill(sample->loss_mask.begin() + 1, sample->loss_mask.end(), uint8_t{1});
      return std::move(sample).value();
    }
    if (conversation.messages.size() > 2) {
      conversation.messages.resize(conversation.messages.size() - 2);
    } else {  // a single turn that is too long: another conversation in its place
      conversation = corpus.Sample(recipe.seed, spare, phase.level);
      spare += kSpare;
    }
  }
}

Result<std::string> TrainSeedTokenizer(const Corpus& corpus, const SeedRecipe& recipe) {
  formats::BpeTrainingOptions options;
  options.vocab_size = recipe.tokenizer_vocab_size;
  options.special_tokens.assign(std::begin(kSpecialTokens), std::end(kSpecialTokens));
  uint64_t index = 0;
  size_t message = 0;
  formats::Conversation conversation;
  auto next = [&](std::string* text) {
    while (message >= conversation.messages.size()) {
      if (index >= recipe.tokenizer_samples) return false;
      conversation = corpus.Sample(recipe.seed, index++);
      message = 0;
    }
    *text = conversation.messages[message++].content;
    return true;
  };
  return formats::TrainBpe(options, next);
}

namespace {

// The transcript of a phase in `from`, if it is whole and of this recipe. What a phase starts from is left to the
// replay.
Result<train::Transcript> FinishedPhase(const Prepared& p, const formats::Tokenizer& tokenizer, size_t phase,
                                        const std::string& from) {
  std::string directory = from + "/transcript/" + PhaseName(p.recipe, phase);
  CAIRN_ASSIGN(train::Transcript transcript, train::LoadTranscript(directory));
  const train::TrainConfig& config = p.recipe.phases[phase].training;
  bool same = transcript.header["training"] == train::TrainConfigToJson(config) &&
              transcript.header["inputs"] == PhaseInputs(p, tokenizer, phase) &&
              transcript.records.size() == config.steps;
  if (!same) return BadInput("this phase is not the recipe's", directory);
  return transcript;
}

// Where the weights lie that phase `index` of the recipe ended in: in phases/, or they are those of the model itself if
// that was its last phase. Empty where they are not in `from`.
std::string EndWeights(const Prepared& p, const std::string& from, size_t index) {
  const std::string name = PhaseName(p.recipe, index);
  std::string kept = PhaseWeights(from, name);
  if (PathExists(kept)) return kept;
  auto seal = LoadSeal(from);
  if (!seal.ok()) return "";
  const Json& transcripts = (*seal)["transcripts"];
  return transcripts.size() == index + 1 && transcripts.contains(name) ? from : "";
}

// Takes over the phases of `from` up to the last one whose end weights lie there; returns how many.
Result<size_t> TakeOver(ThreadPool& pool, const Prepared& p, const formats::Tokenizer& tokenizer,
                        const std::string& from, const std::string& output, model::Model& model, Json& roots) {
  size_t count = p.recipe.phases.size() - 1;
  std::string weights;
  while (count > 0 && (weights = EndWeights(p, from, count - 1)).empty()) --count;
  if (count == 0) return NotFound("no phase of the recipe has its end weights there", from + "/phases");
  for (size_t i = 0; i < count; ++i) {
    CAIRN_ASSIGN(train::Transcript transcript, FinishedPhase(p, tokenizer, i, from));
    std::string name = PhaseName(p.recipe, i);
    CAIRN_TRY(train::SaveTranscript(transcript, output + "/transcript/" + name));
    roots[name] = transcript.Root().Hex();
  }
  CAIRN_ASSIGN(model, model::LoadModel(weights));
  if (model.config.num_hidden_layers != p.recipe.phases[count - 1].layers)
    return BadInput("these weights have other layers than the recipe's phase", weights);
  CAIRN_TRY(model::SaveModel(pool, model, tokenizer, formats::CairnChatFormat(),
                             PhaseWeights(output, PhaseName(p.recipe, count - 1))));
  return count;
}

}  // namespace

Result<void> TrainSeed(ThreadPool& pool, const SeedOptions& options, const std::string& output) {
  CAIRN_ASSIGN(Prepared p, Prepare(options));
  CAIRN_ASSIGN(formats::Tokenizer tokenizer, SeedTokenizer(p, options.work_directory));
  model::Model model = InitialModel(p.recipe, tokenizer);
  Json roots = Json::object();
  size_t taken = 0;
  if (!options.from_model.empty()) {
    CAIRN_ASSIGN(taken, TakeOver(pool, p, tokenizer, options.from_model, output, model, roots));
  }
  for (size_t i = taken; i < p.recipe.phases.size(); ++i) {
    const SeedPhase& phase = p.recipe.phases[i];
    std::string name = PhaseName(p.recipe, i);
    StartPhase(phase, model);
    train::GeneratedSource source = PhaseSource(p, tokenizer, i);
    const train::PrefetchedSource ahead(source, kStepsAhead);
    const train::DataSource& data = options.device != nullptr ? static_cast<const train::DataSource&>(ahead) : source;
    train::TrainConfig config = phase.training;
    config.resources.device = options.device;
    train::Trainer trainer(pool, model, config, data);
    Json header = train::PhaseHeader(phase.training, name, trainer.StateDigest(), PhaseInputs(p, tokenizer, i));
    train::PhaseOptions run{
        .directory = options.work_directory + "/" + name, .label = "seed " + name, .quiet = options.quiet};
    CAIRN_ASSIGN(train::Transcript transcript, train::RunPhase(trainer, phase.training, header, run));
    CAIRN_TRY(train::SaveTranscript(transcript, output + "/transcript/" + name));
    model::RoundToBf16(model.weights);
    roots[name] = transcript.Root().Hex();
    bool last = i + 1 == p.recipe.phases.size();
    CAIRN_TRY(model::SaveModel(pool, model, tokenizer, formats::CairnChatFormat(),
                               last ? output : PhaseWeights(output, name)));
  }
  Json seal = {{"transcripts", roots}, {"weights", model::WeightsDigest(model).Hex()}};
  CAIRN_TRY(WriteFileAtomic(output + "/" + kSealFile, PrettyJson(seal)));
  return WriteSideFiles(p.corpus, p.recipe, output);
}

Result<uint64_t> ReplaySeed(ThreadPool& pool, const SeedOptions& options, const std::string& model_directory,
                            size_t phase, uint64_t steps) {
  CAIRN_ASSIGN(Prepared p, Prepare(options));
  if (phase >= p.recipe.phases.size()) return BadInput("the recipe has no phase " + std::to_string(phase + 1));
  CAIRN_ASSIGN(formats::Tokenizer tokenizer, formats::Tokenizer::Load(model_directory + "/tokenizer.json"));
  model::Model model = InitialModel(p.recipe, tokenizer);
  if (phase > 0) {
    std::string start = PhaseWeights(model_directory, PhaseName(p.recipe, phase - 1));
    if (!PathExists(start))
      return NotFound(
          "the weights at the start of this phase are not shipped; replay phase 1 or the last one, or run `make seed`",
          start);
    CAIRN_ASSIGN(model, model::LoadModel(start));
  }
  std::string directory = model_directory + "/transcript/" + PhaseName(p.recipe, phase);
  CAIRN_ASSIGN(train::Transcript transcript, train::LoadTranscript(directory));
  CAIRN_TRY(CheckSeal(model_directory, PhaseName(p.recipe, phase), transcript));
  const SeedPhase& settings = p.recipe.phases[phase];
  StartPhase(settings, model);
  const train::GeneratedSource source = PhaseSource(p, tokenizer, phase);
  const train::PrefetchedSource ahead(source, kStepsAhead);
  const train::DataSource& data = options.device != nullptr ? static_cast<const train::DataSource&>(ahead) : source;
  train::TrainConfig config = settings.training;
  config.resources.device = options.device;
  train::Trainer trainer(pool, model, config, data);
  Json header = train::PhaseHeader(settings.training, PhaseName(p.recipe, phase), trainer.StateDigest(),
                                   PhaseInputs(p, tokenizer, phase));
  if (header != transcript.header)
    return Corrupt("the recipe, the tokenizer or the start weights are not those of the transcript",
                   directory + "/header.json");
  return train::ReplaySteps(trainer, transcript, std::min<uint64_t>(steps, transcript.records.size()), options.quiet);
}

}  // namespace cairn::seed
