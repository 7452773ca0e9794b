#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Gauge;
}  // namespace prometheus

namespace conserje {

class CounterSeries;
class HistogramSeries;

/// One metric as it is declared in metric_names.hpp; `labels` are the names, values are given in
/// the same order.
struct MetricFamily {
  std::string_view name;
  std::string_view help;
  std::array<std::string_view, 3> labels{};
};

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// Handles of one series each: resolve them once, keep them by value, use them on the hot path (one
/// atomic add, for a histogram two). Valid as long as their Metrics. Threads: any. A
/// default-made one counts nothing.
class Counter {
 public:
  Counter() = default;
  void add() const;
  void add(double by) const;  // by >= 0; a negative or NaN one is ignored.

 private:
  friend class Metrics;
  explicit Counter(CounterSeries* series) : series_(series) {}
  CounterSeries* series_ = nullptr;
};

class Gauge {
 public:
  Gauge() = default;
  void set(double value) const;
  void add(double by) const;

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge* series) : series_(series) {}
  prometheus::Gauge* series_ = nullptr;
};

class Histogram {
 public:
  Histogram() = default;
  void observe(double value) const;
  void observe(std::chrono::nanoseconds time) const;  // Where the name ends in _seconds.

 private:
  friend class Metrics;
  explicit Histogram(HistogramSeries* series) : series_(series) {}
  HistogramSeries* series_ = nullptr;
};

/// Upper bounds in seconds, from a table look-up to a vendor's time-out.
inline constexpr double kLatencyBuckets[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1,     2.5,  5,     10};

/// Most series of one family. Beyond it every new set of labels is counted on one series whose
/// label values are all "other", and `metrics_series_overflow_total{family}` grows.
inline constexpr std::size_t kMaxSeries = 200;

/// All metrics of one host. Threads: any. The look-ups take a lock: not for the hot path.
///
/// Nothing here fails: a name that Prometheus forbids, or one that is already of another type,
/// yields a handle that counts nothing, and `metrics_refused_total` grows. Such names can come from
/// plugins.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter counter(const MetricFamily& family, std::initializer_list<std::string_view> values = {});
  Gauge gauge(const MetricFamily& family, std::initializer_list<std::string_view> values = {});
  Histogram histogram(const MetricFamily& family,
                      std::initializer_list<std::string_view> values = {},
                      std::span<const double> buckets = kLatencyBuckets);

  /// The same with labels that are known at run time only (plugins).
  Counter counter(std::string_view name, std::string_view help, const MetricLabels& labels);
  Gauge gauge(std::string_view name, std::string_view help, const MetricLabels& labels);
  Histogram histogram(std::string_view name, std::string_view help, const MetricLabels& labels,
                      std::span<const double> buckets = kLatencyBuckets);

  /// The body of GET /metrics: Prometheus text format 0.0.4.
  std::string expose() const;

 private:
  struct Registry;
  std::unique_ptr<Registry> registry_;
};

}  // namespace conserje
