#include "admin/tokens.hpp"

#include <charconv>
#include <iomanip>
#include <iostream>

#include "admin/token_area.hpp"
#include "cli/commands.hpp"
#include "cli/local_api.hpp"
#include "guard/system_random.hpp"
#include "pipeline/load.hpp"
#include "pipeline/source.hpp"
#include "store/migrate.hpp"

namespace conserje {
namespace {

constexpr std::string_view kPath = "/api/v1/admin/tokens";
constexpr std::int64_t kAtOnce = 200;

int fail(const std::string& message) {
  std::cerr << "conserje: " << message << '\n';
  return 1;
}

/// "90d", "12h", "30m"; nullopt: something else, or longer than a token may live.
std::optional<std::chrono::seconds> read_life(std::string_view text) {
  std::int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, count);
  if (failure != std::errc{} || stop + 1 != end || count < 1 || count > 1'000'000)
    return std::nullopt;
  const std::chrono::minutes unit(*stop == 'd'   ? 24 * 60
                                  : *stop == 'h' ? 60
                                  : *stop == 'm' ? 1
                                                 : 0);
  const std::chrono::seconds life = count * unit;
  if (life.count() == 0 || life > kLongestTokenLife) return std::nullopt;
  return life;
}

/// What one token is, whoever keeps it.
struct Known {
  std::string id;
  std::string name;
  std::vector<std::string> scopes;
  std::optional<std::int64_t> expires_ms;
  std::optional<std::int64_t> last_used_ms;
  std::optional<std::int64_t> revoked_ms;
};

/// Where tokens are kept: by the host that runs, or, when none does, in the store, which is then
/// free.
class Keeper {
 public:
  virtual ~Keeper() = default;
  /// The token itself.
  virtual Result<std::string> add(const Tokens::Wish& wish) = 0;
  virtual Result<std::vector<Known>> list(const std::string& after) = 0;
  /// False: there is no such token.
  virtual Result<bool> revoke(const std::string& id) = 0;
};

Error answered(const OutboundReply& reply) { return {ErrorClass::permanent, problem_of(reply)}; }

class Host final : public Keeper {
 public:
  explicit Host(LocalApi api) : api_(std::move(api)) {}

  Result<std::string> add(const Tokens::Wish& wish) override {
    Json body{{"name", wish.name}, {"scopes", wish.scopes}};
    if (wish.expires_in) body["expires_s"] = wish.expires_in->count() / 1'000;
    const auto reply = api_.call("POST", kPath, body.dump());
    if (!reply) return reply.error();
    if (reply->status != 201) return answered(*reply);
    return Json::parse(reply->body, nullptr, false).value("token", "");
  }

  Result<std::vector<Known>> list(const std::string& after) override {
    const auto reply = api_.call(
        "GET", std::string(kPath) + "?limit=" + std::to_string(kAtOnce) + "&after=" + after);
    if (!reply) return reply.error();
    if (reply->status != 200) return answered(*reply);
    const auto page = Json::parse(reply->body, nullptr, false);
    std::vector<Known> found;
    for (const auto& item : page["items"])
      found.push_back({.id = item.value("id", ""),
                       .name = item.value("name", ""),
                       .scopes = item["scopes"].get<std::vector<std::string>>(),
                       .expires_ms = time(item["expires_ms"]),
                       .last_used_ms = time(item["last_used_ms"]),
                       .revoked_ms = time(item["revoked_ms"])});
    return found;
  }

  Result<bool> revoke(const std::string& id) override {
    const auto reply = api_.call("DELETE", std::string(kPath) + "/" + id);
    if (!reply) return reply.error();
    if (reply->status == 404) return false;
    if (reply->status != 204) return answered(*reply);
    return true;
  }

 private:
  static std::optional<std::int64_t> time(const Json& value) {
    if (!value.is_number_integer()) return std::nullopt;
    return value.get<std::int64_t>();
  }

  LocalApi api_;
};

class Store final : public Keeper {
 public:
  static Result<std::unique_ptr<Keeper>> open(const Pipeline& pipeline) {
    std::error_code ignored;  // What cannot be made is said by the store.
    std::filesystem::create_directories(pipeline.data_dir, ignored);
    static const SystemClock clock;
    auto database = open_database(pipeline.store, {}, clock);
    if (!database) return database.error();
    if (const auto migrated = migrate(**database, clock.now()); !migrated) return migrated.error();
    return std::unique_ptr<Keeper>(new Store(*std::move(database), clock, pipeline.tenant));
  }

  Result<std::string> add(const Tokens::Wish& wish) override {
    auto issued = tokens_.issue(wish);
    if (!issued) return issued.error();
    return issued->token;
  }

