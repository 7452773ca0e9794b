#include <charconv>
#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <unordered_map>
#include <utility>

#include "store/dialect.hpp"
#include "store/driver.hpp"

/// PostgreSQL by libpqxx 6.4. No prepared statements, advisory locks, LISTEN or session settings:
/// behind a transaction pooler each transaction may meet another server process. Source:
/// https://www.postgresql.org/docs/15/errcodes-appendix.html, .../libpq-connect.html.
namespace conserje {
namespace {

using namespace std::chrono_literals;
using Scope = StoreError::Scope;

StoreError away(std::string_view why) {
  return {Scope::connection,
          {ErrorClass::retry, "store: PostgreSQL is away: " + std::string(why), 1s}};
}

/// The first line: the next ones may quote values, and with them a guest's data.
std::string first_line(const std::exception& error) {
  const std::string_view text = error.what();
  return std::string(text.substr(0, text.find('\n')));
}

StoreError failure_of(const pqxx::sql_error& error) {
  const std::string state = error.sqlstate();
  const auto is = [&state](std::string_view prefix) { return state.starts_with(prefix); };
  const auto with = [&](Scope scope, ErrorClass error_class, const std::string& message) {
    Error described{error_class, "store: " + message + " (PostgreSQL " + state + ")"};
    if (error_class == ErrorClass::retry) described.retry_after = 5s;
    return StoreError(scope, std::move(described));
  };
  if (is("22") || is("23"))
    return with(Scope::work, ErrorClass::permanent, "the row is not accepted");
  if (is("40") || is("55P03"))
    return with(Scope::again, ErrorClass::retry, "lost to other transactions");
  if (is("53100"))
    return with(Scope::batch, ErrorClass::retry,
                "the disk of the database server is full, free some space; nothing was stored");
  if (is("53"))
    return with(Scope::batch, ErrorClass::retry, "the database server is short of resources");
  if (is("08") || is("57P")) return away(first_line(error));
  if (is("42501")) return with(Scope::work, ErrorClass::config, first_line(error));
  if (is("25006"))
    return with(Scope::batch, ErrorClass::config,
                "the database server takes no writes, name the primary");
  if (is("XX001") || is("XX002"))
    return with(Scope::connection, ErrorClass::config,
                "the database is damaged, restore a backup: " + first_line(error));
  return with(Scope::work, ErrorClass::bug, first_line(error));
}

/// Where libpqxx's exceptions end.
template <class F>
auto guarded(F f) -> decltype(f()) {
  const auto in_doubt = [](const std::exception& error) {
    return StoreError(Scope::connection, {ErrorClass::deadline,
                                          "store: the connection broke during a commit, which may "
                                          "have happened: " +
                                              first_line(error)});
  };
  try {
    return f();
  } catch (const pqxx::in_doubt_error& error) {
    throw in_doubt(error);
  } catch (const pqxx::statement_completion_unknown& error) {
    throw in_doubt(error);
  } catch (const pqxx::broken_connection& error) {
    throw away(first_line(error));
  } catch (const pqxx::transaction_rollback& error) {
    throw StoreError(Scope::again, {ErrorClass::retry,
                                    "store: lost to other transactions: " + first_line(error), 1s});
  } catch (const pqxx::sql_error& error) {
    throw failure_of(error);
  } catch (const pqxx::failure& error) {
    throw away(first_line(error));
  }
}

/// PostgreSQL's own types, by their numbers in pg_type.
enum Type : pqxx::oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700
};

template <class Number>
Number number_of(const pqxx::field& field) {
  Number number{};
  std::from_chars(field.c_str(), field.c_str() + field.size(), number);
  return number;
}

Value value_of(const pqxx::field& field, pqxx::oid type) {
  if (field.is_null()) return std::monostate();
  switch (type) {
    case kBool: return std::int64_t{field.c_str()[0] == 't'};
    case kInt2:
    case kInt4:
    case kInt8: return number_of<std::int64_t>(field);
    case kFloat4:
    case kFloat8:
    case kNumeric: return number_of<double>(field);
    case kBytea: return Blob{pqxx::binarystring(field).str()};
    default: return std::string(field.c_str(), field.size());
  }
}

/// A parameter as the text that PostgreSQL reads.
struct AsText {
  std::string operator()(std::monostate) const { return {}; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return pqxx::to_string(number); }
  std::string operator()(std::string_view text) const {
    if (text.find('\0') != std::string_view::npos) refuse_nul();
    return std::string(text);
  }
  std::string operator()(Parameter::Bytes bytes) const {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex = "\\x";
    for (const char character : bytes.bytes) {
      const auto byte = static_cast<unsigned char>(character);
      hex += kDigits[byte >> 4];
      hex += kDigits[byte & 15];
    }
    return hex;
  }
};

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(const std::string& url, Access access)
      : access_(access),
        connection_(guarded([&] { return std::make_unique<pqxx::connection>(url); })) {}

