#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"

namespace conserje {

using Json = nlohmann::json;  ///< A tree.

/// Appends one JSON text to a string, without a tree in between: a webhook's messages are written
/// at the speed of a copy. Bytes that are not UTF-8 become U+FFFD. Commas are placed by the writer;
/// keys must be plain ASCII.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}  // Borrowed.

  void begin_object() { open('{'); }  ///< Then key() and a value, each.
  void end_object() { close('}'); }   ///< Of the object that is open.
  void begin_array() { open('['); }   ///< Then values.
  void end_array() { close(']'); }    ///< Of the array that is open.

  void key(std::string_view name) {  ///< Of the value that is written next.
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    needs_comma_ = false;
  }
  ///@{
  void value(std::string_view text) {  ///< One value; a text in quotes, a tree as it is.
    comma();
    append_quoted(text);
    needs_comma_ = true;
  }
  void value(const std::string& text) { value(std::string_view(text)); }  ///< As text.
  void value(const char* text) { value(std::string_view(text)); }         ///< As text.
  void value(bool flag) { raw(flag ? "true" : "false"); }                 ///< As true or false.
  void value(std::integral auto number) { raw(std::to_string(number)); }  ///< In full.
  void value(double number) { raw(Json(number).dump()); }  ///< The shortest that reads back.
  void value(const Json& json) { raw(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }
  template <class T>
  void value(const std::vector<T>& items) {  ///< As an array.
    begin_array();
    for (const auto& item : items) value(item);
    end_array();
  }
  template <class T>
    requires requires(JsonWriter& w, const T& v) { write(w, v); }
  void value(const T& object) {  ///< By its write().
    write(*this, object);
  }
  ///@}
  /// A text that is JSON already.
  void raw(std::string_view json) {
    comma();
    out_ += json;
    needs_comma_ = true;
  }

  template <class T>
  void member(std::string_view name, const T& item) {  ///< key() and value().
    key(name);
    value(item);
  }
  /// Leaves out what is empty, zero, false or null.
  template <class T>
  void optional_member(std::string_view name, const T& item) {
    if constexpr (requires { item.has_value(); }) {
      if (item) member(name, *item);
    } else if constexpr (std::same_as<T, Json>) {
      if (!item.is_null()) member(name, item);
    } else if constexpr (requires { item.empty(); }) {
      if (!item.empty()) member(name, item);
    } else {
      if (item != T{}) member(name, item);
    }
  }

 private:
  void comma() {
    if (needs_comma_) out_ += ',';
  }
  void open(char bracket) {
    comma();
    out_ += bracket;
    needs_comma_ = false;
  }
  void close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
  }

  /// By byte: stands in a JSON text as it is.
  static constexpr std::array<bool, 256> kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
    return plain;
  }();
  static bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

  void append_quoted(std::string_view text) {
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && is_plain(text[end])) ++end;
      out_.append(text, at, end - at);
      at = end;
      if (at < text.size()) at += append_special(text.substr(at));
    }
    out_ += '"';
  }

  /// Writes the escape, the multi-byte character or the replacement that `rest` begins with; says
  /// how many bytes.
  std::size_t append_special(std::string_view rest) {
    const auto first = static_cast<unsigned char>(rest[0]);
    switch (first) {
      case '"': out_ += "\\\""; return 1;
      case '\\': out_ += "\\\\"; return 1;
      case '\n': out_ += "\\n"; return 1;
      case '\r': out_ += "\\r"; return 1;
      case '\t': out_ += "\\t"; return 1;
      default: break;
    }
    if (first < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(first));
      out_ += escape;
      return 1;
    }
    const std::size_t length = utf8_length(rest);
    if (length == 0) {
      out_ += "\xEF\xBF\xBD";
      return 1;
    }
    out_.append(rest, 0, length);
    return length;
  }

  /// Bytes of the well-formed multi-byte character at the front of `rest`, or 0 (Unicode 15, table
  /// 3-7).
  static std::size_t utf8_length(std::string_view rest) {
    const auto at = [&](std::size_t i) {
      return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    const unsigned second = at(1);
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
      if (first == 0xE0 && second < 0xA0) return 0;
      if (first == 0xED && second > 0x9F) return 0;
      return follows(1) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
      if (first == 0xF0 && second < 0x90) return 0;
      if (first == 0xF4 && second > 0x8F) return 0;
      return follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
  }

  std::string& out_;
  bool needs_comma_ = false;
};

