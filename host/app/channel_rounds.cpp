#include "app/channel_rounds.hpp"

#include <utility>

namespace conserje {
namespace {

/// Whether something that happens every `every` is due, and when it is next. 0: never.
bool take_turn(MonotonicTime& due, Millis every, MonotonicTime now) {
  if (every == Millis(0) || due > now) return false;
  due = now + every;
  return true;
}

constexpr std::chrono::seconds kHealthDeadline{10};
constexpr std::chrono::seconds kListDeadline{30};

}  // namespace

ChannelRounds::ChannelRounds(Parts parts)
    : parts_(std::move(parts)),
      watch_({.health = asks(channel::method::health),
              .restart = asks(channel::method::restart),
              .clock = parts_.clock,
              .metrics = parts_.metrics,
              .log = parts_.log}),
      reconciler_(reconciler_parts()) {}

std::vector<ChannelRounds::Channel> ChannelRounds::channels() const {
  std::vector<Channel> channels;
  const auto now = parts_.current.borrow();
  for (const auto& flow : now->pipeline().flows)
    for (const auto& name : flow.channels)
      if (const auto plugin = running(name))
        channels.push_back({.name = name,
                            .has_health = (*plugin)->offers(channel::method::health),
                            .has_list = (*plugin)->offers(channel::method::list_since)});
  return channels;
}

ChannelLimits ChannelRounds::limits() const {
  return parts_.current.borrow()->pipeline().limits.channels;
}

Result<std::shared_ptr<Plugin>> ChannelRounds::running(const std::string& channel) const {
  const auto now = parts_.current.borrow();
  const auto found = now->sources().plugins.find(channel);
  if (found != now->sources().plugins.end()) return found->second;
  return Error{ErrorClass::config, "the channel is not running"};
}

ChannelWatch::Ask ChannelRounds::asks(std::uint32_t method) const {
  return [this, method](const std::string& channel) -> Result<channel::ChannelHealth> {
    const auto plugin = running(channel);
    if (!plugin) return plugin.error();
    return (*plugin)->call_as<channel::ChannelHealth>(
        {.deadline = parts_.clock.monotonic() + kHealthDeadline, .tenant = parts_.tenant}, method,
        channel::Empty{});
  };
}

Reconciler::Parts ChannelRounds::reconciler_parts() const {
  return {
      .tenant = parts_.tenant,
      .reconciliations = parts_.reconciliations,
      .list = [this](const std::string& channel,
                     const channel::ListSinceRequest& request) -> Result<channel::ListSinceReply> {
        const auto plugin = running(channel);
        if (!plugin) return plugin.error();
        return (*plugin)->call_as<channel::ListSinceReply>(
            {.deadline = parts_.clock.monotonic() + kListDeadline, .tenant = parts_.tenant},
            channel::method::list_since, request);
      },
      .store =
          [this](const std::string& channel, channel::EmitRequest request) {
            return parts_.emitter.emit(channel,
                                       {.deadline = parts_.clock.monotonic() + kListDeadline},
                                       std::move(request));
          },
      .clock = parts_.clock,
      .metrics = parts_.metrics,
      .log = parts_.log};
}

void ChannelRounds::tick() {
  const auto now = parts_.clock.monotonic();
  const auto limits = this->limits();
  std::vector<Task> tasks;
  for (auto& channel : channels()) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    auto& due = due_[channel.name];
    if (due.is_running) continue;
    Task task{.channel = std::move(channel)};
    task.look = task.channel.has_health && take_turn(due.look, limits.health_every, now);
    task.reconcile = task.channel.has_list && take_turn(due.reconcile, limits.reconcile_every, now);
    if (!task.look && !task.reconcile) continue;
    due.is_running = true;
    tasks.push_back(std::move(task));
  }
  for (auto& task : tasks)
    if (!parts_.run([this, task] { go(task); })) done(task.channel.name);
}

void ChannelRounds::go(const Task& task) {
  const auto& name = task.channel.name;
  const bool came_back = task.look && watch_.look(name);
  const bool is_watched = limits().reconcile_every != Millis(0) && task.channel.has_list;
  if (is_watched && (task.reconcile || came_back))
    if (const auto reconciled = reconciler_.reconcile(name); !reconciled)
      parts_.log.warn("the provider's list could not be read; it will be again",
                      {{"channel", name}, {"error", reconciled.error().message}});
  done(name);
}

void ChannelRounds::done(const std::string& channel) {
  const std::lock_guard lock(mutex_);
  due_[channel].is_running = false;
}

void ChannelRounds::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

}  // namespace conserje
