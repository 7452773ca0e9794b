#include "vcard.hpp"

#include <string>
#include <utility>

#include "jid.hpp"

namespace conserje::waha {
namespace {

using channel::Contact;

constexpr std::size_t kMostEntries = 16;  // Numbers or addresses of one card.

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper(c);
  return out;
}

/// One line with the lines that continue it: those that begin with a blank.
std::string take_line(std::string_view& rest) {
  std::string line;
  bool is_first = true;
  while (!rest.empty() && (is_first || rest.front() == ' ' || rest.front() == '\t')) {
    if (!is_first) rest.remove_prefix(1);
    is_first = false;
    const auto end = rest.find('\n');
    line += rest.substr(0, end);
    if (line.ends_with('\r')) line.pop_back();
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return line;
}

/// A value without its escapes.
std::string plain(std::string_view value) {
  std::string out;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '\\' || at + 1 == value.size()) {
      out += value[at];
      continue;
    }
    const char escaped = value[++at];
    out += escaped == 'n' || escaped == 'N' ? ' ' : escaped;
  }
  return out;
}

/// What comes before the first semicolon that is not escaped.
std::string_view first_component(std::string_view value) {
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == ';') return value.substr(0, at);
    if (value[at] == '\\') ++at;
  }
  return value;
}

/// The value of a parameter such as waid in "TEL;type=CELL;waid=34600112233"; empty: not there.
std::string_view parameter(std::string_view head, std::string_view name) {
  while (true) {
    const auto semicolon = head.find(';');
    if (semicolon == std::string_view::npos) return {};
    head.remove_prefix(semicolon + 1);
    const auto one = head.substr(0, head.find(';'));
    const auto equals = one.find('=');
    if (equals != std::string_view::npos && upper(one.substr(0, equals)) == name)
      return one.substr(equals + 1);
  }
}

/// The number as E.164 where the card says enough, else as it stands.
std::string phone(std::string_view waid, std::string_view value) {
  if (is_digits(waid)) return "+" + std::string(waid);
  std::string digits;
  for (const char c : value)
    if (is_digits({&c, 1}) || (c == '+' && digits.empty())) digits += c;
  const bool is_international = digits.size() > 1 && digits.front() == '+';
  return is_international ? digits : std::string(value);
}

/// Takes one line into the card that is open.
void read_line(std::string_view line, Contact& card) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon + 1 == line.size()) return;
  auto head = line.substr(0, colon);
  const auto value = line.substr(colon + 1);
  auto name = upper(head.substr(0, head.find(';')));
  if (const auto dot = name.find('.'); dot != std::string::npos) name.erase(0, dot + 1);
  if (name == "FN")
    card.name = plain(value);
  else if (name == "TEL" && card.phones.size() < kMostEntries)
    card.phones.push_back(phone(parameter(head, "WAID"), value));
  else if (name == "EMAIL" && card.emails.size() < kMostEntries)
    card.emails.push_back(plain(value));
  else if (name == "ORG")
    card.organisation = plain(first_component(value));
}

}  // namespace

std::vector<Contact> read_vcards(std::string_view text) {
  std::vector<Contact> cards;
  Contact card;
  while (!text.empty() && cards.size() < kMostCards) {
    const auto line = take_line(text);
    const auto word = upper(line);
    if (word == "BEGIN:VCARD") card = {};
    if (word != "END:VCARD") {
      read_line(line, card);
      continue;
    }
    if (card.name.empty() && !card.phones.empty()) card.name = card.phones.front();
    if (!card.name.empty()) cards.push_back(std::exchange(card, {}));
  }
  return cards;
}

}  // namespace conserje::waha
