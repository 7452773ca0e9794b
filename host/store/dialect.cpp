#include "store/dialect.hpp"

#include <algorithm>

#include "store/driver.hpp"

namespace conserje {
namespace {

std::string_view spelling(std::string_view token, const Dialect& dialect) {
  if (token == "identity") return dialect.identity;
  if (token == "blob") return dialect.blob;
  if (token == "bytewise") return dialect.bytewise;
  if (token == "lock") return dialect.lock;
  if (token == "skip_locked") return dialect.skip_locked;
  throw StoreError(StoreError::Scope::work,
                   {ErrorClass::bug, "store: SQL with the unknown token " + std::string(token)});
}

}  // namespace

std::string translate(std::string_view sql, const Dialect& dialect) {
  std::string out;
  out.reserve(sql.size() + 32);
  for (std::size_t at = 0; at < sql.size();) {
    if (sql.substr(at, 2) == "{{") {
      const auto end = std::min(sql.find("}}", at), sql.size() - 2);
      out += spelling(sql.substr(at + 2, end - at - 2), dialect);
      at = end + 2;
    } else if (sql.substr(at, 2) == "--") {  // A comment is left out: it may hold anything.
      at = std::min(sql.find('\n', at), sql.size());
    } else if (sql[at] ==
               '\'') {  // A literal is passed on as it is; '' inside it is two literals to us.
      const auto end = sql.find('\'', at + 1);
      const auto size = end == std::string_view::npos ? sql.size() - at : end - at + 1;
      out += sql.substr(at, size);
      at += size;
    } else {
      out += sql[at] == '$' ? dialect.parameter : sql[at];
      ++at;
    }
  }
  return out;
}

}  // namespace conserje
