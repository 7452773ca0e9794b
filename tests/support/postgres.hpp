#pragma once

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace conserje {

/// The URL of the server that the ctest fixture `postgres` started (tests/support/postgres), or of
/// the one that the environment variable CONSERJE_TEST_POSTGRES names. Throws when there is none: a
/// store that was tried on one database only has not been tried.
inline std::string postgres_url() {
  if (const char* url = std::getenv("CONSERJE_TEST_POSTGRES")) return url;
  std::ifstream file(CONSERJE_POSTGRES_FOLDER "/url");
  std::string url;
  if (!std::getline(file, url))
    throw std::runtime_error(
        "no PostgreSQL for the tests: run them by ctest, or run tests/support/postgres "
        "start " CONSERJE_POSTGRES_FOLDER);
  return url;
}

}  // namespace conserje
