// What every subcommand shares. One file a subcommand: it declares its flags, calls one room and prints.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/terminal.h"
#include "base/version.h"
#include "cli/flags.h"
#include "project/project.h"
#include "train/config.h"

namespace cairn::cli {

struct Context {
  bool json = false;  // one JSON object on stdout, everything else on stderr
  bool quiet = false;
  bool only_reads = false;           // the first Ctrl-C may end it wherever it is
  int threads = 0;                   // 0: all CPUs
  std::string isa;                   // restrict kernels to one instruction set
  train::Resources resources;        // of commands that train
  std::string device = "cpu";        // what resources.device will be; opened before the command runs
  std::function<Result<int>()> run;  // set by the chosen subcommand; the value is the exit code

  int Threads() const;
  // Where a command's result is printed as text.
  std::FILE* Results() const { return json ? stderr : stdout; }
};

// The model that a name or path means: "seed" is the built-in one, anything else a directory.
Result<std::string> ResolveModel(const std::string& name);
// The same for models named by a project in `directory`: relative paths count from there.
std::function<Result<std::string>(const std::string&)> ModelResolverFor(const std::string& directory);
// Where the files that come with cairn lie (models/, recipes/): $CAIRN_HOME, beside the binary, or the source tree it
// was built from.
std::string HomeDirectory();

// What a person should know before training the project begins (project::NotesOn).
void PrintNotes(const project::Project& project, const Context& context);

// Where the public half of a private key lies: "x.key" becomes "x.pub", any other name gets ".pub" behind it.
std::string PublicKeyPath(const std::string& private_path);

// The project file in the working directory, or in the nearest folder above it; empty if there is none.
std::string ProjectFileAbove();
// The folder of that file; "." if there is none.
std::string ProjectFolderAbove();
// Opens the project in `directory`. kNotFound: names the one in a folder above.
Result<project::Project> OpenProjectIn(const std::string& directory);

// Whether standard output and error go to the log of a workflow on GitHub, and what is said there without the "##["
// that begins a command of the workflow wherever it stands.
bool OnGitHub();
std::string InertOnGitHub(std::string text);

// Adds --json, --quiet, --threads and --isa to a subcommand.
void AddCommon(Command command, Context& context);
// Adds --device to a subcommand that trains.
void AddDevice(Command command, Context& context);
// The same, and --micro-batch and --recompute.
void AddResources(Command command, Context& context);

void AddBuild(Command app, Context& context);
void AddChat(Command app, Context& context);
void AddData(Command app, Context& context);
void AddEval(Command app, Context& context);
void AddInit(Command app, Context& context);
void AddKeygen(Command app, Context& context);
void AddReplay(Command app, Context& context);
void AddSeed(Command app, Context& context);
void AddSystem(Command app, Context& context);
void AddTaxonomy(Command app, Context& context);
void AddTrain(Command app, Context& context);
void AddVerify(Command app, Context& context);

}  // namespace cairn::cli
