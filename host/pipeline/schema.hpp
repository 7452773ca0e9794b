#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/secrets.hpp"

namespace conserje {

/// Checks `plugin.config` against the JSON Schema of its manifest and makes it what the plugin is
/// given: defaults filled in, each string whose schema says `"secret": true` moved into `secrets`
/// and replaced by its handle.
///
/// Schema: the part of JSON Schema 2020-12 that configurations need: type, properties, required,
/// additionalProperties, items, enum, const, minimum, maximum, exclusiveMinimum, exclusiveMaximum,
/// minLength, maxLength, pattern, format (uri, email, date, time, hostname), minItems, maxItems,
/// uniqueItems, anyOf, oneOf, allOf; default, secret; and the annotations title, description,
/// examples, $schema, $id, $comment. Beside the "properties" that a schema names no others are
/// taken, unless additionalProperties says so or it is a branch of a combination. Any other keyword
/// is the vendor's mistake and an error: what we do not check we do not promise.
///
/// Production refuses placeholder secrets and secrets that stand in the file; development warns of
/// both.
void check_config(const nlohmann::json& schema, Mode mode, PluginUse& plugin, SecretStore& secrets,
                  std::vector<Finding>& findings);

/// What is wrong with the schema itself; empty: nothing. For the vendor's tools.
std::vector<std::string> check_schema(const nlohmann::json& schema);

}  // namespace conserje
