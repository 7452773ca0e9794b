#pragma once

#include "ops/metrics.hpp"

/// Every metric of the host: what dashboards and alerts may rely on. Label values come from closed
/// sets: plugin names and kinds of the pipeline, words of ours; never a guest, a text or a number.
namespace conserje::metric {

// ingress
inline constexpr MetricFamily kMessagesReceived{
    "messages_received_total", "Guest messages stored.", {"channel", "type"}};
inline constexpr MetricFamily kWebhooksRejected{
    "webhooks_rejected_total", "Webhook deliveries not accepted.", {"channel", "reason"}};
inline constexpr MetricFamily kNormalizationErrors{
    "normalization_errors_total", "Verified deliveries that could not be read.", {"channel"}};
inline constexpr MetricFamily kQuestions{
    "webhook_questions_total",
    "Webhooks whose senders waited for what is said, by result (answered, late, failed).",
    {"channel", "result"}};

// admin
inline constexpr MetricFamily kAdminRefused{
    "admin_requests_refused_total",
    "Requests to the admin API that were not let in (auth, rate, scope, store).",
    {"reason"}};

// conversation
inline constexpr MetricFamily kIntentsDetected{
    "intents_detected_total",
    "Messages understood, by confidence band (high, medium, low).",
    {"intent", "confidence"}};
inline constexpr MetricFamily kNlpFallbacks{
    "nlp_fallbacks_total", "Messages answered by a question because they were not understood."};
inline constexpr MetricFamily kOrchestratorLatency{
    "orchestrator_latency_seconds", "From leasing a message to the commit of its replies."};
inline constexpr MetricFamily kOrchestratorEscalations{"orchestrator_escalations_total",
                                                       "Conversations handed to a person."};
inline constexpr MetricFamily kSessionsActive{"sessions_active", "Sessions that have not expired."};
inline constexpr MetricFamily kSessionCreationLatency{"session_creation_latency_seconds",
                                                      "Making a guest's first session."};

// pms
inline constexpr MetricFamily kPmsBreakerState{
    "pms_circuit_breaker_state", "0 closed, 1 half open, 2 open.", {"pms"}};
inline constexpr MetricFamily kPmsBreakerCalls{
    "pms_circuit_breaker_calls_total", "Calls by result (ok, failed, refused).", {"pms", "result"}};
inline constexpr MetricFamily kPmsApiLatency{
    "pms_api_latency_seconds", "One call of a PMS plugin.", {"pms", "operation"}};
inline constexpr MetricFamily kPmsCacheHits{
    "pms_cache_hits_total", "Answers from the cache.", {"operation"}};
inline constexpr MetricFamily kPmsCacheMisses{
    "pms_cache_misses_total", "Answers that the cache did not have.", {"operation"}};

// media
inline constexpr MetricFamily kMediaFetched{
    "media_files_fetched_total", "Attempts to fetch a guest's file.", {"channel", "result"}};

// communication
inline constexpr MetricFamily kChannelStatus{
    "channel_status", "0 unknown, 1 online, 2 degraded, 3 down.", {"channel"}};
inline constexpr MetricFamily kChannelRestarts{
    "channel_restarts_total", "Restarts of a provider's side that we asked for.", {"channel"}};
inline constexpr MetricFamily kMessagesRecovered{
    "messages_recovered_total",
    "Guest messages that only the provider's own list told us of.",
    {"channel"}};

// delivery
inline constexpr MetricFamily kNotifications{"notifications_total",
                                             "Attempts to deliver an event, by sink kind.",
                                             {"kind", "event", "result"}};
inline constexpr MetricFamily kNotificationDuration{
    "notification_duration_seconds", "One attempt to deliver an event.", {"kind"}};

}  // namespace conserje::metric
