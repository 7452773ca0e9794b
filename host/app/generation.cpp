#include "app/generation.hpp"

#include <thread>
#include <utility>

namespace conserje {

Generation::Generation(const Rooms& rooms, Sources sources, const Generation* before)
    : sources_(std::move(sources)),
      number_(before == nullptr ? 1 : before->number_ + 1),
      worker_((connect_gateways(rooms, before), worker_parts(rooms))),
      dispatcher_(dispatcher_parts(rooms)) {}

Result<std::shared_ptr<Plugin>> Generation::plugin(std::string_view what,
                                                   const std::string& name) const {
  const auto found = sources_.plugins.find(name);
  if (found != sources_.plugins.end()) return found->second;
  return Error{ErrorClass::config, "the " + std::string(what) + " " + name + " is not running"};
}

/// One for each house, also for a PMS that does not run: its guests are told of the trouble.
void Generation::connect_gateways(const Rooms& rooms, const Generation* before) {
  for (const auto& flow : pipeline().flows) {
    const auto running = sources_.plugins.find(flow.pms);
    House house{.plugin = running == sources_.plugins.end() ? nullptr : running->second};
    const auto deadline = pipeline().plugin(flow.pms)->deadline;
    if (before != nullptr) {
      const auto known = before->houses_.find(flow.pms);
      if (known != before->houses_.end() && known->second.plugin == house.plugin &&
          before->pipeline().plugin(flow.pms)->deadline == deadline)
        house.gateway = known->second.gateway;
    }
    if (house.gateway == nullptr)
      house.gateway = std::make_shared<Gateway>(
          flow.pms, Gateway::Settings{.deadline = deadline},
          [plugin = house.plugin, name = flow.pms,
           tenant = pipeline().tenant](const PmsCall& call) -> Result<Reply> {
            if (plugin == nullptr)
              return Error{ErrorClass::config, "the PMS " + name + " is not running"};
            return plugin->call({.deadline = call.deadline,
                                 .attempt = call.attempt,
                                 .idempotency_key = call.idempotency_key,
                                 .tenant = tenant},
                                call.method, call.head);
          },
          [](Millis wait) { std::this_thread::sleep_for(wait); }, rooms.clock, rooms.random,
          rooms.metrics);
    houses_.insert_or_assign(flow.pms, std::move(house));
  }
}

Worker::Parts Generation::worker_parts(const Rooms& rooms) {
  std::map<std::string, Gateway*> gateways;
  for (const auto& [name, house] : houses_) gateways[name] = house.gateway.get();
  return {.database = rooms.database,
          .inbox = rooms.inbox,
          .outbox = rooms.outbox,
          .sessions = rooms.sessions,
          .guests = rooms.guests,
          .acts = rooms.acts,
          .reservations = rooms.reservations,
          .notification_logs = rooms.notification_logs,
          .pipeline = pipeline(),
          .texts = *sources_.texts,
          .understand = [this](const std::string& name,
                               const nlu::ParseRequest& request) -> Result<nlu::ParseReply> {
            const auto nlu = plugin("nlu plugin", name);
            if (!nlu) return nlu.error();
            return (*nlu)->call_as<nlu::ParseReply>({.tenant = pipeline().tenant},
                                                    nlu::method::parse, request);
          },
          .gateways = std::move(gateways),
          .clock = rooms.clock,
          .random = rooms.random,
          .metrics = rooms.metrics,
          .log = rooms.log,
          .owner = rooms.owner,
          .guest_key = rooms.guest_key,
          .answered = rooms.answered};
}

Dispatcher::Parts Generation::dispatcher_parts(const Rooms& rooms) {
  return {.database = rooms.database,
          .outbox = rooms.outbox,
          .notification_logs = rooms.notification_logs,
          .guests = rooms.guests,
          .pipeline = pipeline(),
          .outlets = {
              .send = [this](const std::string& name, const CallSpec& spec,
                             const channel::SendRequest& request) -> Result<channel::SendReply> {
                const auto channel = plugin("channel", name);
                if (!channel) return channel.error();
                return (*channel)->call_as<channel::SendReply>(spec, channel::method::send,
                                                               request);
              },
              .deliver = [this](const std::string& name, const CallSpec& spec,
                                const sink::DeliverRequest& request) -> Result<sink::DeliverReply> {
                const auto sink = plugin("sink", name);
                if (!sink) return sink.error();
                return (*sink)->call_as<sink::DeliverReply>(spec, sink::method::deliver, request);
              },
              .capabilities = [this](const std::string& name) -> Result<channel::Capabilities> {
                const auto channel = plugin("channel", name);
                if (!channel) return channel.error();
                return (*channel)->call_as<channel::Capabilities>(
                    {.tenant = pipeline().tenant}, channel::method::capabilities, channel::Empty{});
              }},
          .clock = rooms.clock,
          .random = rooms.random,
          .metrics = rooms.metrics,
          .log = rooms.log,
          .owner = rooms.owner};
}

}  // namespace conserje
