#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/json.hpp"

/// Requests, configurations and replies by their JSON schemas.
namespace conserje::kit {

/// In every text that is generated for a guest's word or address: what must stand in no log.
inline constexpr std::string_view kGuestMark = "Zulema-kit-guest";

/// sdk/schema/<kind>.v1.json. Null: there is no such kind.
const Json* kind_schema(std::string_view kind);

/// What is asked by one method and what comes back: schemas that may refer to `definitions`.
struct MethodSchema {
  const Json* request = nullptr;
  const Json* reply = nullptr;
  const Json* definitions = nullptr;
  bool is_idempotent = false;
};

/// `name` as in a manifest, "sink.deliver"; nullopt: the schemas do not have it.
std::optional<MethodSchema> method_schema(std::string_view name);

/// Values that fit a schema. The same seed, the same values. Threads: one.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  /// Fits `schema`: the required members, and some of the others. `name` is the member's: it says
  /// what its texts are, where the schema says only that they are texts.
  Json value(const Json& schema, const Json& definitions, std::string_view name = "");
  /// A value of another type, a member too few, a number out of its range: once in `value`.
  Json spoiled(Json value);
  /// Bytes turned, dropped, doubled.
  std::string mutated(std::string bytes);
  std::uint64_t number(std::uint64_t below) { return random_() % below; }
  bool coin() { return number(2) == 0; }

 private:
  std::string text(const Json& schema, std::string_view name);
  Json object(const Json& schema, const Json& definitions);

  std::mt19937_64 random_;
};

/// Heads that are no request: empty, cut off, not UTF-8, deep, not an object.
std::vector<std::string> broken_heads();

/// A whole request's head with two MiB in its texts.
std::string huge_head(const Json& request);

/// Where `value` does not fit `schema`; empty: it does. Members that the schema does not name are
/// allowed.
std::string misfit(const Json& value, const Json& schema, const Json& definitions,
                   const std::string& path = "");

/// What of a reply the schemas say in words alone: closed lists, one result for each delivery.
/// Empty: nothing is wrong.
std::string wrong_words(std::string_view method, const Json& request, const Json& reply);

}  // namespace conserje::kit
