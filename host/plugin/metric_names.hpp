#pragma once

#include "ops/metrics.hpp"

/// The metrics of this room. What plugins count themselves is named conserje_plugin_<name>_*.
namespace conserje::metric {

inline constexpr MetricFamily kPluginCalls{
    "plugin_calls_total",
    "Calls by result: ok, an error class, or refused (no free slot in time).",
    {"plugin", "method", "result"}};
inline constexpr MetricFamily kPluginCallSeconds{
    "plugin_call_seconds", "One call, from a free slot to the reply.", {"plugin", "method"}};
inline constexpr MetricFamily kPluginInFlight{
    "plugin_in_flight", "Calls that run now.", {"plugin"}};
inline constexpr MetricFamily kPluginLostSlots{
    "plugin_lost_slots", "Slots whose call does not return, its caller being gone.", {"plugin"}};
inline constexpr MetricFamily kPluginOverdue{
    "plugin_overdue_total", "Calls that were still running at their deadline.", {"plugin"}};
inline constexpr MetricFamily kPluginMisuse{"plugin_misuse_total",
                                            "Breaches of cj.h by a plugin, by what it did wrong.",
                                            {"plugin", "what"}};

}  // namespace conserje::metric
