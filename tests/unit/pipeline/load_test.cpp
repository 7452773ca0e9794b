#include "pipeline/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_source.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The least that a host needs.
constexpr auto kLeast = R"(tenant: hotel-sol
time_zone: America/Argentina/Buenos_Aires
hotel: {name: Hotel Sol}
plugins:
  console: {use: channel/console}
  builtin: {use: nlu/builtin}
  frontdesk: {use: pms/mock}
pipeline:
  - {channels: [console], understand: builtin, pms: frontdesk}
)";

class Load : public testing::Test {
 protected:
  Loaded load(const std::string& text) const {
    return load_pipeline_text(text, "conf/sol.yaml", source);
  }
  /// The least, and more lines.
  Loaded load_with(const std::string& more) const { return load(kLeast + more); }

  static std::vector<std::string> lines(const Loaded& loaded) {
    std::vector<std::string> lines;
    for (const auto& finding : loaded.findings) lines.push_back(to_string(finding));
    return lines;
  }

  FakeSource source;
};

TEST_F(Load, TheLeastFileGivesTheDefaults) {
  auto loaded = load(kLeast);
  EXPECT_THAT(lines(loaded), IsEmpty());
  Pipeline expected{
      .tenant = "hotel-sol",
      .time_zone = "America/Argentina/Buenos_Aires",
      .hotel = {.name = "Hotel Sol"},
      .store = "sqlite:data/hotel-sol.db",
      .plugins = {{.name = "console", .kind = "channel", .use = "channel/console"},
                  {.name = "builtin", .kind = "nlu", .use = "nlu/builtin"},
                  {.name = "frontdesk", .kind = "pms", .use = "pms/mock"}},
      .flows = {{.channels = {"console"}, .understand = "builtin", .pms = "frontdesk"}}};
  loaded.pipeline.positions.clear();
  for (auto& plugin : loaded.pipeline.plugins) plugin.positions.clear();
  EXPECT_EQ(loaded.pipeline, expected);
}

TEST_F(Load, ReadsEveryKind) {
  source.environment["PORT"] = "9000";
  const auto loaded = load_with(R"(mode: production
languages: [en, es]
listen: "[::1]:${env:PORT}"
public_url: https://bot.hotel.example/
data_dir: /var/lib/conserje
store: postgresql://db/sol
log: {level: debug, file: sol.log}
plugin_path: [../plugins, /opt/x]
limits:
  http: {max_connections: 10, idle_timeout_ms: 1500}
  conversation: {session_ttl_s: 3600, retry_s: []}
  delivery: {retry_replies_s: [1, 2]}
)");
  EXPECT_THAT(lines(loaded), IsEmpty());
  const auto& pipeline = loaded.pipeline;
  EXPECT_EQ(pipeline.mode, Mode::production);
  EXPECT_THAT(pipeline.languages, ElementsAre("en", "es"));
  EXPECT_EQ(pipeline.listen, (Listen{"::1", 9000}));
  EXPECT_EQ(pipeline.public_url, "https://bot.hotel.example");
  EXPECT_EQ(pipeline.data_dir, "/var/lib/conserje");
  EXPECT_EQ(pipeline.store, "postgresql://db/sol");
  EXPECT_EQ(pipeline.log, (LogSettings{LogLevel::debug, "sol.log"}));
  EXPECT_THAT(pipeline.plugin_path, ElementsAre("plugins", "/opt/x"));
  EXPECT_EQ(pipeline.limits.http, (HttpLimits{.max_connections = 10, .idle_timeout = 1500ms}));
  EXPECT_EQ(pipeline.limits.conversation, (ConversationLimits{.session_ttl = 1h, .retry = {}}));
  EXPECT_EQ(pipeline.limits.delivery, (DeliveryLimits{.replies = {1s, 2s}}));
}

