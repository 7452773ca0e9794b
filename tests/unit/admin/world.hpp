#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "admin/tokens.hpp"
#include "guard/system_random.hpp"
#include "store/migrate.hpp"
#include "support/fake_clock.hpp"

namespace conserje {

/// The value of a result; without one the test fails with the error's text.
template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// Tokens in a store of their own, with the cheapest hash that there is.
class TokenWorld {
 public:
  ~TokenWorld() {
    database.reset();
    std::filesystem::remove_all(folder);
  }

  std::string issue(std::vector<std::string> scopes,
                    std::optional<Millis> expires_in = std::nullopt) {
    return value_of(tokens.issue(
                        {.name = "test", .scopes = std::move(scopes), .expires_in = expires_in}))
        .token;
  }

  FakeClock clock{};
  SystemRandom random{};
  std::filesystem::path folder = make_folder();
  std::unique_ptr<Database> database = open();
  ApiTokens rows{*database};
  Tokens tokens{{.rows = rows,
                 .clock = clock,
                 .random = random,
                 .tenant = "hotel-sol",
                 .remember = Millis(60'000),
                 .cost = {.passes = 1, .bytes = 8 * 1024}}};

 private:
  static std::filesystem::path make_folder() {
    std::string name = std::filesystem::temp_directory_path() / "conserje-admin-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    return name;
  }
  std::unique_ptr<Database> open() {
    auto opened = value_of(open_database("sqlite:" + (folder / "host.db").string(), {}, clock));
    value_of(migrate(*opened, clock.now()));
    return opened;
  }
};

}  // namespace conserje