/// `value` as JSON text. T: a struct with write(JsonWriter&, const T&), as the generated ones have.
template <class T>
std::string encode(const T& value) {
  std::string text;
  JsonWriter writer(text);
  writer.value(value);
  return text;
}

// The helpers of the generated read() functions. They throw std::runtime_error; decode() is the
// seam.

inline void expect_object(const Json& json, const char* what) {  ///< `what`: its name.
  if (!json.is_object())
    throw std::runtime_error(std::string(what) + ": an object is needed, found " +
                             json.type_name());
}

inline void read(const Json& json, Json& value) { value = json; }  ///< Anything.
inline void read(const Json& json, std::string& value) {           ///< A text.
  if (!json.is_string())
    throw std::runtime_error(std::string("a string is needed, found ") + json.type_name());
  value = json.get_ref<const std::string&>();
}
inline void read(const Json& json, bool& value) {  ///< true or false.
  if (!json.is_boolean())
    throw std::runtime_error(std::string("true or false is needed, found ") + json.type_name());
  value = json.get<bool>();
}
inline void read(const Json& json, std::int64_t& value) {  ///< A whole number.
  if (!json.is_number_integer())
    throw std::runtime_error(std::string("an integer is needed, found ") + json.type_name());
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    throw std::runtime_error("an integer below 2^63 is needed");
  value = json.get<std::int64_t>();
}
inline void read(const Json& json, double& value) {  ///< Any number.
  if (!json.is_number())
    throw std::runtime_error(std::string("a number is needed, found ") + json.type_name());
  value = json.get<double>();
}
template <class T>
void read(const Json& json, std::vector<T>& values) {  ///< An array of what reads as T.
  if (!json.is_array())
    throw std::runtime_error(std::string("an array is needed, found ") + json.type_name());
  values.clear();
  for (const auto& item : json) read(item, values.emplace_back());
}
template <class T>
void read(const Json& json, std::optional<T>& value) {  ///< What reads as T.
  read(json, value.emplace());
}

template <class T>
void read_optional_member(const Json& json, const char* name, T& value) {  ///< Null: none.
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return;
  try {
    read(*found, value);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(name) + ": " + error.what());
  }
}
template <class T>
void read_member(const Json& json, const char* name, T& value) {  ///< It must be there.
  if (!json.contains(name)) throw std::runtime_error(std::string(name) + ": is missing");
  read_optional_member(json, name, value);
}

/// JSON text as a tree. Errors: permanent, it is not JSON; the message says where, and nothing of
/// the text, which may be a guest's. The one place where nlohmann's exceptions end.
inline Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return Error{ErrorClass::permanent, "not JSON: at byte " + std::to_string(error.byte)};
  } catch (const std::exception& error) {
    return Error{ErrorClass::permanent, std::string("not JSON: ") + error.what()};
  }
}

/// A JSON tree as a T. Errors: permanent, naming the property that does not fit.
template <class T>
Result<T> from_tree(const Json& json) {
  try {
    T value{};
    read(json, value);
    return value;
  } catch (const std::exception& error) {
    return Error{ErrorClass::permanent, error.what()};
  }
}

/// JSON text as a T; an empty text is {}.
template <class T>
Result<T> decode(std::string_view text) {
  const auto json = parse_json(text.empty() ? std::string_view("{}") : text);
  if (!json) return json.error();
  return from_tree<T>(*json);
}

}  // namespace conserje