TEST_F(Load, ReadsTheAdminListenerAndTheProxies) {
  EXPECT_EQ(load_with("").pipeline.admin, std::nullopt);
  EXPECT_EQ(load_with("admin: {}\n").pipeline.admin, AdminSettings{});
  const auto loaded = load_with(R"(
admin: {listen: "[::1]:0", max_connections: 5, body_bytes: 2048, failures_per_minute: 7, token_memory_s: 0}
trusted_proxies: [10.0.0.0/8, "::1"]
)");
  EXPECT_THAT(lines(loaded), IsEmpty());
  EXPECT_EQ(loaded.pipeline.admin, (AdminSettings{.listen = {"::1", 0},
                                                  .max_connections = 5,
                                                  .body_bytes = 2048,
                                                  .failures_per_minute = 7,
                                                  .token_memory = 0s}));
  EXPECT_THAT(loaded.pipeline.trusted_proxies,
              ElementsAre(parse_network("10.0.0.0/8"), parse_network("::1")));
}

TEST_F(Load, ReadsTheHouse) {
  const auto loaded = load(R"(hotel:
  name: Hotel Sol
  address: Calle 1, Salta
  phone: +54 387 555
  check_in: "14:30"
  check_out: "10:00"
  latest_check_out: "13:00"
)");
  EXPECT_EQ(loaded.pipeline.hotel, (Hotel{.name = "Hotel Sol",
                                          .address = "Calle 1, Salta",
                                          .phone = "+54 387 555",
                                          .check_in = 14h + 30min,
                                          .check_out = 10h,
                                          .latest_check_out = 13h}));
}

TEST_F(Load, ReadsTheHoursOfTheStaff) {
  auto loaded = load_with(R"(hours:
  mon: ["15:00-24:00", "09:00-13:00"]
  holidays: ["2026-12-25"]
  gates: [service_request]
  urgent: [human]
)");
  EXPECT_THAT(lines(loaded), IsEmpty());
  BusinessHours expected{
      .holidays = {*parse_date("2026-12-25")}, .gates = {"service_request"}, .urgent = {"human"}};
  expected.week[1] = {{9h, 13h}, {15h, 24h}};
  EXPECT_EQ(loaded.pipeline.hours, expected);
}

TEST_F(Load, TellsHoursThatAreNone) {
  EXPECT_THAT(lines(load_with("hours: {mon: [\"13:00-09:00\"]}\n")),
              testing::Contains(testing::HasSubstr("\"hours.mon\"")));
}

TEST_F(Load, ReadsFlowsNotifyAndTexts) {
  const auto loaded = load(R"(tenant: t
time_zone: UTC
hotel: {name: H}
plugins:
  whatsapp: {use: channel/whatsapp, required: true, isolation: process, sandbox: required, memory_limit_mb: 64, reply_template: {name: reply_waiting, languages: {es: es_AR}}, restart: {deaths: 3, within_s: 10, quarantine_s: 20}, deadline_ms: 500, max_in_flight: 2, max_waiting: 3}
  vendor: {use: ./vendor.so}
  staff: {use: sink/slack}
pipeline:
  - {channels: [whatsapp], understand: vendor, pms: vendor, handlers: [greeting, human], confirm_by: [sms, whatsapp]}
notify:
  - {to: staff, events: ["reservation.*", handoff.opened], intents: [human]}
faq:
  wifi: {es: Clave sol, en: Password sol}
texts:
  greeting.hello: {es: Hola, en: Hi}
)");
  EXPECT_THAT(lines(loaded), IsEmpty());
  const auto& pipeline = loaded.pipeline;
  EXPECT_EQ(pipeline.plugin("vendor")->use, "conf/vendor.so");
  EXPECT_TRUE(pipeline.plugin("vendor")->is_file());
  EXPECT_TRUE(pipeline.plugin("whatsapp")->required);
  EXPECT_EQ(pipeline.plugin("whatsapp")->deadline, 500ms);
  EXPECT_EQ(pipeline.plugin("whatsapp")->max_in_flight, 2U);
  EXPECT_EQ(pipeline.plugin("whatsapp")->max_waiting, 3U);
  EXPECT_EQ(pipeline.plugin("whatsapp")->isolation, Isolation::process);
  EXPECT_EQ(pipeline.plugin("whatsapp")->sandbox, Sandbox::required);
  EXPECT_EQ(pipeline.plugin("whatsapp")->memory_limit_mb, 64U);
  EXPECT_EQ(pipeline.plugin("whatsapp")->reply_template,
            (ReplyTemplate{.name = "reply_waiting", .languages = {{"es", "es_AR"}}}));
  EXPECT_EQ(pipeline.plugin("whatsapp")->restart, (RestartRules{3, 10s, 20s}));
  EXPECT_EQ(pipeline.plugin("mail"), nullptr);
  EXPECT_EQ(pipeline.flows,
            (std::vector<Flow>{
                {{"whatsapp"}, "vendor", "vendor", {"greeting", "human"}, {"sms", "whatsapp"}}}));
  EXPECT_EQ(pipeline.notify,
            (std::vector<Notify>{{"staff", {"reservation.*", "handoff.opened"}, {"human"}}}));
  EXPECT_EQ(pipeline.faq.at("wifi"), (Translations{{"es", "Clave sol"}, {"en", "Password sol"}}));
  EXPECT_EQ(pipeline.texts.at("greeting.hello"), (Translations{{"es", "Hola"}, {"en", "Hi"}}));
}

