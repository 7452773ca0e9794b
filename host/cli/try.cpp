#include <iostream>
#include <thread>

#include "app/start.hpp"
#include "cli/commands.hpp"
#include "conversation/engine.hpp"
#include "conversation/handlers.hpp"
#include "guard/local_time.hpp"
#include "guard/system_random.hpp"

namespace conserje {
namespace {

/// A host that understands and looks up, and can do nothing else.
class Rehearsal {
 public:
  explicit Rehearsal(Checked& checked) : checked_(checked) {
    const ServiceSources services{.log = Log::silent(),
                                  .clock = &clock_,
                                  .metrics = &metrics_,
                                  .random = &random_,
                                  .http = [this](OutboundRequest request, std::stop_token stop) {
                                    return http_.send_and_wait(std::move(request), std::move(stop));
                                  }};
    registry_ = Registry::open(wanted(), services, checked_.findings);
    registry_->start(checked_.findings);
  }

  int show(const std::string& text) {
    std::cerr << report(checked_.findings);
    if (!checked_.ok()) return 1;
    const Flow& flow = checked_.pipeline.flows.front();
    const auto now = local_time(clock_.now(), checked_.pipeline.time_zone);

    const auto reply =
        registry_->find(flow.understand)
            ->call_as<nlu::ParseReply>({.tenant = checked_.pipeline.tenant}, nlu::method::parse,
                                       nlu::ParseRequest{.text = text,
                                                         .now = format_local(now),
                                                         .time_zone = checked_.pipeline.time_zone});
    if (!reply) return fail(reply.error());
    show(*reply);

    const Said said = understood(*reply);
    std::cout << "handled by  " << route({}, said) << '\n';
    Gateway rooms = gateway(flow.pms);
    Gateway tables = gateway(flow.has_tables() ? flow.tables : flow.pms);
    const auto outcome = decide({},
                                {.said = said,
                                 .language = reply->language,
                                 .guest_key = "try",
                                 .today = now.date,
                                 .time_of_day = now.time_of_day},
                                checked_.pipeline, flow, {rooms, tables});
    if (!outcome) return fail(outcome.error());
    std::cout << "answer      "
              << indented(checked_.texts->render(outcome->session.language, outcome->say.lines))
              << '\n';
    for (const auto& button : outcome->say.buttons)
      std::cout << "button      "
                << checked_.texts->render(outcome->session.language, Line{button.key, {}}) << " ("
                << button.id << ")\n";
    if (!outcome->say.asks.empty()) std::cout << "waits for   " << outcome->say.asks << '\n';
    for (const auto& event : outcome->events)
      std::cout << "event       " << event.type << ' ' << event.data << '\n';
    return 0;
  }

 private:
  /// The plugins of the first flow that are read from; no channel and no sink is made.
  std::vector<InspectedPlugin> wanted() {
    std::vector<InspectedPlugin> out;
    if (checked_.pipeline.flows.empty()) return out;
    const Flow& flow = checked_.pipeline.flows.front();
    for (auto& plugin : checked_.plugins)
      if (plugin.use.name == flow.understand || plugin.use.name == flow.pms ||
          plugin.use.name == flow.tables)
        out.push_back(std::move(plugin));
    return out;
  }

  Gateway gateway(const std::string& name) {
    const auto plugin = registry_->find(name);
    return {name,
            {},
            [plugin, this](const PmsCall& call) {
              return plugin->call({.deadline = call.deadline,
                                   .attempt = call.attempt,
                                   .tenant = checked_.pipeline.tenant},
                                  call.method, call.head);
            },
            [](Millis wait) { std::this_thread::sleep_for(wait); },
            clock_,
            random_,
            metrics_};
  }

  static void show(const nlu::ParseReply& reply) {
    std::cout << "language    " << reply.language << "\nintent      " << reply.intent.name << " ("
              << reply.intent.confidence << ")\n";
    for (const auto& rival : reply.ranking)
      if (rival.name != reply.intent.name)
        std::cout << "  or        " << rival.name << " (" << rival.confidence << ")\n";
    if (!reply.topic.empty()) std::cout << "topic       " << reply.topic << '\n';
    for (const auto& entity : reply.entities)
      std::cout << "entity      " << entity.type << " \"" << entity.text << "\" = " << entity.value
                << '\n';
  }

  static std::string indented(std::string text) {
    for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
      text.insert(at + 1, "            ");
    return text;
  }

  static int fail(const Error& error) {
    std::cerr << "conserje: " << error.message << '\n';
    return 1;
  }

  Checked& checked_;
  SystemClock clock_{};
  SystemRandom random_{};
  Metrics metrics_{};
  HttpClient http_{{}, clock_};
  std::unique_ptr<Registry> registry_{};
};

}  // namespace

int try_command(const std::filesystem::path& config, const std::string& text) {
  auto checked = check_configuration(config);
  if (!checked.ok()) {
    std::cerr << report(checked.findings);
    return 1;
  }
  return Rehearsal(checked).show(text);
}

}  // namespace conserje
