// cairn replay: run slices of a release's training again and compare bits.
#include "project/replay.h"

#include <fmt/format.h>

#include <chrono>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "cli/command.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string release, base;
  uint64_t segments = 1;
  std::optional<uint64_t> step, seed;
};

Result<int> Replay(const Options& options, const Context& context) {
  ThreadPool pool(context.Threads());
  project::ReplayOptions replay;
  replay.segments = options.segments;
  replay.step = options.step;
  replay.base_directory = options.base;
  replay.quiet = context.quiet;
  replay.seed =
      options.seed ? *options.seed : static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  CAIRN_ASSIGN(project::ReplayReport report,
               project::ReplayRelease(options.release, pool, ModelResolverFor("."), replay));
  Json json = Json::array();
  for (const auto& s : report.segments) {
    const std::string counted =
        s.steps_before == 0
            ? ""
            : fmt::format("; {}..{} of the training", s.steps_before + s.first_step, s.steps_before + s.last_step);
    Say(context.Results(), "{} steps {}..{}: every bit equal ({}{})\n", s.phase, s.first_step, s.last_step,
        HumanDuration(s.seconds), counted);
    json.push_back({{"phase", s.phase},
                    {"first_step", s.first_step},
                    {"last_step", s.last_step},
                    {"steps_before", s.steps_before},
                    {"seconds", s.seconds}});
  }
  if (!report.weights_compared)
    Say(stderr,
        "the released weights were not compared: this step lies before the training's end, and full training "
        "keeps no states; replay without --step\n");
  if (context.json)
    SayJson(
        {{"equal", true}, {"segments", json}, {"seed", replay.seed}, {"weights_compared", report.weights_compared}});
  return 0;
}

}  // namespace

void AddReplay(Command app, Context& context) {
  auto options = std::make_shared<Options>();
  Command replay =
      app.AddCommand("replay",
                     "run slices of a release's training again and compare every bit with its "
                     "transcript: the samples, the losses, the gradients, the "
                     "weights. Exit 1 and the name of what differs if anything does. With method: full the "
                     "last phase is always run to its end, since only that gives the released weights; "
                     "with --step they may be left out, which is said.");
  AddCommon(replay, context);
  replay.AddValue("release", options->release, "folder of the release").Required();
  Option segments = replay.AddValue("--segments", options->segments, "how many segments, drawn at random")
                        .Between(1, int64_t{1} << 32)
                        .ShowDefault();
  replay.AddValue("--step", options->step, "the segment that holds this step instead, counted through all phases")
      .NotNegative()
      .Without(segments);
  replay.AddValue("--seed", options->seed, "of the draw (default: the time)").NotNegative();
  replay.AddValue("--base", options->base, "the base model's folder, if it is not the built-in one");
  replay.Footer("Example: cairn replay build/harbour-guide --segments 3");
  replay.OnChosen([options, &context] { context.run = [options, &context] { return Replay(*options, context); }; });
}

}  // namespace cairn::cli