TEST_F(Load, TakesAHouseWithTablesAloneForOneWithoutRooms) {
  const auto flow_of = [&](const std::string& keys) {
    const auto loaded = load(
        "tenant: t\ntime_zone: UTC\nhotel: {name: H}\nplugins:\n  a: {use: x/y}\n"
        "pipeline:\n  - {channels: [c], understand: n, " +
        keys + "}\n");
    EXPECT_EQ(loaded.pipeline.flows.size(), 1U);
    return loaded.pipeline.flows.at(0);
  };
  const auto restaurant = flow_of("tables: mesas");
  EXPECT_FALSE(restaurant.has_rooms);
  EXPECT_EQ(restaurant.pms_plugins(), std::vector<std::string>{"mesas"});
  const auto both = flow_of("pms: desk, tables: mesas");
  EXPECT_TRUE(both.has_rooms && both.has_tables());
  EXPECT_EQ(both.pms_plugins(), (std::vector<std::string>{"desk", "mesas"}));
  EXPECT_FALSE(flow_of("pms: desk").has_tables());
}

TEST_F(Load, ReadsWhomPluginsMayComeFrom) {
  const auto loaded = load_with(R"(trust:
  keys: [{name: acme, key: RWQabc, ids: [com.acme.*, org.acme.pms]}, {name: own, key: RWQdef, ids: ["*"]}]
  deny: [0a1b]
  lock: plugins.lock
)");
  EXPECT_THAT(lines(loaded), IsEmpty());
  EXPECT_EQ(
      loaded.pipeline.trust,
      (Trust{.keys = {{"acme", "RWQabc", {"com.acme.*", "org.acme.pms"}}, {"own", "RWQdef", {"*"}}},
             .deny = {"0a1b"},
             .lock = "conf/plugins.lock"}));
}

TEST_F(Load, WhatAPluginMayIsSaidOfEachApart) {
  const auto loaded = load(
      "plugins:\n  a: {use: sink/a, allow_unsigned: true, isolation: in_process}\n"
      "  b: {use: sink/b, allow_rollback: true}\n");
  const auto& plugins = loaded.pipeline.plugins;
  EXPECT_EQ(std::tuple(plugins.at(0).allow_unsigned, plugins.at(0).allow_rollback,
                       plugins.at(0).isolation),
            std::tuple(true, false, std::optional(Isolation::in_process)));
  EXPECT_EQ(std::tuple(plugins.at(1).allow_unsigned, plugins.at(1).allow_rollback,
                       plugins.at(1).isolation),
            std::tuple(false, true, std::optional<Isolation>()));
}

TEST_F(Load, APluginsConfigBecomesJsonAsYamlMeansIt) {
  source.environment["TOKEN"] = "42";
  const auto loaded = load(R"(plugins:
  x:
    use: channel/x
    config:
      whole: 5
      negative: -7
      real: 1.5
      yes: true
      no_longer_a_flag: yes
      text: "5"
      leading_zero: 0123
      too_long: 105512345678901234567890
      nothing: ~
      list: [1, {a: b}]
      referenced: ${env:TOKEN}
)");
  const auto& plugin = loaded.pipeline.plugins.at(0);
  EXPECT_EQ(plugin.config, nlohmann::json::parse(R"({
      "whole": 5, "negative": -7, "real": 1.5, "yes": true, "no_longer_a_flag": "yes",
      "text": "5", "leading_zero": "0123", "too_long": "105512345678901234567890",
      "nothing": null, "list": [1, {"a": "b"}], "referenced": "42"})"));
  EXPECT_THAT(plugin.referenced, ElementsAre("/referenced"));
  EXPECT_EQ(plugin.positions.at("/list/1/a"), (Position{"conf/sol.yaml", 14, 18}));
}

