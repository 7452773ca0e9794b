#include "document.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace conserje::document {
namespace {

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A UTF-16 code unit when `rest` begins with its escape (\ud83d), else 0.
unsigned escaped_unit(std::string_view rest) {
  unsigned unit = 0;
  if (rest.size() < 6 || rest[0] != '\\' || rest[1] != 'u') return 0;
  const auto [end, error] = std::from_chars(rest.data() + 2, rest.data() + 6, unit, 16);
  return error == std::errc() && end == rest.data() + 6 ? unit : 0;
}

/// `json` with each escaped half of a surrogate pair replaced by \ufffd.
std::string without_half_pairs(std::string_view json) {
  std::string out(json);
  for (std::size_t at = out.find('\\'); at < out.size(); at = out.find('\\', at)) {
    const unsigned unit = escaped_unit(std::string_view(out).substr(at));
    if (unit < 0xD800 || unit > 0xDFFF) {
      at += 2;
      continue;
    }
    const unsigned next =
        at + 6 <= out.size() ? escaped_unit(std::string_view(out).substr(at + 6)) : 0;
    if (unit <= 0xDBFF && next >= 0xDC00 && next <= 0xDFFF) {
      at += 12;
    } else {
      out.replace(at, 6, "\\ufffd");
      at += 6;
    }
  }
  return out;
}

Json to_tree(simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::ARRAY: {
      Json items = Json::array();
      for (const auto item : simdjson::dom::array(element)) items.push_back(to_tree(item));
      return items;
    }
    case element_type::OBJECT: {
      Json members = Json::object();
      for (const auto [key, value] : simdjson::dom::object(element))
        members[std::string(key)] = to_tree(value);
      return members;
    }
    case element_type::INT64: return std::int64_t(element);
    case element_type::UINT64: return std::uint64_t(element);
    case element_type::DOUBLE: return double(element);
    case element_type::STRING: return std::string_view(element);
    case element_type::BOOL: return bool(element);
    case element_type::NULL_VALUE: return nullptr;
  }
  return nullptr;
}

}  // namespace

Value::Value(simdjson::dom::element element) {
  if (!element.is_null()) element_ = element;
}

Value Value::operator[](std::string_view key) const {
  simdjson::dom::element member;
  if (key.data() == nullptr) key = "";  // Of a text that was missing; simdjson would compare it.
  if (!is_object() || element_->at_key(key).get(member) != simdjson::SUCCESS) return {};
  return Value(member);
}

Value::Iterator Value::begin() const {
  return Iterator(is_array() ? simdjson::dom::array(*element_).begin()
                             : simdjson::dom::array::iterator());
}

Value::Iterator Value::end() const {
  return Iterator(is_array() ? simdjson::dom::array(*element_).end()
                             : simdjson::dom::array::iterator());
}

std::size_t Value::size() const {
  std::size_t count = 0;
  for (auto item = begin(); item != end(); ++item) ++count;
  return count;
}

Value Value::first() const { return begin() == end() ? Value() : *begin(); }

std::string_view Value::view() const {
  std::string_view text;
  if (!element_ || element_->get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::string Value::text() const {
  if (element_ && element_->is_uint64()) return std::to_string(std::uint64_t(*element_));
  if (element_ && element_->is_int64()) return std::to_string(std::int64_t(*element_));
  return std::string(view());
}

bool Value::flag() const { return element_ && element_->is_bool() && bool(*element_); }

std::optional<std::int64_t> Value::integer() const {
  if (!element_) return std::nullopt;
  if (element_->is_int64()) return std::int64_t(*element_);
  return parsed<std::int64_t>(view());
}

std::optional<double> Value::number() const {
  if (!element_) return std::nullopt;
  const auto value = element_->is_number() ? double(*element_) : parsed<double>(view());
  return value && std::isfinite(*value) ? value : std::nullopt;
}

Json Value::tree() const { return element_ ? to_tree(*element_) : Json(); }

Result<Value> Document::parse(std::string_view text) {
  simdjson::dom::element root;
  auto error = text.empty() ? simdjson::EMPTY : parser_.allocate(text.size(), kMaxDepth);
  if (!error) error = parser_.parse(text.data(), text.size()).get(root);
  if (error == simdjson::STRING_ERROR) error = parser_.parse(without_half_pairs(text)).get(root);
  if (error)
    return Error{ErrorClass::permanent, std::string("not JSON: ") + simdjson::error_message(error)};
  return Value(root);
}

}  // namespace conserje::document
