#include "ops/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include "ops/metric_names.hpp"

namespace conserje {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ExposesACounterAsPrometheusText) {
  Metrics metrics;
  metrics.counter(metric::kMessagesReceived, {"whatsapp", "text"}).add();
  metrics.counter(metric::kMessagesReceived, {"whatsapp", "text"}).add(2);
  EXPECT_THAT(metrics.expose(),
              HasSubstr("# HELP messages_received_total Guest messages stored.\n"
                        "# TYPE messages_received_total counter\n"
                        "messages_received_total{channel=\"whatsapp\",type=\"text\"} 3\n"));
}

TEST(Metrics, ExposesAGaugeAsItStands) {
  Metrics metrics;
  const auto sessions = metrics.gauge(metric::kSessionsActive);
  sessions.set(5);
  sessions.add(-2);
  EXPECT_THAT(metrics.expose(), HasSubstr("\nsessions_active 3\n"));
}

TEST(Metrics, ExposesAHistogramWithCumulativeBuckets) {
  Metrics metrics;
  const double buckets[] = {0.1, 1};
  const auto latency = metrics.histogram(metric::kOrchestratorLatency, {}, buckets);
  for (const double seconds : {0.0625, 0.5, 8.0}) latency.observe(seconds);
  EXPECT_THAT(metrics.expose(), HasSubstr("orchestrator_latency_seconds_count 3\n"
                                          "orchestrator_latency_seconds_sum 8.5625\n"
                                          "orchestrator_latency_seconds_bucket{le=\"0.1\"} 1\n"
                                          "orchestrator_latency_seconds_bucket{le=\"1\"} 2\n"
                                          "orchestrator_latency_seconds_bucket{le=\"+Inf\"} 3\n"));
}

TEST(Metrics, AHistogramTakesTimesAsTheyAre) {
  Metrics metrics;
  const double buckets[] = {0.125, 1};
  const auto latency = metrics.histogram(metric::kOrchestratorLatency, {}, buckets);
  latency.observe(std::chrono::milliseconds(125));  // A bound belongs to its bucket.
  latency.observe(std::chrono::nanoseconds(125'000'001));
  latency.observe(std::chrono::hours(1));
  latency.observe(0.5);
  EXPECT_THAT(metrics.expose(), HasSubstr("orchestrator_latency_seconds_bucket{le=\"0.125\"} 1\n"
                                          "orchestrator_latency_seconds_bucket{le=\"1\"} 3\n"
                                          "orchestrator_latency_seconds_bucket{le=\"+Inf\"} 4\n"));
}

TEST(Metrics, ACounterTakesWholesAndFractions) {
  Metrics metrics;
  const auto weight = metrics.counter("weight_total", "Weight.", {});
  weight.add();
  weight.add(0.5);
  weight.add(-1);
  EXPECT_THAT(metrics.expose(), HasSubstr("\nweight_total 1.5\n"));
}

TEST(Metrics, ANameKeepsItsTypeForGood) {
  Metrics metrics;
  metrics.counter("one", "One.", {}).add();
  metrics.histogram("one", "One.", {}).observe(1);
  EXPECT_THAT(metrics.expose(),
              AllOf(HasSubstr("\none 1\n"), HasSubstr("metrics_refused_total 1")));
}

TEST(Metrics, LabelValuesCannotBreakTheFormat) {
  Metrics metrics;
  metrics.counter(metric::kNormalizationErrors, {"a\"} 1\nevil 2\\"}).add();
  EXPECT_THAT(metrics.expose(),
              HasSubstr(R"(normalization_errors_total{channel="a\"} 1\nevil 2\\"} 1)"));
}

TEST(Metrics, BeyondTheMostSeriesTheRestIsCountedAsOther) {
  Metrics metrics;
  for (std::size_t i = 0; i < kMaxSeries + 3; ++i)
    metrics.counter("calls_total", "Calls.", {{"to", std::to_string(i)}}).add();
  metrics.counter("calls_total", "Calls.", {{"to", "0"}}).add();
  const auto text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("calls_total{to=\"other\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("metrics_series_overflow_total{family=\"calls_total\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("calls_total{to=\"0\"} 2\n"));
}

TEST(Metrics, ANameOfAnotherTypeCountsNothingAndIsCounted) {
  Metrics metrics;
  metrics.counter("calls_total", "Calls.", {}).add();
  metrics.gauge("calls_total", "Calls.", {}).set(7);
  EXPECT_THAT(metrics.expose(), HasSubstr("\ncalls_total 1\n"));
  EXPECT_THAT(metrics.expose(), HasSubstr("\nmetrics_refused_total 1\n"));
}

TEST(Metrics, NamesThatPrometheusForbidsCountNothingAndAreCounted) {
  Metrics metrics;
  metrics.counter("no spaces", "", {}).add();
  metrics.counter("", "", {}).add();
  metrics.histogram("h_seconds", "", {{"bad-label", "x"}}).observe(1);
  metrics.gauge("g", "", {{"__reserved", "x"}}).set(1);
  EXPECT_THAT(metrics.expose(), HasSubstr("\nmetrics_refused_total 4\n"));
  EXPECT_THAT(metrics.expose(), Not(HasSubstr("no spaces")));
}

TEST(Metrics, ACounterNeverFalls) {
  Metrics metrics;
  const auto calls = metrics.counter("calls_total", "Calls.", {});
  calls.add(2);
  calls.add(-1);
  calls.add(std::nan(""));
  EXPECT_THAT(metrics.expose(), HasSubstr("\ncalls_total 2\n"));
}

TEST(Metrics, AHandleOfNothingTakesEveryCall) {
  Counter().add();
  Gauge().set(1);
  Gauge().add(1);
  Histogram().observe(1);
}

TEST(Metrics, ManyThreadsLoseNoIncrement) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&metrics] {
        const auto calls = metrics.counter("calls_total", "Calls.", {{"to", "x"}});
        for (int i = 0; i < 1000; ++i) calls.add();
      });
  }
  EXPECT_THAT(metrics.expose(), HasSubstr("calls_total{to=\"x\"} 4000\n"));
}

}  // namespace
}  // namespace conserje
