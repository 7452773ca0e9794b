#include "plugin/kinds.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "conserje/cj.h"

namespace conserje {
namespace {

using Methods = std::map<std::string, std::uint32_t>;

/// Every kind of sdk/schema, with its methods.
std::map<std::string, Methods> kinds_of_the_schemas() {
  std::map<std::string, Methods> kinds;
  for (const auto& entry : std::filesystem::directory_iterator(CONSERJE_SCHEMAS)) {
    if (entry.path().extension() != ".json") continue;
    const auto schema = nlohmann::json::parse(std::ifstream(entry.path()));
    // Kind 0 is the core's: methods that no kind has for itself.
    if (schema.value("kind", 0) == 0) continue;
    auto& methods = kinds[entry.path().stem().stem().string()];
    for (const auto& [name, method] : schema["methods"].items())
      methods[name] =
          CJ_METHOD(schema["kind"].get<std::uint32_t>(), method["number"].get<std::uint32_t>());
  }
  return kinds;
}

TEST(Kinds, AreThoseOfTheSchemas) {
  std::map<std::string, Methods> known;
  for (const auto& kind : kinds()) {
    auto& methods = known[std::string(kind.name)];
    for (const auto& method : kind.methods) methods[std::string(method.name)] = method.number;
  }
  EXPECT_EQ(known, kinds_of_the_schemas());
}

TEST(Kinds, AreFoundByName) {
  ASSERT_NE(find_kind("pms"), nullptr);
  EXPECT_EQ(find_kind("pms")->number, CJ_KIND_PMS);
  EXPECT_EQ(find_kind("pm"), nullptr);
}

}  // namespace
}  // namespace conserje
