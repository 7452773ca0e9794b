#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "conserje/time.hpp"
#include "guard/clock.hpp"
#include "guard/network.hpp"
#include "ops/log.hpp"
#include "pipeline/finding.hpp"

/// The YAML file as plain types. Each default stands here and nowhere else; config/reference.yaml
/// explains every key to operators, and a test holds the two together. Values: immutable once
/// loaded, shared between threads.
///
/// Paths: what is read together with the configuration (`include`, `plugin_path`, `use: ./x.so`,
/// `${file:...}`) is relative to the file that names it; what the host writes (`data_dir`, `store`,
/// `log.file`) to the working folder.
namespace conserje {

enum class Mode : unsigned char {
  development,
  production,  // Refuses placeholder secrets and secrets written into the file.
};

/// On the map, WGS 84 degrees.
struct MapPoint {
  double latitude = 0;
  double longitude = 0;

  bool operator==(const MapPoint&) const = default;
};

/// What guests are told about the house.
struct Hotel {
  std::string name{};  // Required.
  std::string address{};
  std::optional<MapPoint> location{};  // Where the house is; nullopt: told in words alone.
  std::string phone{};
  std::chrono::minutes check_in{15 * 60};  // Since midnight, in Pipeline::time_zone.
  std::chrono::minutes check_out{11 * 60};
  /// Until when a guest may stay on the day of departure if he asks; nullopt: the staff decides.
  std::optional<std::chrono::minutes> latest_check_out{};

  bool operator==(const Hotel&) const = default;
};

/// Within one day, in minutes since midnight: `from` inclusive, `to` exclusive and later.
struct DaySpan {
  std::chrono::minutes from{};
  std::chrono::minutes to{};

  bool operator==(const DaySpan&) const = default;
};

/// When the staff is there, in Pipeline::time_zone.
struct BusinessHours {
  /// By std::chrono::weekday::c_encoding(): Sunday is 0. A day without spans is closed.
  std::array<std::vector<DaySpan>, 7> week{};
  std::vector<Date> holidays{};                                // Closed, whatever the weekday.
  std::vector<std::string> gates{"human", "service_request"};  // Intents that need the staff.
  std::vector<std::string> urgent{"complaint"};  // Intents that go to a person at any hour.

  bool operator==(const BusinessHours&) const = default;
};

struct Listen {
  std::string address = "127.0.0.1";  // IPv4, or IPv6 without its brackets.
  std::uint16_t port = 8080;          // 0: any free one

  bool operator==(const Listen&) const = default;
};

/// Where a plugin's code runs.
enum class Isolation : unsigned char {
  in_process,            // In the host's own.
  process,               // In a worker, a process of its own.
  process_per_instance,  // The same: each entry of `plugins` is one instance with its own worker.
};

/// How a worker is confined.
enum class Sandbox : unsigned char {
  required,   // By all that there is, or the host does not start.
  available,  // By what this kernel offers; the status says what is missing.
  off,
};

/// The admin listener; without its section there is none.
struct AdminSettings {
  Listen listen{.address = "127.0.0.1", .port = 8081};
  unsigned max_connections = 256;
  std::size_t body_bytes = 64 * 1024;
  unsigned failures_per_minute = 120;  // Of one source, with credentials that do not verify.
  Millis token_memory{300'000};        // How long a verified token is not hashed again.

  bool operator==(const AdminSettings&) const = default;
};

/// A channel's template that carries a reply to a guest who wrote too long ago for a free text.
struct ReplyTemplate {
  std::string name{};                              // The provider's; its body has one place.
  std::map<std::string, std::string> languages{};  // Ours to the provider's, such as es: es_AR.

