// cairn taxonomy check | new: contributions, checked in milliseconds, and the template of a new one.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/file.h"
#include "cli/command.h"
#include "formats/yaml.h"
#include "project/config.h"
#include "project/project.h"
#include "synth/pipeline.h"
#include "taxonomy/new_leaf.h"
#include "taxonomy/tree.h"

namespace cairn::cli {
namespace {

struct Options {
  std::string root, base, kind, path;
  std::vector<std::string> paths;
};

const char* SeverityName(const taxonomy::Problem& problem) {
  return problem.severity == taxonomy::Severity::kError ? "error" : "warning";
}

std::string Sentence(const taxonomy::Problem& problem) {
  return problem.remedy.empty() ? problem.message : problem.message + "; " + problem.remedy;
}

// GitHub's workflow commands end at a line break and separate properties by ':' and ','.
std::string EscapeForGitHub(const std::string& text, bool property) {
  std::string out;
  for (char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out;
}

std::string GitHubLine(const taxonomy::Problem& problem) {
  const taxonomy::Place place = taxonomy::PlaceOf(problem.where);
  std::string properties = "file=" + EscapeForGitHub(place.file, true);
  if (place.line > 0) properties += fmt::format(",line={},col={}", place.line, place.column);
  return fmt::format("::{} {}::{}", SeverityName(problem), properties, EscapeForGitHub(Sentence(problem), false));
}

Json ProblemToJson(const taxonomy::Problem& problem) {
  const taxonomy::Place place = taxonomy::PlaceOf(problem.where);
  return {{"severity", SeverityName(problem)},
          {"file", place.file},
          {"line", place.line > 0 ? Json(place.line) : Json()},
          {"column", place.line > 0 ? Json(place.column) : Json()},
          {"message", problem.message},
          {"remedy", problem.remedy}};
}

struct Root {
  std::string path;
  taxonomy::LeafOptions options;
  std::string project_file;  // that names the path; empty if none does
};

// The taxonomy that the project here or above names, or ./taxonomy, or the working directory itself. What the project
// allows its leaves counts for its own taxonomy only.
Result<Root> RootOf(const std::string& given) {
  if (const std::string file = ProjectFileAbove(); !file.empty()) {
    CAIRN_ASSIGN(project::ProjectConfig config, project::ReadProjectConfig(file));
    const std::string path = taxonomy::JoinPath(std::string(taxonomy::ParentPath(file)), config.spec.taxonomy.path);
    const taxonomy::LeafOptions options = project::LeafOptionsOf(config.spec.taxonomy);
    std::error_code code;
    if (given.empty()) return Root{path, options, file};
    if (std::filesystem::equivalent(given, path, code)) return Root{given, options, {}};
  }
  if (!given.empty()) return Root{given, {}, {}};
  return Root{PathExists("taxonomy") ? "taxonomy" : ".", {}, {}};
}

// Before leaves are looked for: a wrong path in the project file is named there.
Result<void> CheckRoot(const Root& root) {
  std::error_code code;
  if (std::filesystem::is_directory(root.path, code)) return {};
  if (root.project_file.empty())
    return NotFound("there is no such folder; name the one that holds knowledge/ or compositional_skills/", root.path);
  return NotFound("spec.taxonomy.path leads to no folder (" + root.path +
                      "); write the one that holds knowledge/ or compositional_skills/",
                  formats::YamlPlace(root.project_file, "spec.taxonomy.path"));
}

// What `--base` asks for: the changed leaves, of those below `paths` if there are any.
Result<std::vector<std::string>> ChangedBelow(const Root& root, const Options& options,
                                              std::vector<std::string>* removed) {
  CAIRN_ASSIGN(taxonomy::LeafChanges changes, taxonomy::ChangedLeaves(root.path, options.base));
  *removed = changes.removed;
  if (options.paths.empty()) return std::move(changes.changed);
  CAIRN_ASSIGN(taxonomy::TaxonomyReport named, taxonomy::CheckTaxonomy(root.path, options.paths, root.options));
  std::vector<std::string> both;
  std::set_intersection(changes.changed.begin(), changes.changed.end(), named.seen.begin(), named.seen.end(),
                        std::back_inserter(both));
  return both;
}

std::string Count(size_t n, const std::string& thing, const std::string& plural) {
  return fmt::format("{} {}", n, n == 1 ? thing : plural);
}

std::string HumanLine(const taxonomy::Problem& problem) {
  return fmt::format("{}{}: {}", problem.where.empty() ? "" : PrintableLine(problem.where) + ": ",
                     SeverityName(problem), PrintableLine(Sentence(problem)));
}

// In a workflow's log a line begins with a dash: a file's name must not begin one as "::" does, a workflow command.
void PrintProblems(const taxonomy::TaxonomyReport& report, std::FILE* out) {
  for (const taxonomy::Problem& problem : report.problems) {
    if (OnGitHub())
      Say(out, "- {}\n{}\n", InertOnGitHub(HumanLine(problem)), InertOnGitHub(GitHubLine(problem)));
    else
      Say(out, "{}\n", HumanLine(problem));
  }
}

// Documents that a build would refuse.
void AddUnreadable(const std::string& root, taxonomy::TaxonomyReport& report) {
  taxonomy::Problems problems;
  for (const taxonomy::Leaf& leaf : report.leaves) {
    if (auto read = synth::CheckDocuments(leaf, root); !read.ok()) problems.Add(read.error());
  }
  report.error_count += problems.error_count();
  for (taxonomy::Problem& problem : std::move(problems).Take()) report.problems.push_back(std::move(problem));
}

Result<int> Check(const Options& options, const Context& context) {
  CAIRN_ASSIGN(Root root, RootOf(options.root));
  CAIRN_TRY(CheckRoot(root));
  taxonomy::TaxonomyReport report;
  std::vector<std::string> paths = options.paths, removed;
  if (!options.base.empty()) {
    CAIRN_ASSIGN(paths, ChangedBelow(root, options, &removed));
    for (std::string& path : paths) path = taxonomy::JoinPath(root.path, path);
  }
  // An empty list means all leaves, but no leaf changed means none.
  if (options.base.empty() || !paths.empty()) {
    CAIRN_ASSIGN(report, taxonomy::CheckTaxonomy(root.path, paths, root.options));
    AddUnreadable(root.path, report);
  }
  auto warnings =
      static_cast<size_t>(std::count_if(report.problems.begin(), report.problems.end(), [](const taxonomy::Problem& p) {
        return p.severity == taxonomy::Severity::kWarning;
      }));
  std::FILE* out = context.json ? stderr : stdout;
  PrintProblems(report, out);
  if (!context.quiet)
    Say(out, "{} checked in {}: {}, {}{}\n", Count(report.seen.size(), "leaf", "leaves"), root.path,
        Count(report.error_count, "error", "errors"), Count(warnings, "warning", "warnings"),
        removed.empty() ? "" : ", " + Count(removed.size(), "leaf", "leaves") + " removed");
  if (context.json) {
    Json problems = Json::array();
    for (const taxonomy::Problem& problem : report.problems) problems.push_back(ProblemToJson(problem));
    SayJson({{"root", root.path},
             {"leaves", report.seen},
             {"removed", removed},
             {"errors", report.error_count},
             {"warnings", warnings},
             {"problems", problems}});
  }
  return report.error_count > 0 ? 2 : 0;
}

Result<int> New(const Options& options, const Context& context) {
  CAIRN_ASSIGN(Root root, RootOf(options.root));
  auto kind = options.kind == "knowledge" ? taxonomy::LeafKind::kKnowledge : taxonomy::LeafKind::kSkill;
  CAIRN_ASSIGN(std::vector<std::string> files, taxonomy::NewLeaf(root.path, kind, options.path));
  if (!context.quiet) {
    if (options.root.empty() && root.project_file.empty())
      Say(stderr, "note: there is no project here or above, so this is {}; `cairn init DIR` makes a project\n",
          root.path == "." ? "a taxonomy of its own in this folder" : "the taxonomy in this folder");
    for (const std::string& file : files) Say(stderr, "wrote {}\n", file);
    Say(stderr, "Replace every text that begins with TODO: and then run: cairn taxonomy check\n");
  }
  if (context.json) SayJson({{"root", root.path}, {"kind", options.kind}, {"files", files}});
  return 0;
}

void AddCheck(Command taxonomy, const std::shared_ptr<Options>& options, Context& context) {
  Command check = taxonomy.AddCommand(
      "check",
      "check contributions and name every mistake. Each problem is a line file:line:column: error or warning: what is "
      "wrong; what to do. Checks the whole taxonomy, or the leaves that PATH names: a leaf's folder, a folder above "
      "leaves, or a file. Exit code 2 if there is an error; warnings do not count. In GitHub Actions the problems also "
      "appear beside the changed lines.");
  AddCommon(check, context);
  check.AddValue("path", options->paths, "leaves to check (default: all)");
  check.AddValue("--base", options->base, "only leaves that differ from this git revision");
  check.AddValue(
      "--root", options->root,
      "the taxonomy (default: the one that cairn.yaml here or in a folder above names, or ./taxonomy, or the "
      "working directory)");
  check.Footer("Examples:\n  cairn taxonomy check knowledge/harbour\n  cairn taxonomy check --base origin/main");
  check.OnChosen([options, &context] {
    context.only_reads = true;
    context.run = [options, &context] { return Check(*options, context); };
  });
}

void AddNew(Command taxonomy, const std::shared_ptr<Options>& options, Context& context) {
  Command fresh = taxonomy.AddCommand(
      "new",
      "start a contribution from a template. Writes the files of a new leaf, full of comments: qna.yaml with seed "
      "examples, eval.yaml with questions that measure what the model learned, and, for knowledge, document.md. "
      "Nothing is overwritten. Replace every text that begins with TODO: and check.");
  AddCommon(fresh, context);
  fresh.AddValue("kind", options->kind, "knowledge: facts from a document; skill: something to do with a text")
      .Required()
      .OneOf({"knowledge", "skill"});
  fresh
      .AddValue("path", options->path,
                "the new leaf's folder, counted from the taxonomy, for example harbour/tides; knowledge/ or "
                "compositional_skills/ in front is understood")
      .Required();
  fresh.AddValue("--root", options->root, "the taxonomy (default: as for check)");
  fresh.Footer("Example: cairn taxonomy new knowledge harbour/tides");
  fresh.OnChosen([options, &context] { context.run = [options, &context] { return New(*options, context); }; });
}

}  // namespace

void AddTaxonomy(Command app, Context& context) {
  Command taxonomy = app.AddCommand("taxonomy", "check contributions, or start a new one");
  taxonomy.RequireCommand();
  auto options = std::make_shared<Options>();
  AddCheck(taxonomy, options, context);
  AddNew(taxonomy, options, context);
  taxonomy.Footer("Example: cairn taxonomy check");
}

}  // namespace cairn::cli
