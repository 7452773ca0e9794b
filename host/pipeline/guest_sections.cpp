#include "pipeline/guest_sections.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

namespace conserje {
namespace {

using namespace std::chrono_literals;
using Kind = YamlValue::Kind;

constexpr std::size_t kLongestFlag = 63;

bool is_flag(std::string_view name) {
  return !name.empty() && name.size() <= kLongestFlag && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

/// "on", "off", or a percentage.
std::optional<unsigned> share_of(const std::string& text) {
  if (text == "on") return 100;
  if (text == "off") return 0;
  const auto percent = whole_number<unsigned>(text);
  return percent && *percent <= 100 ? percent : std::nullopt;
}

bool is_link(std::string_view text) {
  return text.starts_with("https://") && text.size() > std::string_view("https://").size() &&
         text.find_first_of(" \t\n") == std::string_view::npos;
}

/// Degrees from -`most` to `most`.
auto degrees(double most) {
  return [most](const std::string& text) -> std::optional<double> {
    double value = 0;
    const auto* end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc{} || stop != end || !(value >= -most && value <= most)) return {};
    return value;
  };
}

}  // namespace

void read_flags(const Reading& reading, Section& top, std::map<std::string, unsigned>& out) {
  const std::string needed = "on, off or a percentage by feature, such as {spa.offers: 50}";
  top.each_entry("flags", needed, [&](const YamlEntry& entry, const std::string& path) {
    if (!is_flag(entry.key))
      return reading.complain(entry.at, path, "\"" + entry.key + "\" is not a name for a feature",
                              "", "a-z, 0-9, \".\", \"_\", \"-\", at most 63, such as spa.offers");
    const auto written =
        entry.value.kind == Kind::scalar ? reading.resolve_text(entry.value, path) : std::nullopt;
    const auto share = written ? share_of(written->text) : std::nullopt;
    if (!share)
      return reading.complain(entry.value.at, path, "this is no share of the guests", "",
                              "on, off, or a whole number from 0 to 100");
    out[entry.key] = *share;
  });
}

/// Its keys are known, and read in vain, where the section is missing.
void read_reviews(const Reading& reading, Section& top, std::optional<Reviews>& out) {
  const bool is_there = top.peek("reviews") != nullptr;
  Reviews read;
  top.section("reviews", [&](Section& reviews) {
    const std::string needed = "links by name, such as {Google: \"https://g.page/r/...\"}";
    reviews.each_entry("links", needed, [&](const YamlEntry& entry, const std::string& path) {
      const auto link =
          entry.value.kind == Kind::scalar ? reading.resolve_text(entry.value, path) : std::nullopt;
      if (!link || !is_link(link->text))
        return reading.complain(entry.value.at, path, "this is no link for guests", "",
                                "a URL that begins with https://");
      read.links[entry.key] = link->text;
    });
    if (is_there) reviews.require("links");
    reviews.duration("after_s", read.after, 0s, 30 * 24h);
    reviews.duration("within_s", read.within, 1h, 60 * 24h);
  });
  if (is_there) out = std::move(read);
}

/// Its keys are known, and read in vain, where the section is missing.
void read_location(Section& hotel, std::optional<MapPoint>& out) {
  const bool is_there = hotel.peek("location") != nullptr;
  MapPoint point;
  hotel.section("location", [&](Section& place) {
    place.read("latitude", point.latitude, "degrees from -90 to 90, such as -24.7883", degrees(90));
    place.read("longitude", point.longitude, "degrees from -180 to 180, such as -65.4106",
               degrees(180));
    if (!is_there) return;
    place.require("latitude");
    place.require("longitude");
  });
  if (!is_there) return;
  hotel.require("address");  // What a channel without a map says instead.
  out = point;
}

}  // namespace conserje
