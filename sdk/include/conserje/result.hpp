#pragma once

#include <cassert>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace conserje {

/// What the caller of a failed operation can do about it. The numbers are the ABI's (cj.h,
/// CJ_CLASS_*).
enum class ErrorClass : unsigned char {
  retry = 1,      // The same call may succeed later; wait `retry_after` if it is set.
  permanent = 2,  // This request will never succeed.
  auth = 3,       // Who sent it, or our own credential, was not accepted.
  config = 4,     // An operator must change the configuration.
  cancelled = 5,  // The caller asked for the end.
  deadline = 6,   // Time ran out; the outcome is unknown.
  bug = 7,        // The code of the callee is wrong.
};

/// The word for a class, as it stands in logs, SQL and JSON.
constexpr std::string_view to_string(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::retry: return "retry";
    case ErrorClass::permanent: return "permanent";
    case ErrorClass::auth: return "auth";
    case ErrorClass::config: return "config";
    case ErrorClass::cancelled: return "cancelled";
    case ErrorClass::deadline: return "deadline";
    case ErrorClass::bug: return "bug";
  }
  return "bug";
}

/// Why an operation failed: the class decides, the text is for people (no personal data, no
/// secrets).
struct Error {
  ErrorClass error_class = ErrorClass::bug;  ///< What can be done about it.
  std::string message{};                     ///< For people; UTF-8.
  /// How long the other side asked us to wait; only with `retry`.
  std::optional<std::chrono::milliseconds> retry_after{};
  /// The vendor's own code, such as "131047"; empty where it gave none.
  std::string vendor_code{};

  bool operator==(const Error&) const = default;
};

/// A value of T, or the Error that stood in its way. The shape of std::expected, which C++20 lacks.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;  ///< Of a success.

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      ///< A success.
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  ///< A failure.

  bool has_value() const { return state_.index() == 0; }  ///< Whether it is a success.
  explicit operator bool() const { return has_value(); }  ///< Whether it is a success.

  T& operator*() & { return value(); }               ///< As value().
  const T& operator*() const& { return value(); }    ///< As value().
  T&& operator*() && { return std::move(value()); }  ///< As value(), to move from.
  T* operator->() { return &value(); }               ///< As value().
  const T* operator->() const { return &value(); }   ///< As value().

  T& value() & {  ///< The value; only of a success.
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {  ///< The value; only of a success.
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const Error& error() const {  ///< The error; only of a failure.
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }

  bool operator==(const Result&) const = default;

 private:
  std::variant<T, Error> state_;
};

/// Success without a value: `return Done{};`.
struct Done {
  bool operator==(const Done&) const = default;
};
using Status = Result<Done>;  ///< Of what has no value.

}  // namespace conserje
