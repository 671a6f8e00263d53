#include "trust/statement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "trust/testing.h"

namespace cairn::trust {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ProvenanceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Put(dir_ / "model.safetensors", "weights");
    Put(dir_ / "config.json", "{}");
    input_.build_type = "https://example.org/cairn/train/v1";
    input_.external_parameters = {{"recipe", "cairn.yaml"}, {"seed", 7}};
    input_.builder_id = "https://example.org/cairn/builder/self";
    input_.resolved_dependencies = {
        {"taxonomy", "git+https://example.org/t.git", {{"gitCommit", "0123456789abcdef0123456789abcdef01234567"}}, {}},
        {"base", "", {{"sha256", Sha256Of("base").Hex()}}, {{"license", "Apache-2.0"}}}};
    input_.byproducts = {{"transcript", "", {{"sha256", Sha256Of("root").Hex()}}, {}}};
    input_.subjects = {{"model.safetensors", Sha256Of("weights")}, {"config.json", Sha256Of("{}")}};
  }
  std::string Text() const {
    auto text = ProvenanceStatement(input_);
    EXPECT_TRUE(text.ok()) << text.error().ToString();
    return text.ok() ? *text : std::string();
  }
  std::string Fault() const {
    auto text = ProvenanceStatement(input_);
    return text.ok() ? "accepted" : text.error().ToString();
  }
  TemporaryDirectory dir_;
  ProvenanceInput input_;
};

TEST_F(ProvenanceTest, CanonicalText) {
  EXPECT_EQ(Text(),
            R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"buildDefinition":{"buildType":)"
            R"("https://example.org/cairn/train/v1","externalParameters":{"recipe":"cairn.yaml","seed":7},)"
            R"("resolvedDependencies":[{"digest":{"gitCommit":"0123456789abcdef0123456789abcdef01234567"},)"
            R"("name":"taxonomy","uri":"git+https://example.org/t.git"},{"annotations":{"license":"Apache-2.0"},)"
            R"("digest":{"sha256":")" +
                Sha256Of("base").Hex() +
                R"("},"name":"base"}]},"runDetails":{"builder":{"id":)"
                R"("https://example.org/cairn/builder/self"},"byproducts":[{"digest":{"sha256":")" +
                Sha256Of("root").Hex() +
                R"("},"name":"transcript"}]}},"predicateType":"https://slsa.dev/provenance/v1",)"
                R"("subject":[{"digest":{"sha256":")" +
                Sha256Of("{}").Hex() + R"("},"name":"config.json"},{"digest":{"sha256":")" + Sha256Of("weights").Hex() +
                R"("},"name":"model.safetensors"}]})" + "\n");
}

TEST_F(ProvenanceTest, OrderOfSubjectsDoesNotMatterAndNoTimeIsAdded) {
  std::string text = Text();
  std::swap(input_.subjects[0], input_.subjects[1]);
  EXPECT_EQ(Text(), text);
  EXPECT_THAT(text, AllOf(Not(HasSubstr("startedOn")), Not(HasSubstr("metadata"))));
  input_.metadata = {"run-1", "2024-01-02T03:04:05Z", ""};
  EXPECT_THAT(Text(), HasSubstr(R"("metadata":{"invocationId":"run-1","startedOn":"2024-01-02T03:04:05Z"})"));
}

TEST_F(ProvenanceTest, OfManyFaultsTenAreNamed) {
  for (int i = 0; i < 25; ++i) input_.subjects.push_back({"lost" + std::to_string(100 + i), Sha256Of("")});
  auto report = CheckProvenance(Text(), dir_.path());
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message, AllOf(HasSubstr("lost109 is missing; and 15 more"), Not(HasSubstr("lost110"))));
}

TEST_F(ProvenanceTest, FitsTheReleaseOrNamesWhatDoesNot) {
  auto report = CheckProvenance(Text(), dir_.path());
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_EQ(report->subjects.size(), 2u);
  EXPECT_EQ(report->resolved_dependencies.size(), 2u);
  EXPECT_EQ(report->resolved_dependencies[0].digest.at("gitCommit"), "0123456789abcdef0123456789abcdef01234567");
  EXPECT_EQ(report->builder_id, input_.builder_id);

  Put(dir_ / "model.safetensors", "weightz");
  std::filesystem::remove(dir_ / "config.json");
  report = CheckProvenance(Text(), dir_.path());
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(report.error().message,
              AllOf(HasSubstr("model.safetensors is not the file"), HasSubstr("config.json is missing")));
}