  Result<std::vector<Known>> list(const std::string& after) override {
    const auto rows = tokens_.list(after, kAtOnce);
    if (!rows) return rows.error();
    const auto ms = [](const std::optional<WallTime>& time) -> std::optional<std::int64_t> {
      if (!time) return std::nullopt;
      return time->time_since_epoch().count();
    };
    std::vector<Known> found;
    for (const auto& row : *rows)
      found.push_back(
          {row.id, row.name, row.scopes, ms(row.expires), ms(row.last_used), ms(row.revoked)});
    return found;
  }

  Result<bool> revoke(const std::string& id) override { return tokens_.revoke(id); }

 private:
  Store(std::unique_ptr<Database> database, const Clock& clock, const std::string& tenant)
      : database_(std::move(database)),
        tokens_({.rows = rows_, .clock = clock, .random = random_, .tenant = tenant}) {}

  std::unique_ptr<Database> database_;
  SystemRandom random_{};
  ApiTokens rows_{*database_};
  Tokens tokens_;
};

/// Says what is wrong itself; null then.
std::unique_ptr<Keeper> find_keeper(const std::filesystem::path& config) {
  const SystemSource source;
  const auto loaded = load_pipeline(config, source);
  if (has_errors(loaded.findings)) {
    std::cerr << report(loaded.findings);
    return nullptr;
  }
  auto api = LocalApi::find(loaded.pipeline);
  if (api) return std::make_unique<Host>(*std::move(api));
  if (api.error().error_class == ErrorClass::auth) {
    fail(api.error().message);
    return nullptr;
  }
  auto store = Store::open(loaded.pipeline);
  if (store) return *std::move(store);
  fail(store.error().message +
       "\n    a host that runs keeps its tokens itself; this needs the "
       "section `admin` in its configuration, and a start with it");
  return nullptr;
}

std::string date_of(const std::optional<std::int64_t>& ms, const std::string& never) {
  if (!ms) return never;
  const std::chrono::year_month_day date(
      std::chrono::floor<std::chrono::days>(WallTime(Millis(*ms))));
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", int(date.year()), unsigned(date.month()),
                unsigned(date.day()));
  return text;
}

void print(const Known& token, std::int64_t now_ms) {
  std::cout << token.id << "  " << std::left << std::setw(24) << token.name << "  expires "
            << date_of(token.expires_ms, "never") << "  last used "
            << date_of(token.last_used_ms, "never");
  if (token.revoked_ms) {
    std::cout << "  REVOKED " << date_of(token.revoked_ms, "");
  } else if (token.expires_ms && *token.expires_ms <= now_ms) {
    std::cout << "  EXPIRED";
  }
  for (const auto& scope : token.scopes) std::cout << "  " << scope;
  std::cout << '\n';
}

/// What is wrong with a scope; empty: nothing.
std::string flaw_of(const std::string& scope) {
  const std::vector<std::string> known(std::begin(kScopes), std::end(kScopes));
  if (std::ranges::find(known, scope) != known.end()) return {};
  const auto near = did_you_mean(scope, known);
  return in_quotes(scope) + " is no scope; " + (near.empty() ? "" : near + " ") +
         "the scopes are " + joined(known);
}

}  // namespace

int tokens_add_command(const std::filesystem::path& config, const std::string& name,
                       const std::vector<std::string>& scopes, const std::string& expires) {
  Tokens::Wish wish{.name = name, .scopes = scopes};
  for (const auto& scope : scopes)
    if (const auto flaw = flaw_of(scope); !flaw.empty()) return fail(flaw);
  if (name.empty() || name.size() > kLongestTokenName)
    return fail("--name takes 1 to " + std::to_string(kLongestTokenName) + " bytes");
  if (!expires.empty()) {
    const auto life = read_life(expires);
    if (!life)
      return fail("--expires takes 30m, 12h or 90d, at most ten years; found " +
                  in_quotes(expires));
    wish.expires_in = *life;
  }
  const auto keeper = find_keeper(config);
  if (!keeper) return 1;
  const auto token = keeper->add(wish);
  if (!token) return fail(token.error().message);
  std::cerr << "This is shown once, and kept nowhere:\n";
  std::cout << *token << '\n';
  return 0;
}

int tokens_list_command(const std::filesystem::path& config) {
  const auto keeper = find_keeper(config);
  if (!keeper) return 1;
  const auto now_ms = SystemClock().now().time_since_epoch().count();
  std::string after;
  while (true) {
    const auto tokens = keeper->list(after);
    if (!tokens) return fail(tokens.error().message);
    for (const auto& token : *tokens) print(token, now_ms);
    if (tokens->empty()) return 0;
    after = tokens->back().id;
  }
}

int tokens_revoke_command(const std::filesystem::path& config, const std::string& id) {
  const auto keeper = find_keeper(config);
  if (!keeper) return 1;
  const auto revoked = keeper->revoke(id);
  if (!revoked) return fail(revoked.error().message);
  if (!*revoked) return fail("there is no token " + in_quotes(id) + ", or it was revoked before");
  std::cout << "revoked " << id << '\n';
  return 0;
}

}  // namespace conserje
