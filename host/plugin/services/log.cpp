#include <deque>
#include <vector>

#include "conserje/json.hpp"
#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr std::size_t kMostFields = 32;

/// The value of a field; what is neither text nor number nor flag is written as JSON, which `texts`
/// keeps.
LogValue to_value(const Json& json, std::deque<std::string>& texts) {
  if (json.is_string()) return json.get_ref<const std::string&>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  return texts.emplace_back(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// The keys of a line that are the host's own.
bool is_ours(std::string_view key) {
  return key == "time" || key == "level" || key == "message" || key == "plugin";
}

void write(ServiceContext& context, std::uint32_t level, cj_str message, cj_str fields) {
  const auto message_text = context.text(message);
  const auto fields_text = context.text(fields);
  if (!message_text || !fields_text) return;
  if (level < CJ_LOG_DEBUG || level > CJ_LOG_ERROR) {
    context.misuse("unknown log level");
    level = CJ_LOG_ERROR;
  }
  const auto log_level = static_cast<LogLevel>(level);
  if (!context.log.enabled(log_level)) return;

  std::vector<LogField> out;
  std::deque<std::string> texts;
  auto json = parse_json(fields_text->empty() ? "{}" : *fields_text);
  if (json && json->is_object()) {
    for (const auto& [key, value] : json->items()) {
      if (out.size() == kMostFields) break;
      out.push_back({is_ours(key) ? texts.emplace_back(key + "_") : key, to_value(value, texts)});
    }
  } else {
    context.misuse("log fields are no JSON object");
  }
  context.log.write(log_level, *message_text, out);
}

constexpr cj_log_v1 kTable = {
    {sizeof(cj_log_v1), 1, 0}, [](void* ctx, std::uint32_t level, cj_str message, cj_str fields) {
      serve_void(ctx, [&](ServiceContext& context) { write(context, level, message, fields); });
    }};

}  // namespace

const cj_ext_header* log_service(const ServiceContext&) { return &kTable.header; }

}  // namespace conserje
