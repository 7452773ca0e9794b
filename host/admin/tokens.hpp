#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/endpoint.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"
#include "store/api_tokens.hpp"

namespace conserje {

/// The parts of "cj_<id>_<secret>": the id may be seen, the secret is 256 random bits in lower-case
/// hexadecimal digits. Borrowed.
struct TokenParts {
  std::string_view id;
  std::string_view secret;

  bool operator==(const TokenParts&) const = default;
};

/// nullopt: it has not the form of a token. Pure.
std::optional<TokenParts> read_token(std::string_view text);

/// What argon2id costs for one token. The secret is random, so this guards against nothing but a
/// stolen table and a broken generator; more than the least advised (OWASP: 19 MiB, two passes)
/// would be felt in the host's memory.
struct HashCost {
  unsigned long long passes = 2;
  std::size_t bytes = 19 * 1024 * 1024;
};

/// How many verified tokens are remembered at most.
inline constexpr std::size_t kRememberedTokens = 256;

/// Makes, verifies and ends API tokens. A token is stored as its argon2id hash alone. That a token
/// fits its hash is remembered for a while by its SHA-256, so that not every request pays for the
/// hash; whether it was revoked or has expired is read from the store each time. Threads: any; but
/// issue() and verify() may take a tenth of a second: not the I/O thread.
class Tokens {
 public:
  /// All but the values are borrowed and outlive the Tokens.
  struct Parts {
    ApiTokens& rows;
    const Clock& clock;
    Random& random;
    std::string tenant;
    Millis remember{300'000};  // How long a verified token is not hashed again.
    HashCost cost{};
  };
  struct Wish {
    std::string name{};
    std::vector<std::string> scopes{};
    std::optional<Millis> expires_in{};
  };
  struct Issued {
    std::string token{};  // Told once, kept nowhere.
    ApiTokenRow row{};
  };

  /// Throws std::runtime_error when libsodium has no randomness.
  explicit Tokens(Parts parts);

  /// Makes a token and stores its hash. Errors: those of ApiTokens; retry, there is no memory for a
  /// hash.
  Result<Issued> issue(const Wish& wish);
  /// Makes the token of this machine's commands: all scopes, until the next one is made or the host
  /// ends; kept in memory alone. Its hash is SHA-256: 256 random bits cannot be guessed, and the
  /// start does not wait.
  std::string issue_local();

  /// Who `token` is. Errors: auth, it is not valid, was revoked, or has expired; those of Database.
  Result<Caller> verify(std::string_view token);
  /// Whether `token` was let in lately: verify() will not hash, and most likely lets it in again.
  bool remembers(std::string_view token) const;
  /// Whether verify() will hash: not what is remembered, nor what has not the form of a token.
  bool must_hash(std::string_view token) const;

  /// After id `after`, at most `limit`, those that ended too.
  Result<std::vector<ApiTokenRow>> list(const std::string& after, std::int64_t limit) const;
  /// False: there is no such token, or it was revoked before.
  Result<bool> revoke(const std::string& id);

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Memory {
    std::string hash;  // That it fitted.
    MonotonicTime until;
  };

  std::string random_hex(std::size_t bytes);
  Result<std::string> hash_of(std::string_view token) const;
  bool fits(const std::string& hash, std::string_view token, const Digest& digest);
  void waste_a_hash(std::string_view token);
  void remember(const Digest& digest, const std::string& hash);
  Result<Caller> verify_local(const Digest& digest) const;

  const Parts parts_;
  mutable std::mutex mutex_{};  // Guards what follows.
  std::map<Digest, Memory> remembered_{};
  std::optional<Digest> local_{};
  std::string nobodys_hash_{};
};

}  // namespace conserje
