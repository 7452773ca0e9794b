#include "ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace conserje {
namespace {

constexpr std::size_t kMaxKnown = 1'024;  // Of Registry::known.

MetricLabels zip(const MetricFamily& family, std::initializer_list<std::string_view> values) {
  MetricLabels labels;
  for (const auto value : values) {
    assert(labels.size() < family.labels.size() && !family.labels[labels.size()].empty());
    labels.emplace_back(family.labels[labels.size()], value);
  }
  assert(labels.size() == family.labels.size() || family.labels[labels.size()].empty());
  return labels;
}

}  // namespace

void Counter::add(double by) const {
  if (series_ != nullptr && by >= 0) series_->Increment(by);
}
void Gauge::set(double value) const {
  if (series_ != nullptr) series_->Set(value);
}
void Gauge::add(double by) const {
  if (series_ != nullptr) series_->Increment(by);
}
void Histogram::observe(double value) const {
  if (series_ != nullptr) series_->Observe(value);
}

struct Metrics::Registry {
  prometheus::Registry registry;
  std::mutex mutex;                                        // Guards `series` and `known`.
  std::map<std::string, std::size_t, std::less<>> series;  // By family: how many there are.
  /// Counters that were asked for, by name and label values: a look-up in the library builds
  /// strings and maps, which is a good part of taking a webhook.
  std::unordered_map<std::string, prometheus::Counter*> known;
  prometheus::Family<prometheus::Counter>& overflows =
      prometheus::BuildCounter()
          .Name("metrics_series_overflow_total")
          .Help("Look-ups answered by the series \"other\", by family.")
          .Register(registry);
  prometheus::Counter& refusals =
      prometheus::BuildCounter()
          .Name("metrics_refused_total")
          .Help("Look-ups with a forbidden name, or one of another type.")
          .Register(registry)
          .Add({});

  /// The one seam of prometheus-cpp's exceptions.
  template <class Series, class Build, class... Arguments>
  Series* find(Build build, std::string_view name, std::string_view help,
               const MetricLabels& labels, const Arguments&... arguments) {
    const std::lock_guard lock(mutex);
    try {
      auto& family = build().Name(std::string(name)).Help(std::string(help)).Register(registry);
      prometheus::Labels wanted(labels.begin(), labels.end());
      if (!family.Has(wanted)) {
        auto& count = series[std::string(name)];
        if (count >= kMaxSeries) {
          overflows.Add({{"family", std::string(name)}}).Increment();
          for (auto& [label, value] : wanted) value = "other";
        } else {
          ++count;
        }
      }
      return &family.Add(wanted, arguments...);
    } catch (const std::exception&) {
      refusals.Increment();
      return nullptr;
    }
  }
};

Metrics::Metrics() : registry_(std::make_unique<Registry>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, const MetricLabels& labels) {
  return Counter(
      registry_->find<prometheus::Counter>(prometheus::BuildCounter, name, help, labels));
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const MetricLabels& labels) {
  return Gauge(registry_->find<prometheus::Gauge>(prometheus::BuildGauge, name, help, labels));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help,
                             const MetricLabels& labels, std::span<const double> buckets) {
  const prometheus::Histogram::BucketBoundaries bounds(buckets.begin(), buckets.end());
  return Histogram(registry_->find<prometheus::Histogram>(prometheus::BuildHistogram, name, help,
                                                          labels, bounds));
}

Counter Metrics::counter(const MetricFamily& family,
                         std::initializer_list<std::string_view> values) {
  std::string key(family.name);
  for (const auto value : values) (key += '\0') += value;
  {
    const std::lock_guard lock(registry_->mutex);
    if (const auto found = registry_->known.find(key); found != registry_->known.end())
      return Counter(found->second);
  }
  const auto made = counter(family.name, family.help, zip(family, values));
  const std::lock_guard lock(registry_->mutex);
  const auto series = registry_->series.find(family.name);
  const bool may_be_other = series != registry_->series.end() && series->second >= kMaxSeries;
  if (!may_be_other && registry_->known.size() < kMaxKnown)
    registry_->known.emplace(std::move(key), made.series_);
  return made;
}

Gauge Metrics::gauge(const MetricFamily& family, std::initializer_list<std::string_view> values) {
  return gauge(family.name, family.help, zip(family, values));
}

Histogram Metrics::histogram(const MetricFamily& family,
                             std::initializer_list<std::string_view> values,
                             std::span<const double> buckets) {
  return histogram(family.name, family.help, zip(family, values), buckets);
}

std::string Metrics::expose() const {
  return prometheus::TextSerializer().Serialize(registry_->registry.Collect());
}

}  // namespace conserje
