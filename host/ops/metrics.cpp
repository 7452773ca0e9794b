#include "ops/metrics.hpp"

#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <map>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace conserje {

// Counters and histograms are ours: the library's take a lock for each observation, or add in
// floating point, which is a good part of what a call to a plugin may cost.

/// Counts whole things apart from fractions.
class CounterSeries {
 public:
  void add() { whole_.fetch_add(1, std::memory_order_relaxed); }
  void add(double by) { rest_.fetch_add(by, std::memory_order_relaxed); }
  void read(prometheus::ClientMetric& metric) const {
    metric.counter.value = static_cast<double>(whole_.load(std::memory_order_relaxed)) +
                           rest_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<std::uint64_t> whole_{0};
  std::atomic<double> rest_{0};
};

/// What is read while others observe may lack their last ones.
class HistogramSeries {
 public:
  explicit HistogramSeries(std::span<const double> bounds)
      : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {
    assert(std::ranges::is_sorted(bounds_));
    constexpr std::int64_t kNever = INT64_MAX;
    for (const double bound : bounds_)
      bounds_ns_.push_back(bound < 1e9 ? static_cast<std::int64_t>(bound * 1e9) : kNever);
  }

  void observe(double value) {
    count(bounds_, value);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  void observe(std::chrono::nanoseconds time) {
    count(bounds_ns_, time.count());
    sum_ns_.fetch_add(time.count(), std::memory_order_relaxed);
  }
  void read(prometheus::ClientMetric& metric) const {
    auto& histogram = metric.histogram;
    const std::chrono::nanoseconds time(sum_ns_.load(std::memory_order_relaxed));
    histogram.sample_sum =
        sum_.load(std::memory_order_relaxed) + std::chrono::duration<double>(time).count();
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      histogram.sample_count += counts_[i].load(std::memory_order_relaxed);
      histogram.bucket.push_back(
          {histogram.sample_count, i < bounds_.size() ? bounds_[i] : INFINITY});
    }
  }

 private:
  /// From the lowest bound on, because most times are short.
  template <class Value>
  void count(const std::vector<Value>& bounds, Value value) {
    std::size_t bucket = 0;
    while (bucket < bounds.size() && bounds[bucket] < value) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  }

  const std::vector<double> bounds_;
  std::vector<std::int64_t> bounds_ns_{};
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
  std::atomic<std::int64_t> sum_ns_{0};
};

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

/// In the shape of the library's families.
template <class Series, prometheus::MetricType type>
class OwnFamily {
 public:
  bool Has(const prometheus::Labels& labels) const { return series_.contains(labels); }
  template <class... Arguments>
  Series& Add(const prometheus::Labels& labels, const Arguments&... arguments) {
    for (const auto& [label, value] : labels)
      if (!prometheus::CheckLabelName(label)) throw std::invalid_argument("label");
    return series_.try_emplace(labels, arguments...).first->second;
  }
  prometheus::MetricFamily read(const std::string& name) const {
    prometheus::MetricFamily family{name, help, type, {}};
    for (const auto& [labels, series] : series_) {
      auto& metric = family.metric.emplace_back();
      for (const auto& [label, value] : labels) metric.label.push_back({label, value});
      series.read(metric);
    }
    return family;
  }

  std::string help{};

 private:
  std::map<prometheus::Labels, Series> series_{};
};
template <class Series, prometheus::MetricType type>
using OwnFamilies = std::map<std::string, OwnFamily<Series, type>, std::less<>>;

}  // namespace

void Counter::add() const {
  if (series_ != nullptr) series_->add();
}
void Counter::add(double by) const {
  if (series_ != nullptr && by >= 0) series_->add(by);
}
void Gauge::set(double value) const {
  if (series_ != nullptr) series_->Set(value);
}
void Gauge::add(double by) const {
  if (series_ != nullptr) series_->Increment(by);
}
void Histogram::observe(double value) const {
  if (series_ != nullptr) series_->observe(value);
}
void Histogram::observe(std::chrono::nanoseconds time) const {
  if (series_ != nullptr) series_->observe(time);
}

struct Metrics::Registry {
  prometheus::Registry registry;
  std::mutex mutex;                                        // Guards what follows.
  std::map<std::string, std::size_t, std::less<>> series;  // By family: how many there are.
  /// Counters that were asked for, by name and label values: a look-up in the library builds
  /// strings and maps, which is a good part of taking a webhook.
  std::unordered_map<std::string, CounterSeries*> known;
  OwnFamilies<CounterSeries, prometheus::MetricType::Counter> counters;
  OwnFamilies<HistogramSeries, prometheus::MetricType::Histogram> histograms;
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

  template <class Build>
  auto& library_family(Build build, std::string_view name, std::string_view help) {
    return build().Name(std::string(name)).Help(std::string(help)).Register(registry);
  }
  /// The library's family of that name stays empty: it sees to it that no other type takes it.
  template <class Families, class Build>
  auto& own_family(Families& families, Build build, std::string_view name, std::string_view help) {
    (void)library_family(build, name, help);
    auto& family = families[std::string(name)];
    family.help = help;
    return family;
  }
  template <class Families>
  static void read(const Families& families, std::vector<prometheus::MetricFamily>& out) {
    for (const auto& [name, family] : families) out.push_back(family.read(name));
  }

  /// The one seam of prometheus-cpp's exceptions. `family_of`: finds the family, or makes it.
  template <class Series, class Family, class... Arguments>
  Series* find(Family family_of, std::string_view name, const MetricLabels& labels,
               const Arguments&... arguments) {
    const std::lock_guard lock(mutex);
    try {
      auto& family = family_of();
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
  const auto family = [&]() -> auto& {
    return registry_->own_family(registry_->counters, prometheus::BuildCounter, name, help);
  };
  return Counter(registry_->find<CounterSeries>(family, name, labels));
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, const MetricLabels& labels) {
  const auto family = [&]() -> auto& {
    return registry_->library_family(prometheus::BuildGauge, name, help);
  };
  return Gauge(registry_->find<prometheus::Gauge>(family, name, labels));
}

Histogram Metrics::histogram(std::string_view name, std::string_view help,
                             const MetricLabels& labels, std::span<const double> buckets) {
  const auto family = [&]() -> auto& {
    return registry_->own_family(registry_->histograms, prometheus::BuildHistogram, name, help);
  };
  return Histogram(registry_->find<HistogramSeries>(family, name, labels, buckets));
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
  auto families = registry_->registry.Collect();
  {
    const std::lock_guard lock(registry_->mutex);
    Registry::read(registry_->counters, families);
    Registry::read(registry_->histograms, families);
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace conserje
