#include "admin/tokens.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

namespace conserje {
namespace {

constexpr std::string_view kPrefix = "cj_";
constexpr std::string_view kLocalId = "local";
constexpr std::size_t kLongestId = 16;
constexpr std::size_t kIdBytes = 6;
constexpr std::size_t kSecretBytes = 32;
constexpr Millis kTouchEvery{60'000};  // Between two records of a token's use.
constexpr int kMostTries = 3;          // To find an id that is free.

bool is_made_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::array<unsigned char, 32> sha256(std::string_view text) {
  static_assert(crypto_hash_sha256_BYTES == 32);
  std::array<unsigned char, 32> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size());
  return digest;
}

/// Takes as long for any other hash of the same cost.
bool matches(const std::string& hash, std::string_view token) {
  return crypto_pwhash_str_verify(hash.c_str(), token.data(), token.size()) == 0;
}

std::string token_text(std::string_view id, std::string_view secret) {
  return std::string(kPrefix).append(id).append("_").append(secret);
}

Error refused(std::string message) { return {ErrorClass::auth, std::move(message)}; }

}  // namespace

std::optional<TokenParts> read_token(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  const auto underscore = text.find('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  const TokenParts parts{.id = text.substr(0, underscore), .secret = text.substr(underscore + 1)};
  const bool good = is_made_of(parts.id, "abcdefghijklmnopqrstuvwxyz0123456789") &&
                    parts.id.size() <= kLongestId && is_made_of(parts.secret, "0123456789abcdef") &&
                    parts.secret.size() == 2 * kSecretBytes;
  if (!good) return std::nullopt;
  return parts;
}

Tokens::Tokens(Parts parts) : parts_(std::move(parts)) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not find randomness");
}

std::string Tokens::random_hex(std::size_t bytes) {
  std::vector<std::byte> random(bytes);
  parts_.random.fill(random);
  std::string text(2 * bytes + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(random.data()),
                 bytes);
  text.pop_back();
  return text;
}

Result<std::string> Tokens::hash_of(std::string_view token) const {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), token.data(), token.size(), parts_.cost.passes,
                        parts_.cost.bytes) != 0)
    return Error{ErrorClass::retry, "there is no memory to hash an API token"};
  return std::string(hash.data());
}

Result<Tokens::Issued> Tokens::issue(const Wish& wish) {
  const auto now = parts_.clock.now();
  for (int attempt = 0; attempt < kMostTries; ++attempt) {
    const auto id = random_hex(kIdBytes);
    Issued issued{.token = token_text(id, random_hex(kSecretBytes)), .row = {}};
    const auto hash = hash_of(issued.token);
    if (!hash) return hash.error();
    issued.row = {.id = id,
                  .tenant = parts_.tenant,
                  .name = wish.name,
                  .hash = *hash,
                  .scopes = wish.scopes,
                  .created = now};
    if (wish.expires_in) issued.row.expires = now + *wish.expires_in;
    const auto added = parts_.rows.add(issued.row);
    if (!added) return added.error();
    if (*added) return issued;
  }
  return Error{ErrorClass::bug, "the ids of tokens are not random"};
}

std::string Tokens::issue_local() {
  auto token = token_text(kLocalId, random_hex(kSecretBytes));
  const std::lock_guard lock(mutex_);
  local_ = sha256(token);
  return token;
}

Result<Caller> Tokens::verify(std::string_view token) {
  const auto parts = read_token(token);
  if (!parts) return refused("these credentials are no API token of this host");
  const auto digest = sha256(token);
  if (parts->id == kLocalId) return verify_local(digest);

  const auto row = parts_.rows.find(parts_.tenant, std::string(parts->id));
  if (!row) return row.error();
  if (!*row) {
    waste_a_hash(token);
    return refused("the API token is not valid");
  }
  const auto& known = **row;
  if (!fits(known.hash, token, digest)) return refused("the API token is not valid");
  const auto now = parts_.clock.now();
  if (known.revoked) return refused("the API token was revoked");
  if (known.expires && *known.expires <= now) return refused("the API token has expired");
  if (!known.last_used || now - *known.last_used >= kTouchEvery)
    parts_.rows.touch(parts_.tenant, known.id, now);
  return Caller{.id = known.id, .scopes = known.scopes};
}

Result<Caller> Tokens::verify_local(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  if (!local_ || sodium_memcmp(local_->data(), digest.data(), digest.size()) != 0)
    return refused("the API token is not valid");
  return Caller{.id = std::string(kLocalId), .scopes = {"*"}};
}

bool Tokens::fits(const std::string& hash, std::string_view token, const Digest& digest) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = remembered_.find(digest);
    if (found != remembered_.end() && found->second.hash == hash &&
        parts_.clock.monotonic() < found->second.until)
      return true;
  }
  if (!matches(hash, token)) return false;
  remember(digest, hash);
  return true;
}

/// So that the time of an answer does not tell which ids exist.
void Tokens::waste_a_hash(std::string_view token) {
  std::string hash;
  {
    const std::lock_guard lock(mutex_);
    hash = nobodys_hash_;
  }
  if (hash.empty()) {
    const auto made = hash_of(random_hex(kSecretBytes));
    const std::lock_guard lock(mutex_);
    if (made) nobodys_hash_ = *made;
    return;
  }
  (void)matches(hash, token);
}

void Tokens::remember(const Digest& digest, const std::string& hash) {
  const auto now = parts_.clock.monotonic();
  const std::lock_guard lock(mutex_);
  std::erase_if(remembered_, [&](const auto& entry) { return entry.second.until <= now; });
  if (remembered_.size() >= kRememberedTokens)
    remembered_.erase(std::ranges::min_element(
        remembered_, {}, [](const auto& entry) { return entry.second.until; }));
  remembered_[digest] = {hash, now + parts_.remember};
}

bool Tokens::remembers(std::string_view token) const {
  const auto parts = read_token(token);
  if (!parts) return false;
  const auto digest = sha256(token);
  if (parts->id == kLocalId) return verify_local(digest).has_value();
  const std::lock_guard lock(mutex_);
  const auto found = remembered_.find(digest);
  return found != remembered_.end() && parts_.clock.monotonic() < found->second.until;
}

bool Tokens::must_hash(std::string_view token) const {
  const auto parts = read_token(token);
  return parts && parts->id != kLocalId && !remembers(token);
}

Result<std::vector<ApiTokenRow>> Tokens::list(const std::string& after, std::int64_t limit) const {
  return parts_.rows.list(parts_.tenant, after, limit);
}

Result<bool> Tokens::revoke(const std::string& id) {
  return parts_.rows.revoke(parts_.tenant, id, parts_.clock.now());
}

}  // namespace conserje
