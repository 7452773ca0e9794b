#include <algorithm>

#include "conserje/json.hpp"
#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr std::size_t kNameBytes = 64;
constexpr std::size_t kMostNames = 64;  // Of one plugin; the series of each are capped by Metrics.
constexpr std::size_t kMostLabels = 4;
constexpr std::size_t kLabelBytes = 64;

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytes && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::optional<MetricLabels> to_labels(std::string_view text) {
  const auto json = parse_json(text.empty() ? "{}" : text);
  if (!json || !json->is_object() || json->size() > kMostLabels) return std::nullopt;
  MetricLabels labels;
  for (const auto& [key, value] : json->items()) {
    if (!is_word(key) || !value.is_string() ||
        value.get_ref<const std::string&>().size() > kLabelBytes)
      return std::nullopt;
    labels.emplace_back(key, value.get<std::string>());
  }
  return labels;
}

bool is_known_or_fits(ServiceContext& context, std::string_view name) {
  const std::lock_guard lock(context.mutex);
  if (context.metric_names.contains(name)) return true;
  if (context.metric_names.size() >= kMostNames) return false;
  context.metric_names.emplace(name);
  return true;
}

/// Runs body(metrics, full name, labels) when name and labels may be some.
template <class F>
void with_series(void* ctx, cj_str name, cj_str labels, F&& body) {
  serve_void(ctx, [&](ServiceContext& context) {
    const auto name_text = context.text(name);
    const auto labels_text = context.text(labels);
    if (!name_text || !labels_text) return;
    const auto parsed = to_labels(*labels_text);
    if (!is_word(*name_text) || !parsed || !is_known_or_fits(context, *name_text)) {
      context.misuse("metric name or labels");
      return;
    }
    std::string full_name = "conserje_plugin_" + context.plugin + "_" + std::string(*name_text);
    std::replace(full_name.begin(), full_name.end(), '-', '_');
    body(*context.sources.metrics, full_name, *parsed);
  });
}

constexpr std::string_view kHelp = "Counted by the plugin itself.";

constexpr cj_metrics_v1 kTable = {
    {sizeof(cj_metrics_v1), 1, 0},
    [](void* ctx, cj_str name, cj_str labels, double value) {
      with_series(ctx, name, labels, [&](Metrics& metrics, auto& full_name, auto& parsed) {
        metrics.counter(full_name, kHelp, parsed).add(value);
      });
    },
    [](void* ctx, cj_str name, cj_str labels, double value) {
      with_series(ctx, name, labels, [&](Metrics& metrics, auto& full_name, auto& parsed) {
        metrics.gauge(full_name, kHelp, parsed).set(value);
      });
    },
    [](void* ctx, cj_str name, cj_str labels, double value) {
      with_series(ctx, name, labels, [&](Metrics& metrics, auto& full_name, auto& parsed) {
        metrics.histogram(full_name, kHelp, parsed).observe(value);
      });
    }};

}  // namespace

const cj_ext_header* metrics_service(const ServiceContext&) { return &kTable.header; }

}  // namespace conserje