TEST_F(ProvenanceTest, NothingOfThisMachineGetsIn) {
  input_.external_parameters["recipe"] = "/home/someone/cairn.yaml";
  EXPECT_THAT(Fault(), AllOf(HasSubstr("externalParameters.recipe"), HasSubstr("place on this machine")));
  input_.external_parameters["recipe"] = "~/cairn.yaml";
  EXPECT_THAT(Fault(), HasSubstr("place on this machine"));
  input_.external_parameters["recipe"] = "/think step by step";  // a sentence, no path
  EXPECT_EQ(Fault(), "accepted");
  input_.external_parameters["/home/someone/leaf"] = 1;
  EXPECT_THAT(Fault(), HasSubstr("externalParameters has a path on this machine as a key"));
  input_.external_parameters.erase("/home/someone/leaf");
  input_.resolved_dependencies[0].uri = "file:///srv/t.git";
  EXPECT_THAT(Fault(), HasSubstr("place on this machine"));
}

TEST_F(ProvenanceTest, RefusesIncompleteInput) {
  auto fault = [&](const std::function<void(ProvenanceInput&)>& change) {
    ProvenanceInput input = input_;
    change(input);
    auto text = ProvenanceStatement(input);
    return text.ok() ? "accepted" : text.error().message;
  };
  EXPECT_THAT(fault([](auto& i) { i.build_type = ""; }), HasSubstr("build type"));
  EXPECT_THAT(fault([](auto& i) { i.builder_id = ""; }), HasSubstr("builder id"));
  EXPECT_THAT(fault([](auto& i) { i.external_parameters = 1; }), HasSubstr("object"));
  EXPECT_THAT(fault([](auto& i) { i.subjects.clear(); }), HasSubstr("without a subject"));
  EXPECT_THAT(fault([](auto& i) { i.subjects.push_back(i.subjects[0]); }), HasSubstr("twice"));
  EXPECT_THAT(fault([](auto& i) { i.subjects[0].name = "../x"; }), HasSubstr("not the name"));
  EXPECT_THAT(fault([](auto& i) { i.resolved_dependencies[0] = {"n", "", {}, {}}; }), HasSubstr("uri or a digest"));
  EXPECT_THAT(fault([](auto& i) { i.resolved_dependencies[0].digest["sha256"] = "XY"; }), HasSubstr("malformed"));
  EXPECT_THAT(fault([](auto& i) { i.metadata.started_on = "yesterday"; }), HasSubstr("startedOn"));
}

TEST_F(ProvenanceTest, RefusesMalformedTexts) {
  const Json good = ParseJson(Text(), "good").value();
  auto refused = [&](const std::function<void(Json&)>& change) {
    Json bad = good;
    change(bad);
    return !CheckProvenance(DumpJson(bad), dir_.path()).ok();
  };
  EXPECT_FALSE(refused([](Json&) {}));
  EXPECT_TRUE(refused([](Json& j) { j = Json::array(); }));
  EXPECT_TRUE(refused([](Json& j) { j["_type"] = "x"; }));
  EXPECT_TRUE(refused([](Json& j) { j["predicateType"] = 1; }));
  EXPECT_TRUE(refused([](Json& j) { j["predicate"] = "x"; }));
  EXPECT_TRUE(refused([](Json& j) { j["predicate"]["buildDefinition"].erase("externalParameters"); }));
  EXPECT_TRUE(refused([](Json& j) { j["predicate"]["runDetails"].erase("builder"); }));
  EXPECT_TRUE(refused([](Json& j) { j["predicate"]["buildDefinition"]["resolvedDependencies"] = 1; }));
  EXPECT_TRUE(refused([](Json& j) { j["predicate"]["buildDefinition"]["resolvedDependencies"] = {{{"name", "n"}}}; }));
  for (const Json& digest : std::vector<Json>{"", "0123456789ABCDEF", "main", 1})
    EXPECT_TRUE(refused([&](Json& j) {
      j["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"] = digest;
    })) << digest;
  EXPECT_TRUE(refused([](Json& j) { j["subject"] = Json::array(); }));
  EXPECT_TRUE(refused([](Json& j) { j["subject"].push_back(Json(j["subject"][0])); }));
  EXPECT_TRUE(refused([](Json& j) { j["subject"][0]["name"] = "../../etc/passwd"; }));
  EXPECT_TRUE(refused([](Json& j) { j["subject"][0]["digest"] = {{"md5", "00"}}; }));
  EXPECT_TRUE(refused([](Json& j) { j["subject"][0] = "x"; }));
  for (const char* text : {"", "null", "1", "{", "\xff"}) EXPECT_FALSE(CheckProvenance(text, dir_.path()).ok()) << text;
}

}  // namespace
}  // namespace cairn::trust
