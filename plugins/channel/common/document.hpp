#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/json.hpp"
#include "conserje/result.hpp"

namespace conserje::document {

/// A value in one of a vendor's JSON documents. Vendors leave members out, add new ones every
/// month, and send some numbers as texts; so whatever is absent, null or of another type reads as
/// empty. Borrowed from its Document, as are the views that it returns.
class Value {
 public:
  class Iterator;

  Value() = default;
  explicit Value(simdjson::dom::element element);

  /// There, and not null.
  explicit operator bool() const { return element_.has_value(); }
  bool is_object() const { return element_ && element_->is_object(); }
  bool is_array() const { return element_ && element_->is_array(); }

  /// The member of an object.
  Value operator[](std::string_view key) const;
  /// The items of an array.
  Iterator begin() const;
  Iterator end() const;
  std::size_t size() const;
  Value first() const;

  std::string_view view() const;  // Of a text.
  std::string text() const;       // Of a text, or of an integer: ids come as either.
  bool flag() const;
  std::optional<std::int64_t> integer() const;  // A number, or a text of digits.
  std::optional<double> number() const;         // Finite; a number, or a decimal text.

  /// A copy of all of it.
  Json tree() const;

 private:
  std::optional<simdjson::dom::element> element_{};
};

class Value::Iterator {
 public:
  explicit Iterator(simdjson::dom::array::iterator at) : at_(at) {}
  Value operator*() const { return Value(*at_); }
  Iterator& operator++() {
    ++at_;
    return *this;
  }
  bool operator==(const Iterator& other) const { return at_ == other.at_; }

 private:
  simdjson::dom::array::iterator at_;
};

/// Owns one parsed JSON text.
class Document {
 public:
  Document() = default;
  Document(const Document&) = delete;  // Values point into it.
  Document& operator=(const Document&) = delete;

  /// The root of `text`, valid as long as this object; once. Half a surrogate pair, which vendors
  /// leave where they cut a name within an emoji, becomes U+FFFD.
  /// Errors: permanent, it is not JSON in UTF-8, or nests deeper than kMaxDepth.
  Result<Value> parse(std::string_view text);

  static constexpr std::size_t kMaxDepth = 64;

 private:
  simdjson::dom::parser parser_{};
};

}  // namespace conserje::document
