#pragma once

#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje::waha {

/// Where a file of a message is fetched from.
struct MediaPlace {
  std::string url{};
  bool needs_key = true;  // False: a presigned link, to which our key must not go.

  bool operator==(const MediaPlace&) const = default;
};

/// The place of the link `url` that WAHA gave. Its host is WAHA's idea of itself, often localhost,
/// and gives way to `base`; only paths below /api/files/ are taken. A link into the bucket at
/// `s3_url` is taken as it is. Pure. Errors: config, the link points elsewhere; permanent, it is no
/// link of WAHA's. Source: https://waha.devlike.pro/docs/how-to/receive-messages/ (files),
/// /how-to/storages/ (S3)
Result<MediaPlace> place_of(std::string_view url, std::string_view base, std::string_view s3_url);

}  // namespace conserje::waha
