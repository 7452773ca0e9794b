#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>
#include <span>

#include "admin/conversations.hpp"
#include "admin/deposits.hpp"
#include "admin/flags.hpp"
#include "admin/plugins.hpp"
#include "admin/token_area.hpp"
#include "guard/embedded.hpp"
#include "world.hpp"

namespace conserje {

extern const std::span<const EmbeddedFile> kOpenApi;

namespace {

using Lines = std::set<std::string>;

std::vector<Endpoint> all_endpoints(TokenWorld& world) {
  Conversations conversations(*world.database);  // Nothing is called.
  Deposits deposits(*world.database);
  auto endpoints = plugin_endpoints({});
  for (auto& more : {token_endpoints(world.tokens), conversation_endpoints(conversations, {}),
                     deposit_endpoints(deposits, {}), flag_endpoints({})})
    endpoints.insert(endpoints.end(), more.begin(), more.end());
  return endpoints;
}

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  return text;
}

/// "GET /path scope [list] [key] [body]", as the document has it.
Lines documented(const YAML::Node& document) {
  Lines lines;
  for (const auto& path : document["paths"]) {
    for (const auto& method : path.second) {
      const auto& call = method.second;
      auto line = in_capitals(method.first.as<std::string>()) + " " + path.first.as<std::string>();
      for (const auto& rule : call["security"]) line += " " + rule["token"][0].as<std::string>();
      for (const auto& parameter : call["parameters"])
        if (parameter["$ref"] && parameter["$ref"].as<std::string>().ends_with("/limit"))
          line += " list";
      for (const auto& parameter : call["parameters"])
        if (parameter["$ref"] && parameter["$ref"].as<std::string>().ends_with("/idempotencyKey"))
          line += " key";
      if (call["requestBody"]) line += " body";
      lines.insert(line);
    }
  }
  return lines;
}

Lines served(const std::vector<Endpoint>& endpoints) {
  Lines lines{"GET /api/v1/openapi.yaml"};
  for (const auto& endpoint : endpoints)
    lines.insert(endpoint.method + " " + endpoint.path + " " + endpoint.scope +
                 (endpoint.is_list ? " list" : "") + (endpoint.needs_key ? " key" : "") +
                 (endpoint.takes_body ? " body" : ""));
  return lines;
}

TEST(OpenApi, HasWhatIsServedAndNothingElse) {
  TokenWorld world;
  EXPECT_EQ(documented(YAML::Load(std::string(kOpenApi.front().text))),
            served(all_endpoints(world)));
}

TEST(OpenApi, NamesEveryScope) {
  const auto document = YAML::Load(std::string(kOpenApi.front().text));
  Lines scopes;
  for (const auto& scope : document["components"]["schemas"]["Scope"]["enum"])
    scopes.insert(scope.as<std::string>());
  EXPECT_EQ(scopes, Lines(std::begin(kScopes), std::end(kScopes)));
}

TEST(OpenApi, StatesTheBoundsThatAreCompiledIn) {
  const auto document = YAML::Load(std::string(kOpenApi.front().text));
  const auto limit = document["components"]["parameters"]["limit"]["schema"];
  EXPECT_EQ(limit["maximum"].as<std::size_t>(), Page::kLongest);
  EXPECT_EQ(limit["default"].as<std::size_t>(), Page{}.limit);
  const auto wish = document["components"]["schemas"]["NewToken"]["properties"];
  EXPECT_EQ(wish["name"]["maxLength"].as<std::size_t>(), kLongestTokenName);
  EXPECT_EQ(wish["expires_s"]["maximum"].as<std::int64_t>(), kLongestTokenLife.count());
}

}  // namespace
}  // namespace conserje
