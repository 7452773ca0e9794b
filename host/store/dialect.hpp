#pragma once

#include <string>
#include <string_view>

namespace conserje {

/// What the two databases spell differently; see database.hpp for the tokens' meaning.
struct Dialect {
  std::string_view identity;
  std::string_view blob;
  std::string_view bytewise;
  std::string_view lock;
  std::string_view skip_locked;
  char parameter;  // What stands before a parameter's number.
};

inline constexpr Dialect kSqliteDialect{.identity = "INTEGER PRIMARY KEY",
                                        .blob = "BLOB",
                                        .bytewise = "",
                                        .lock = "",
                                        .skip_locked = "",
                                        .parameter = '?'};
inline constexpr Dialect kPostgresDialect{
    .identity = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    .blob = "BYTEA",
    .bytewise = "COLLATE \"C\"",
    .lock = "FOR UPDATE",
    .skip_locked = "FOR UPDATE SKIP LOCKED",
    .parameter = '$'};

/// `sql` as the database of `dialect` wants it. An unknown token throws StoreError, class `bug`.
std::string translate(std::string_view sql, const Dialect& dialect);

}  // namespace conserje
