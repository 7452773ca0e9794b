#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/result.hpp"
#include "guard/random.hpp"

/// The files of minisign 0.11 as values: keys and detached signatures (Ed25519 over the BLAKE2b-512
/// of a file). By libsodium, which nothing else in the room sees. All functions are pure but for
/// what a Random gives; threads: any.
/// Source: https://jedisct1.github.io/minisign/#signature-format, and #public-key-format, and
/// #private-key-format there.
namespace conserje {

/// BLAKE2b-512 of a file. As text 128 hexadecimal digits, as coreutils' b2sum prints them.
struct Digest {
  std::array<unsigned char, 64> bytes{};

  auto operator<=>(const Digest&) const = default;
};

Digest digest_of(std::string_view bytes);
std::string to_string(const Digest& digest);
/// None: `text` is not 128 hexadecimal digits.
std::optional<Digest> parse_digest(std::string_view text);

/// Which key pair; chosen at random when it is made.
struct MinisignKeyId {
  std::array<unsigned char, 8> bytes{};

  auto operator<=>(const MinisignKeyId&) const = default;
};

/// 16 digits, as minisign shows it: "DD913EB4218FB287".
std::string to_string(const MinisignKeyId& id);

struct MinisignPublicKey {
  MinisignKeyId id{};
  std::array<unsigned char, 32> point{};

  bool operator==(const MinisignPublicKey&) const = default;
};

/// An unlocked key pair; its bytes are wiped when it goes.
struct MinisignSecretKey {
  MinisignKeyId id{};
  std::array<unsigned char, 64> seed_and_point{};

  ~MinisignSecretKey();
  MinisignPublicKey public_key() const;
  bool operator==(const MinisignSecretKey&) const = default;
};

struct MinisignSignature {
  /// Over the file's digest ("ED"), as minisign makes them today; before 0.10 over the file ("Ed").
  bool is_prehashed = true;
  MinisignKeyId key_id{};
  std::array<unsigned char, 64> of_file{};
  std::string trusted_comment{};               // Signed as well, by of_comment.
  std::array<unsigned char, 64> of_comment{};  // Over of_file and trusted_comment.

  bool operator==(const MinisignSignature&) const = default;
};

/// The largest file of minisign's that is read, in bytes.
inline constexpr std::size_t kMinisignFileLimit = 16 * 1024;
/// The largest trusted comment, in bytes, as in minisign.
inline constexpr std::size_t kTrustedCommentLimit = 8 * 1024;

/// How much work it takes to try one password: libsodium's opslimit and memlimit (bytes).
struct ScryptCost {
  std::uint64_t operations = 0;
  std::uint64_t memory = 0;

  bool operator==(const ScryptCost&) const = default;
};

/// What minisign takes: some seconds and 1 GiB. A file that asks for more is refused.
inline constexpr ScryptCost kScryptSensitive{33'554'432, 1'073'741'824};
/// Some tenths of a second and 16 MiB.
inline constexpr ScryptCost kScryptInteractive{524'288, 16'777'216};

/// The text of a .pub file, or its second line alone (what `minisign -P` takes). Errors: permanent,
/// with what is wrong with it.
Result<MinisignPublicKey> parse_public_key(std::string_view text);
/// One line without its end: "RW...".
std::string print_line(const MinisignPublicKey& key);
/// The text of a .pub file.
std::string print(const MinisignPublicKey& key);

/// The text of a secret key's file. `password` is not looked at when the key has none. Errors:
/// permanent, it is no such file; auth, the password is wrong; retry, memory for it is lacking.
Result<MinisignSecretKey> parse_secret_key(std::string_view text, std::string_view password);
/// The text of a secret key's file without password. Holds a secret.
std::string print(const MinisignSecretKey& key);
/// The same under a password. Errors: retry, memory is lacking.
Result<std::string> print_locked(const MinisignSecretKey& key, std::string_view password,
                                 Random& random, const ScryptCost& cost = kScryptSensitive);

/// A new key pair. `random` must be of the kind that secrets may be made of.
MinisignSecretKey generate_key(Random& random);

/// The text of a .minisig file. Errors: permanent, with what is wrong with it.
Result<MinisignSignature> parse_signature(std::string_view text);
std::string print(const MinisignSignature& signature);

/// Signs a file by its digest. Errors: permanent, the comment is too long or has control
/// characters.
Result<MinisignSignature> sign(const MinisignSecretKey& key, const Digest& digest,
                               std::string trusted_comment);

enum class SignatureVerdict : unsigned char {
  good,
  other_key,      // It was made with another key pair.
  other_file,     // It is not of this file, or was changed.
  other_comment,  // The trusted comment is not the one that was signed.
};

/// Judges a prehashed signature; one of the file itself is of another file.
SignatureVerdict verify(const MinisignSignature& signature, const MinisignPublicKey& key,
                        const Digest& digest);
/// Judges either form.
SignatureVerdict verify_file(const MinisignSignature& signature, const MinisignPublicKey& key,
                             std::string_view bytes);

}  // namespace conserje
