#include "http/source.hpp"

#include <algorithm>
#include <optional>

#include "guard/http_text.hpp"

namespace conserje {
namespace {

constexpr std::string_view kHeader = "x-forwarded-for";
constexpr unsigned kCustomerBits = 64;

/// Takes the last line off `block`; a proxy that adds a line of its own adds it at the end.
std::string_view take_last_line(std::string_view& block) {
  if (block.ends_with('\n')) block.remove_suffix(1);
  const auto before = block.rfind('\n');
  const auto start = before == std::string_view::npos ? 0 : before + 1;
  const auto line = block.substr(start);
  block = block.substr(0, start);
  return line;
}

/// Takes the last entry off a list.
std::string_view take_last_entry(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto entry =
      without_blanks(comma == std::string_view::npos ? list : list.substr(comma + 1));
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return entry;
}

/// An address, with a port or in brackets as some proxies write it.
std::optional<Address> read_entry(std::string_view entry) {
  if (entry.starts_with('[')) return parse_address(entry.substr(1, entry.find(']') - 1));
  if (std::ranges::count(entry, ':') == 1) entry = entry.substr(0, entry.find(':'));
  return parse_address(entry);
}

class Search {
 public:
  Search(const Address& peer, std::span<const Network> trusted) : found_(peer), trusted_(trusted) {}

  const Address& found() const { return found_; }

  bool goes_on() const {
    return !ended_ && std::ranges::any_of(trusted_, [this](const Network& network) {
      return network.contains(found_);
    });
  }
  void take(std::string_view entry) {
    if (const auto address = read_entry(entry)) {
      found_ = *address;
    } else {
      ended_ = true;
    }
  }

 private:
  Address found_;
  std::span<const Network> trusted_;
  bool ended_ = false;
};

}  // namespace

std::string source_of(std::string_view peer, std::string_view header_block,
                      std::span<const Network> trusted_proxies) {
  const auto address = parse_address(peer);
  if (!address) return std::string(peer);
  Search search(*address, trusted_proxies);
  while (!header_block.empty() && search.goes_on()) {
    const auto line = take_last_line(header_block);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equals_ignoring_case(line.substr(0, colon), kHeader))
      continue;
    auto list = line.substr(colon + 1);
    while (!list.empty() && search.goes_on()) search.take(take_last_entry(list));
  }
  return to_string(search.found());
}

std::string counted_as(std::string_view source) {
  const auto address = parse_address(source);
  if (!address || address->is_v4()) return std::string(source);
  return to_string(network_of(*address, kCustomerBits).first) + "/64";
}

}  // namespace conserje