  void begin(Survives survives) override {
    guarded([&] {
      if (access_ == Access::write) {
        transaction_ = std::make_unique<pqxx::transaction<pqxx::read_committed>>(*connection_);
        if (survives == Survives::crash) transaction_->exec("SET LOCAL synchronous_commit = off");
      } else {
        transaction_ = std::make_unique<pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>>(
            *connection_);
      }
    });
  }
  void commit() override {
    guarded([this] { transaction_->commit(); });
    transaction_.reset();
  }
  void run_script(std::string_view sql) override {
    guarded([&] { transaction_->exec(translate(sql, kPostgresDialect)); });
  }

 private:
  void undo() noexcept override {
    transaction_.reset();
  }  // Its destructor rolls back, and throws nothing.

  pqxx::result run(std::string_view sql, std::span<const Parameter> parameters) {
    std::vector<std::string> texts;
    texts.reserve(parameters.size());
    for (const auto& parameter : parameters)
      texts.push_back(std::visit(AsText(), parameter.value()));
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const bool null = std::holds_alternative<std::monostate>(parameters[i].value());
      values.push_back(null ? nullptr : texts[i].c_str());
    }
    return guarded([&] {
      return transaction_->exec_params(translated(sql), pqxx::prepare::make_dynamic_params(values));
    });
  }

  const std::string& translated(std::string_view sql) {
    const auto [found, is_new] = translated_.try_emplace(std::string(sql));
    if (is_new) found->second = translate(sql, kPostgresDialect);
    return found->second;
  }

  std::int64_t execute_with(std::string_view sql, std::span<const Parameter> parameters) override {
    return static_cast<std::int64_t>(run(sql, parameters).affected_rows());
  }

  Rows query_with(std::string_view sql, std::span<const Parameter> parameters) override {
    const auto result = run(sql, parameters);
    std::vector<std::string> columns;
    std::vector<pqxx::oid> types;
    for (pqxx::row_size_type i = 0; i < result.columns(); ++i) {
      columns.emplace_back(result.column_name(i));
      types.push_back(result.column_type(i));
    }
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(result.size()) * columns.size());
    for (const auto& row : result)
      for (const auto& field : row) values.push_back(value_of(field, types[field.num()]));
    return {std::move(columns), std::move(values)};
  }

  /// The library prints notices ("already exists, skipping") to standard error otherwise.
  struct Silence final : pqxx::errorhandler {
    using errorhandler::errorhandler;
    bool operator()(const char[]) noexcept override { return false; }
  };

  const Access access_;
  std::unique_ptr<pqxx::connection> connection_;
  Silence silence_{*connection_};
  std::unique_ptr<pqxx::transaction_base> transaction_;
  std::unordered_map<std::string, std::string> translated_;  // Bounded by the number of SQL texts.
};

/// `url` with `name=value`, unless it says something about `name` already.
std::string with_default(std::string url, const std::string& name, const std::string& value) {
  if (url.find(name + "=") != std::string::npos) return url;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + name + "=" + value;
}

class PostgresDriver final : public Driver {
 public:
  /// A server that vanished without a word is noticed after 15 s, not after TCP's quarter of an
  /// hour.
  explicit PostgresDriver(std::string url)
      : url_(with_default(with_default(std::move(url), "connect_timeout", "5"), "tcp_user_timeout",
                          "15000")) {}

  std::unique_ptr<Connection> connect(Access access) override {
    return std::make_unique<PostgresConnection>(url_, access);
  }
  void tidy_up(Connection&, bool) noexcept override {}  // The server does.

 private:
  const std::string url_;
};

}  // namespace

std::unique_ptr<Driver> postgres_driver(std::string url) {
  return std::make_unique<PostgresDriver>(std::move(url));
}

}  // namespace conserje
