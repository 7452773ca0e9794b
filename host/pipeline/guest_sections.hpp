#pragma once

#include <map>
#include <optional>
#include <string>

#include "pipeline/pipeline.hpp"
#include "pipeline/section.hpp"

/// Sections of the file about what guests get: features, reviews, the place on the map.
namespace conserje {

void read_flags(const Reading& reading, Section& top, std::map<std::string, unsigned>& out);
void read_reviews(const Reading& reading, Section& top, std::optional<Reviews>& out);
/// `location` of the hotel, whose `address` has been read and is then needed.
void read_location(Section& hotel, std::optional<MapPoint>& out);

}  // namespace conserje