TEST_F(Load, TellsEverythingAtOnceWithPlaceNearestKeyAndRightShape) {
  EXPECT_THAT(
      lines(load(R"(tenant: Hotel Sol
time_zone: America/Buenos_Aire
lisen: 127.0.0.1:80
listen: localhost
log: {levl: debug}
hotel: {name: H, check_in: 3pm}
limits: {http: {header_bytes: 1}}
plugins: []
)")),
      ElementsAre(
          "conf/sol.yaml:1:9: error: \"Hotel Sol\" does not fit \"tenant\"\n"
          "    needed: tenant: a-z, 0-9, \"-\", at most 63, such as hotel-sol",
          "conf/sol.yaml:6:28: error: \"3pm\" does not fit \"hotel.check_in\"\n"
          "    needed: check_in: a time of day in quotes, such as \"15:00\"",
          "conf/sol.yaml:4:9: error: \"localhost\" does not fit \"listen\"\n"
          "    needed: listen: an address and a port, such as 127.0.0.1:8080 or [::1]:8080",
          "conf/sol.yaml:5:7: error: unknown key \"levl\" in \"log\"; did you mean \"level\"?\n"
          "    needed: level: debug, info, warn or error",
          "conf/sol.yaml:8:10: error: an empty list does not fit \"plugins\"\n"
          "    needed: plugins: plugins by name, such as {console: {use: channel/console, "
          "config: {...}}}",
          "conf/sol.yaml:1:1: error: \"pipeline\" is missing in the top level\n"
          "    needed: pipeline: a list such as [{channels: [console], understand: builtin, "
          "pms: frontdesk}]",
          "conf/sol.yaml:7:31: error: \"1\" does not fit \"limits.http.header_bytes\"\n"
          "    needed: header_bytes: a whole number from 1024 to 65536",
          "conf/sol.yaml:3:1: error: unknown key \"lisen\" in the top level; did you mean "
          "\"listen\"?\n"
          "    needed: listen: an address and a port, such as 127.0.0.1:8080 or [::1]:8080",
          "conf/sol.yaml:2:12: error: \"America/Buenos_Aire\" is no time zone of this "
          "machine; did you mean \"America/Buenos_Aires\"?\n"
          "    needed: time_zone: an IANA time zone, such as America/Argentina/Buenos_Aires"));
}

TEST_F(Load, AnUnknownKeyNearNothingIsToldWhatThereIs) {
  EXPECT_THAT(lines(load_with("log: {webhooks: 1}\n")),
              ElementsAre("conf/sol.yaml:10:7: error: unknown key \"webhooks\" in \"log\"\n"
                          "    needed: one of file, level"));
}

TEST_F(Load, AKeyWithoutAValueIsNotTakenForItsDefault) {
  EXPECT_THAT(lines(load_with("listen:\n")),
              ElementsAre(HasSubstr("conf/sol.yaml:10:1: error: \"listen\" has no value; leave the "
                                    "key out to get its default")));
}

TEST_F(Load, EachSettingRefusesWhatItCannotTake) {
  const std::pair<std::string, std::string> kWrong[] = {
      {"version: 2", "version: a whole number from 1 to 1"},
      {"mode: prod", "mode: development or production"},
      {"languages: es", "languages: a list of languages"},
      {"languages: []", "languages: a list of languages"},
      {"languages: [[es]]", "languages: a list of languages"},
      {"languages: ['']", "languages: a list of languages"},
      {"listen: 0.0.0.0:70000", "listen: an address"},
      {"listen: ::1:80", "listen: an address"},
      {"listen: 8080", "listen: an address"},
      {"admin: true", "admin: a mapping"},
      {"admin: {listen: 8081}", "listen: an address"},
      {"admin: {body_bytes: 1}", "body_bytes: a whole number from 1024 to 16777216"},
      {"admin: {failures_per_minute: 0}", "failures_per_minute: a whole number from 1"},
      {"trusted_proxies: 10.0.0.0/8", "trusted_proxies: a list of addresses and networks"},
      {"trusted_proxies: [10.0.0.1/8]", "trusted_proxies: a list of addresses and networks"},
      {"trusted_proxies: [proxy.example]", "trusted_proxies: a list of addresses and networks"},
      {"public_url: bot.example", "public_url: a URL"},
      {"public_url: https://x/?a=b", "public_url: a URL"},
      {"data_dir: ''", "data_dir: a folder"},
      {"store: mysql://x", "store: sqlite:PATH or postgresql"},
      {"store: 'sqlite:'", "store: sqlite:PATH or postgresql"},
      {"log: debug", "log: a mapping"},
      {"log: {level: verbose}", "level: debug, info, warn or error"},
      {"trust: acme", "trust: a mapping"},
      {"trust: {keys: [RWQ]}", "keys: a list such as"},
      {"trust: {keys: [{name: A c, key: RWQ, ids: [a.b]}]}", "name: a-z, 0-9"},
      {"trust: {keys: [{name: a, key: RWQ, ids: [Com.Acme]}]}", "ids: the ids that it may sign"},
      {"trust: {keys: [{name: a, key: RWQ, ids: ['com.*me.x']}]}", "ids: the ids that it may"},
      {"trust: {keys: [{name: a, key: RWQ}]}", "ids: the ids that it may sign"},
      {"trust: {deny: abc}", "deny: a list of BLAKE2b-512 hashes"},
      {"trust: {lock: ''}", "lock: a file, such as plugins.lock"},
      {"faq: {wifi: Clave}", "wifi: {es: \"...\", en: \"...\"}"},
      {"faq: {wifi: {es: '', en: x}}", "wifi: {es: \"...\", en: \"...\"}"},
      {"notify: [staff]", "notify: a list such as"},
      {"limits: {http: {header_timeout_ms: 10s}}", "header_timeout_ms: a whole number from 100"},
      {"limits: {conversation: {workers: 0}}", "workers: a whole number from 1 to 64"},
      {"limits: {conversation: {workers: 4.0}}", "workers: a whole number from 1 to 64"},
      {"limits: {conversation: {lease_s: -1}}", "lease_s: a whole number from 1 to 3600"},
      {"limits: {conversation: {retry_s: 5}}", "retry_s: a list of at most 50 waits in seconds"},
      {"limits: {conversation: {retry_s: [-5]}}", "retry_s: a list of at most 50 waits in seconds"},
      {"limits: {delivery: {retry_events_s: [604801]}}",
       "retry_events_s: a list of at most 50 waits"}};
  for (const auto& [text, needed] : kWrong) {
    const auto findings = lines(load_with(text + "\n"));
    EXPECT_THAT(findings, ElementsAre(HasSubstr("\n    needed: " + needed))) << text;
  }
}

TEST_F(Load, EachPluginSettingRefusesWhatItCannotTake) {
  const std::pair<std::string, std::string> kWrong[] = {
      {"{use: chanel/x}", "\"chanel/x\" names no kind of plugin; did you mean \"channel\"?"},
      {"{use: x}", "\"x\" names no kind of plugin; the kinds are channel, pms, sink, nlu, speech"},
      {"{use: channel/}", "\"channel/\" names no plugin"},
      {"{use: channel/../x}", "\"channel/../x\" names no plugin"},
      {"{}", "\"use\" is missing in \"plugins.x\""},
      {"channel/x", "\"channel/x\" instead of a plugin's settings"},
      {"{use: channel/x, isolation: worker}",
       "\"worker\" does not fit \"plugins.x.isolation\"\n"
       "    needed: isolation: in_process, process or process_per_instance"},
      {"{use: channel/x, sandbox: on}",
       "\"on\" does not fit \"plugins.x.sandbox\"\n"
       "    needed: sandbox: required, available or off"},
      {"{use: channel/x, reply_template: {languages: {es: es}}}",
       "\"name\" is missing in \"plugins.x.reply_template\""},
      {"{use: channel/x, memory_limit_mb: 1}", "\"1\" does not fit \"plugins.x.memory_limit_mb\""},
      {"{use: channel/x, restart: {deaths: 0}}",
       "\"0\" does not fit \"plugins.x.restart.deaths\"\n"
       "    needed: deaths: a whole number from 1 to 64"},
      {"{use: channel/x, restart: {within_s: 0}}",
       "\"0\" does not fit \"plugins.x.restart.within_s\""},
      {"{use: channel/x, restart: {quarantine_s: 1d}}",
       "\"1d\" does not fit \"plugins.x.restart.quarantine_s\""},
      {"{use: channel/x, restart: {death: 1}}", "did you mean \"deaths\"?"},
      {"{use: channel/x, required: yes}", "\"yes\" does not fit \"plugins.x.required\""},
      {"{use: channel/x, allow_unsigned: please}",
       "\"please\" does not fit \"plugins.x.allow_unsigned\""},
      {"{use: channel/x, allow_rollback: 1}", "\"1\" does not fit \"plugins.x.allow_rollback\""},
      {"{use: channel/x, deadline_ms: 0}", "\"0\" does not fit \"plugins.x.deadline_ms\""},
      {"{use: channel/x, config: text}", "\"text\" does not fit \"plugins.x.config\""}};
  for (const auto& [text, found] : kWrong) {
    EXPECT_THAT(lines(load("plugins:\n  x: " + text + "\n")),
                testing::Contains(AllOf(testing::StartsWith("conf/sol.yaml:2:"), HasSubstr(found))))
        << text;
  }
}

TEST_F(Load, AnEmptyNameIsNoName) {
  EXPECT_THAT(lines(load("tenant: ''\ntime_zone: ''\nhotel: {name: ''}\nplugins: {x: {use: ''}}\n"
                         "pipeline: [{channels: [''], understand: '', pms: ''}]\n"
                         "notify: [{to: '', events: ['']}]\n")),
              testing::Contains(HasSubstr("error: \"\" does not fit")).Times(9));
}

TEST_F(Load, APluginsNameFitsIntoAUrl) {
  EXPECT_THAT(lines(load("plugins: {Whats App: {use: channel/x}}\n")),
              testing::Contains(HasSubstr("\"Whats App\" is not a name for a plugin")));
}

TEST_F(Load, AMissingSecretIsToldByItsNameAndPlace) {
  EXPECT_THAT(lines(load_with("public_url: https://${env:HOST}/\n"
                              "log: {file: \"${file:name}\"}\n")),
              ElementsAre("conf/sol.yaml:10:13: error: no variable HOST",
                          "conf/sol.yaml:11:13: error: no file conf/name"));
}

TEST_F(Load, NoFindingShowsWhatAReferenceBrought) {
  source.environment["STORE"] = "mysql://user:s3cr3t@db";
  source.environment["PW"] = "s3cr3t";
  const auto loaded = load_with(
      "store: ${env:STORE}\nlisten: ${env:PW}\n"
      "limits: {conversation: {workers: \"${env:PW}\"}}\n");
  EXPECT_EQ(loaded.findings.size(), 3U);
  EXPECT_THAT(report(loaded.findings), testing::Not(HasSubstr("s3cr3t")));
}

TEST_F(Load, NamesTakeNoReferences) {
  source.environment["PW"] = "s3cr3t";
  EXPECT_THAT(lines(load_with("languages: [\"${env:PW}\"]\n")),
              ElementsAre(HasSubstr("\"${env:PW}\" is not a language of this release")));
}

TEST_F(Load, TheDatabasesPasswordIsASecret) {
  source.environment["PW"] = "s3cr3t-and-long";
  source.environment["WEAK"] = "changeme";
  const auto store = [&](const std::string& text) {
    return lines(load_with("store: " + text + "\n"));
  };
  source.environment["URL"] = "postgresql://u:s3cr3t-and-long@db/x";
  EXPECT_THAT(store("${env:URL}"), IsEmpty());
  EXPECT_THAT(store("postgresql://u:${env:PW}@db/x"), IsEmpty());
  EXPECT_THAT(store("postgresql://db/x"), IsEmpty());
  EXPECT_THAT(store("postgresql://u@db/x"), IsEmpty());
  EXPECT_THAT(store("postgresql://u:hunter22@db/x"),
              ElementsAre(HasSubstr("warning: \"store\" is a secret that stands in the file")));
  EXPECT_THAT(store("postgresql://u:${env:WEAK}@db/x"),
              ElementsAre(HasSubstr("warning: \"store\" holds a placeholder")));
  EXPECT_THAT(store("postgresql://u:hunter22@db/x\nmode: production"),
              ElementsAre(HasSubstr("error: \"store\" is a secret that stands in the file")));
}

TEST_F(Load, IncludesJoinTheirMappings) {
  source.files["conf/texts/faq.yaml"] = "faq: {wifi: {es: a, en: b}}\ninclude: [more.yaml]\n";
  source.files["conf/texts/more.yaml"] = "faq: {pool: {es: c, en: d}}\nlog: {level: warn}\n";
  const auto loaded = load_with("include: [texts/faq.yaml]\nfaq: {pets: {es: e, en: f}}\n");
  EXPECT_THAT(lines(loaded), IsEmpty());
  EXPECT_EQ(loaded.pipeline.faq.size(), 3U);
  EXPECT_EQ(loaded.pipeline.log.level, LogLevel::warn);
}

TEST_F(Load, FindingsNameTheIncludedFile) {
  source.files["conf/faq.yaml"] = "\nlog: {level: loud, file: '${env:NONE}'}\n";
  EXPECT_THAT(lines(load_with("include: [faq.yaml]\n")),
              ElementsAre(HasSubstr("conf/faq.yaml:2:14: error: \"loud\""),
                          "conf/faq.yaml:2:26: error: no variable NONE"));
}

TEST_F(Load, WhatTwoFilesSayIsTold) {
  source.files["conf/a.yaml"] = "tenant: luna\nfaq: {wifi: {es: x, en: y}}\n";
  EXPECT_THAT(
      lines(load_with("faq: {wifi: {es: a, en: b}}\ninclude: [a.yaml]\n")),
      ElementsAre("conf/a.yaml:1:1: error: \"tenant\" stands also in conf/sol.yaml, line 1; "
                  "keep one of them",
                  "conf/a.yaml:2:7: error: \"wifi\" stands also in conf/sol.yaml, line 10; "
                  "keep one of them"));
}

TEST_F(Load, IncludesThatGoInCirclesOrNowhereAreTold) {
  source.files["conf/a.yaml"] = "include: [../conf/sol.yaml, b.yaml]\n";
  EXPECT_THAT(
      lines(load_with("include: [a.yaml, {b: c}]\n")),
      ElementsAre(HasSubstr("conf/a.yaml:1:11: error: conf/../conf/sol.yaml is included "
                            "twice, or by itself"),
                  HasSubstr("conf/a.yaml:1:29: error: no file conf/b.yaml"),
                  HasSubstr("conf/sol.yaml:10:19: error: a mapping is no file to include")));
  EXPECT_THAT(lines(load_with("include: a.yaml\n")),
              ElementsAre(HasSubstr("needed: include: a list of files, such as [faq.yaml]")));
}

TEST_F(Load, ThereIsAnEndToIncludes) {
  for (int i = 0; i < 200; ++i)
    source.files["conf/" + std::to_string(i)] = "include: [" + std::to_string(i + 1) + "]\n";
  EXPECT_THAT(lines(load_with("include: [0]\n")), ElementsAre(HasSubstr("more than 100 files")));
}

TEST_F(Load, AFileThatIsNotAMappingIsToldButNotShown) {
  source.files["conf/token"] = "s3cr3t\n";
  EXPECT_THAT(lines(load_with("include: [token]\n")),
              ElementsAre("conf/token:1:1: error: no keys and values in this file; such as tenant: "
                          "hotel-sol"));
}

TEST_F(Load, AFileThatIsNotThereIsTold) {
  EXPECT_THAT(lines(load_pipeline("nowhere.yaml", source)),
              ElementsAre("nowhere.yaml: error: no file nowhere.yaml"));
}

TEST_F(Load, ReadsTheFirstFileFromTheSource) {
  source.files["conf/sol.yaml"] = kLeast;
  EXPECT_THAT(lines(load_pipeline("conf/sol.yaml", source)), IsEmpty());
}

TEST_F(Load, PositionsOutliveTheLoading) {
  const auto loaded = load(kLeast);
  EXPECT_EQ(loaded.pipeline.position("pipeline[0].channels[0]"),
            (Position{"conf/sol.yaml", 9, 17}));
  EXPECT_EQ(loaded.pipeline.position("plugins.console.config.x"),
            (Position{"conf/sol.yaml", 5, 3}));
  EXPECT_EQ(loaded.pipeline.position("nowhere.at.all"), (Position{"conf/sol.yaml", 1, 1}));
}

}  // namespace
}  // namespace conserje
