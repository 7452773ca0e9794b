#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "conserje/channel.hpp"
#include "mime.hpp"

namespace conserje::gmail {

/// Whose mailbox it is, and whose word on senders counts.
struct Mailbox {
  std::string address{};      // Lower case.
  std::string authserv_id{};  // Of the server that writes Authentication-Results: mx.google.com.
};

/// What the mailbox says of a mail, besides its bytes.
struct Stored {
  std::string id{};           // The key of de-duplication.
  std::string fetch_key{};    // Finds the mail again in this transport.
  std::string thread_id{};    // Empty: the mailbox knows no threads.
  std::int64_t at_ms = 0;     // When it arrived.
  std::size_t size = 0;       // Bytes.
  bool is_truncated = false;  // Only its headers were read, because it is too large.
};

/// A mail as events: one message, and what a bounce in it says of a mail of ours. Mails of machines
/// are `automated` and of the type system; they must never be answered. Pure.
channel::EmitRequest to_events(const Mail& mail, const Stored& stored, const Mailbox& mailbox);

/// Whether the mail server vouches for the From address: the topmost Authentication-Results is of
/// `authserv_id` and says dmarc=pass, or dkim=pass for the domain of the address or one above it.
bool is_verified(const Mail& mail, std::string_view authserv_id);

/// Why a mail is a machine's, in a word; empty: a person may have written it. Source: RFC 3834.
std::string_view automated_because(const Mail& mail, std::string_view own_address);

/// A media reference is where the mail is and which part of it: "198a1b2c3d4e5f60#2".
std::string to_reference(std::string_view fetch_key, std::size_t part);
struct MediaPlace {
  std::string fetch_key{};
  std::size_t part = 0;

  bool operator==(const MediaPlace&) const = default;
};
/// Errors: permanent, it is no such reference.
Result<MediaPlace> read_reference(std::string_view reference);

}  // namespace conserje::gmail