  bool operator==(const ReplyTemplate&) const = default;
};

/// When a worker that has died is started again.
struct RestartRules {
  unsigned deaths = 5;            // At most kMostDeaths. As many, without a good call between them,
  Millis within{60'000};          // within this time: quarantine.
  Millis quarantine{5 * 60'000};  // Until it is tried again.

  static constexpr unsigned kMostDeaths = 64;
  bool operator==(const RestartRules&) const = default;
};

/// One configured plugin.
struct PluginUse {
  std::string name{};     // The key; also the last part of /webhooks/<name>.
  std::string kind{};     // "channel", "pms", ... from `use: kind/name`; empty for a file, whose
                          // manifest says it.
  std::string use{};      // "channel/console"; for a file the path as it is opened.
  bool required = false;  // Without it the host does not start, and is not ready.
  std::optional<Isolation> isolation{};  // Not set: as its file's origin asks for.
  bool allow_unsigned = false;  // May run in the host's process though nobody vouches for it.
  bool allow_rollback = false;  // May be older than the lock file says.
  Millis deadline{10'000};
  unsigned max_in_flight = 8;
  unsigned max_waiting = 64;  // Calls that wait for one of those to end; more are refused.
  Sandbox sandbox = Sandbox::available;              // Of its worker.
  unsigned memory_limit_mb = 512;                    // Of its worker.
  std::optional<ReplyTemplate> reply_template{};     // Of a channel.
  RestartRules restart{};                            // Of its worker.
  nlohmann::json config = nlohmann::json::object();  // As written until check_config() has run.

  /// Of every value in `config`, by JSON pointer; "" is the plugin itself.
  std::map<std::string, Position> positions{};
  /// The JSON pointers whose text came from a ${...} reference.
  std::set<std::string> referenced{};

  bool is_file() const { return kind.empty(); }
  bool operator==(const PluginUse&) const = default;
};

/// One key of `trust.keys`.
struct TrustKey {
  std::string name{};              // The vendor's, for people and lock files.
  std::string key{};               // minisign's public key, "RW...".
  std::vector<std::string> ids{};  // Plugins that it may sign; "*" stands for anything.

  bool operator==(const TrustKey&) const = default;
};

inline constexpr unsigned kConformanceLevels = 10;  // Of `conserje-plugin test`.

/// Whom plugins' files may come from, besides the build of this host.
struct Trust {
  std::vector<TrustKey> keys{};
  std::vector<std::string> deny{};  // BLAKE2b-512 of files that must not run, in hexadecimal.
  std::filesystem::path lock{};     // Of the plugins that were accepted; empty: none.
  /// What others made must have passed this level of the conformance kit, on the word of a key; 0:
  /// nothing is asked.
  unsigned require_conformance = 0;

  bool operator==(const Trust&) const = default;
};

/// Which doors lead to which understanding and which house.
struct Flow {
  std::vector<std::string> channels{};  // Plugin names; each stands in one flow only.
  std::string understand{};             // The nlu plugin's name.
  std::string pms{};                    // The pms plugin's name; `tables` where there are no rooms.
  std::vector<std::string> handlers{};  // Intents that are handled; empty: all.
  /// Channels that confirm in writing what these doors cannot, such as a reservation made by voice;
  /// the first one that `plugins` has.
  std::vector<std::string> confirm_by{};
  std::string speech{};   // The plugin that listens to voice notes; empty: guests must write.
  std::string speak{};    // The speech plugin that answers those who spoke; empty: in writing.
  std::string tables{};   // The pms plugin that reserves tables; empty: none does.
  bool has_rooms = true;  // Whether the house lets rooms: `pms` stands in the file.

  bool has_tables() const { return !tables.empty(); }
  /// The PMS plugins that this flow asks, each once.
  std::vector<std::string> pms_plugins() const;

  bool operator==(const Flow&) const = default;
};

/// Which events go to which sink.
struct Notify {
  std::string to{};                    // The sink plugin's name.
  std::vector<std::string> events{};   // Globs such as "reservation.*", see glob.hpp.
  std::vector<std::string> intents{};  // Only events of these intents; empty: all.

  bool operator==(const Notify&) const = default;
};

/// Guests who stayed are asked once for a review.
struct Reviews {
  std::map<std::string, std::string> links{};  // Where, by its name; at least one.
  Millis after{24 * 3'600'000};   // From the check-out, or when a table's time is over;
  Millis within{72 * 3'600'000};  // who was not asked so long after that never is.

  bool operator==(const Reviews&) const = default;
};

/// Texts by language.
using Translations = std::map<std::string, std::string>;

/// A try at once, then one after each wait, to which jitter is added; then a dead letter.
using RetrySchedule = std::vector<Millis>;

/// The HTTP listener.
struct HttpLimits {
  unsigned max_connections = 16'384;  // Beyond it the oldest incomplete request makes room.
  std::size_t header_bytes = 8 * 1024;
  Millis header_timeout{5'000};  // From the first byte to the end of the header.
  Millis body_timeout{15'000};
  Millis idle_timeout{60'000};         // Between two requests of one connection.
  unsigned failures_per_minute = 120;  // Of one source, with signatures that do not verify.

  bool operator==(const HttpLimits&) const = default;
};

struct ConversationLimits {
  unsigned workers = 4;
  Millis lease{60'000};  // A message leased by a host that died is free again after this.
  Millis session_ttl{24 * 3'600'000};
  unsigned messages_per_minute = 20;  // Of one guest; beyond it he is asked once to slow down.
  RetrySchedule retry{Millis(1'000), Millis(5'000), Millis(30'000), Millis(120'000)};

  bool operator==(const ConversationLimits&) const = default;
};

struct DeliveryLimits {
  unsigned workers = 8;  // One channel or sink gets half of them at most.
  Millis lease{60'000};
  /// A reply whose sending ended without an answer waits this long for the channel's own word (a
  /// delivery status) before it is sent again.
  Millis unknown_outcome_wait{60'000};
  RetrySchedule replies{Millis(5'000), Millis(30'000), Millis(120'000)};
  RetrySchedule events{Millis(5'000),         Millis(30'000),    Millis(120'000),
                       Millis(600'000),       Millis(3'600'000), Millis(6 * 3'600'000),
                       Millis(24 * 3'600'000)};

  bool operator==(const DeliveryLimits&) const = default;
};

/// How closely the providers of channels are watched. 0: not at all.
struct ChannelLimits {
  Millis health_every{180'000};
  Millis reconcile_every{300'000};  // What came in by the provider's own list, against ours.

  bool operator==(const ChannelLimits&) const = default;
};

/// Files that guests send.
struct MediaLimits {
  std::size_t max_bytes = 25 * 1024 * 1024;  // Of one file; a larger one is not fetched.
  unsigned keep_days = 30;

  bool operator==(const MediaLimits&) const = default;
};

struct Limits {
  HttpLimits http{};
  ConversationLimits conversation{};
  DeliveryLimits delivery{};
  ChannelLimits channels{};
  MediaLimits media{};

  bool operator==(const Limits&) const = default;
};

/// The whole configuration of one host.
struct Pipeline {
  Mode mode = Mode::development;
  std::string tenant{};     // Required: a-z, 0-9, "-", at most 63.
  std::string time_zone{};  // Required: IANA name, known to this machine.
  std::vector<std::string> languages{
      "es", "en"};  // The first one is spoken when the guest's is not known.
  Hotel hotel{};
  std::optional<BusinessHours> hours{};  // nullopt: the staff is always there.
  Listen listen{};
  std::string public_url{};  // Where vendors reach `listen` from outside; signatures of some cover
                             // it. May be empty.
  std::optional<AdminSettings> admin{};
  std::vector<Network> trusted_proxies{};  // Whose X-Forwarded-For is believed.
  std::filesystem::path data_dir = "data";
  std::string store{};  // "sqlite:<path>" or "postgresql://..."; default:
                        // sqlite:<data_dir>/<tenant>.db. Holds secrets.
  LogSettings log{};
  std::vector<std::filesystem::path> plugin_path{"/usr/lib/conserje/plugins"};
  Trust trust{};
  std::vector<PluginUse> plugins{};  // In the file's order.
  std::vector<Flow> flows{};         // `pipeline:`
  std::vector<Notify> notify{};
  std::optional<Reviews> reviews{};             // nullopt: nobody is asked.
  std::map<std::string, unsigned> flags{};      // Percent of guests, where the store says nothing.
  std::map<std::string, Translations> faq{};    // By topic: wifi, breakfast, parking, ...
  std::map<std::string, Translations> texts{};  // Replaces texts of the catalogues, by their key.
  Limits limits{};

  /// Where each key stands, by its path ("pipeline[0].channels[1]"), for findings that are made
  /// after loading.
  std::map<std::string, Position> positions{};

  /// Of the key, or of the nearest one around it that was written.
  Position position(std::string_view path) const;
  /// The plugin of that name, or null.
  const PluginUse* plugin(std::string_view name) const;

  bool operator==(const Pipeline&) const = default;
};

/// The languages whose texts ship with the host.
inline constexpr std::string_view kLanguages[] = {"es", "en", "pt"};

}  // namespace conserje
