#include "plugin/minisign.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

namespace conserje {
namespace {

using Bytes = std::vector<unsigned char>;

constexpr std::string_view kUntrusted = "untrusted comment: ";
constexpr std::string_view kTrusted = "trusted comment: ";
constexpr std::string_view kEd25519 = "Ed";    // In keys, and in signatures of the file itself.
constexpr std::string_view kPrehashed = "ED";  // In signatures of the file's digest.
constexpr std::string_view kScrypt = "Sc";
constexpr std::string_view kNoPassword{"\0\0", 2};
constexpr std::string_view kBlake2 = "B2";
constexpr std::size_t kPublicSize = 2 + 8 + 32;
constexpr std::size_t kSignatureSize = 2 + 8 + 64;
constexpr std::size_t kSaltSize = 32;
constexpr std::size_t kChecksumSize = 32;
constexpr std::size_t kLockedSize = 8 + 64 + kChecksumSize;  // What the password hides.
constexpr std::size_t kSecretSize = 2 + 2 + 2 + kSaltSize + 8 + 8 + kLockedSize;

static_assert(kScryptSensitive.operations == crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE);
static_assert(kScryptSensitive.memory == crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE);
static_assert(kScryptInteractive.operations ==
              crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_INTERACTIVE);
static_assert(kScryptInteractive.memory == crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_INTERACTIVE);

Error wrong(const std::string& what) { return {ErrorClass::permanent, what}; }

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Reads fixed fields from the front of decoded bytes, whose size has been checked.
class Fields {
 public:
  explicit Fields(std::span<const unsigned char> bytes) : bytes_(bytes) {}

  std::string_view text(std::size_t size) {
    const auto taken = take(size);
    return {reinterpret_cast<const char*>(taken.data()), size};
  }
  template <std::size_t N>
  void read(std::array<unsigned char, N>& out) {
    std::ranges::copy(take(N), out.begin());
  }
  std::uint64_t number() {  // Little-endian.
    std::uint64_t value = 0;
    const auto taken = take(8);
    for (std::size_t i = 8; i-- > 0;) value = value << 8U | taken[i];
    return value;
  }
  std::span<const unsigned char> take(std::size_t size) {
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

 private:
  std::span<const unsigned char> bytes_;
};

void append(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }
void append(Bytes& out, std::span<const unsigned char> bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}
void append(Bytes& out, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    out.push_back(static_cast<unsigned char>(number >> shift));
}

/// Overwrites its bytes at the end of the scope; the vector may not grow meanwhile.
class Wiped {
 public:
  explicit Wiped(Bytes& bytes) : bytes_(bytes) {}
  ~Wiped() { sodium_memzero(bytes_.data(), bytes_.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  Bytes& bytes_;
};

std::string to_base64(std::span<const unsigned char> bytes) {
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // The NUL, which the length counts.
  return text;
}

/// None: it is not the base64 of exactly `size` bytes.
std::optional<Bytes> from_base64(std::string_view text, std::size_t size) {
  Bytes bytes(size);
  std::size_t count = 0;
  if (sodium_base642bin(bytes.data(), size, text.data(), text.size(), nullptr, &count, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      count != size)
    return std::nullopt;
  return bytes;
}

/// The lines of a file, without their ends; none when they are not `count`, or too much.
std::optional<std::vector<std::string_view>> lines_of(std::string_view text, std::size_t count) {
  if (text.size() > kMinisignFileLimit) return std::nullopt;
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
    if (lines.size() > count) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (lines.size() != count) return std::nullopt;
  return lines;
}

/// The bytes of a key's file: a comment, then `size` bytes in base64.
Result<Bytes> key_bytes(std::string_view text, std::size_t size, const std::string& what) {
  const auto lines = lines_of(text, 2);
  if (!lines) return wrong("it has not the two lines of " + what);
  if (!lines->front().starts_with(kUntrusted))
    return wrong("its first line does not begin with \"untrusted comment: \"");
  auto bytes = from_base64(lines->back(), size);
  if (!bytes)
    return wrong("its second line is not the base64 of " + std::to_string(size) + " bytes");
  return *std::move(bytes);
}

bool is_printable(std::string_view comment) {
  return std::ranges::all_of(comment, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string comment_line(const std::string& text) { return std::string(kUntrusted) + text + "\n"; }

// ---- Secret keys -------------------------------------------------------------------------------

std::array<unsigned char, kChecksumSize> checksum_of(const MinisignSecretKey& key) {
  std::array<unsigned char, kChecksumSize> sum{};
  Bytes bytes;
  bytes.reserve(kLockedSize);
  const Wiped wiped(bytes);
  append(bytes, kEd25519);
  append(bytes, key.id.bytes);
  append(bytes, key.seed_and_point);
  crypto_generichash_blake2b(sum.data(), sum.size(), bytes.data(), bytes.size(), nullptr, 0);
  return sum;
}

/// Hides or shows `bytes`: exclusive or with what scrypt makes of the password.
Status mask(std::span<unsigned char> bytes, std::string_view password,
            std::span<const unsigned char, kSaltSize> salt, const ScryptCost& cost) {
  Bytes stream(bytes.size());
  const Wiped wiped(stream);
  if (crypto_pwhash_scryptsalsa208sha256(stream.data(), stream.size(), password.data(),
                                         password.size(), salt.data(), cost.operations,
                                         static_cast<std::size_t>(cost.memory)) != 0)
    return Error{ErrorClass::retry,
                 "no memory for the password: " + std::to_string(cost.memory) + " bytes"};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] ^= stream[i];
  return Done{};
}

/// The pair whose secret half is `seed`.
std::array<unsigned char, 64> pair_of(std::span<const unsigned char, 32> seed) {
  std::array<unsigned char, 64> pair{};
  std::array<unsigned char, 32> point{};
  crypto_sign_ed25519_seed_keypair(point.data(), pair.data(), seed.data());
  return pair;
}

bool is_a_pair(const MinisignSecretKey& key) {
  return MinisignSecretKey{key.id, pair_of(std::span(key.seed_and_point).first<32>())} == key;
}

struct LockedKey {
  std::string_view checksum_method;
  std::string_view lock;
  std::array<unsigned char, kSaltSize> salt{};
  ScryptCost cost{};
};

LockedKey read_head(Fields& fields) {
  LockedKey head{.checksum_method = {}, .lock = fields.text(2)};
  head.checksum_method = fields.text(2);
  fields.read(head.salt);
  head.cost.operations = fields.number();
  head.cost.memory = fields.number();
  return head;
}

std::string secret_file(std::string_view lock, std::span<const unsigned char, kSaltSize> salt,
                        const ScryptCost& cost, std::span<const unsigned char> locked) {
  Bytes bytes;
  bytes.reserve(kSecretSize);
  const Wiped wiped(bytes);
  append(bytes, kEd25519);
  append(bytes, lock);
  append(bytes, kBlake2);
  append(bytes, salt);
  append(bytes, cost.operations);
  append(bytes, cost.memory);
  append(bytes, locked);
  return comment_line("minisign encrypted secret key") + to_base64(bytes) + "\n";
}

/// The part of the file that a password hides, in the clear.
Bytes unlocked_part(const MinisignSecretKey& key) {
  Bytes bytes;
  bytes.reserve(kLockedSize);
  append(bytes, key.id.bytes);
  append(bytes, key.seed_and_point);
  append(bytes, checksum_of(key));
  return bytes;
}

// ---- Signatures --------------------------------------------------------------------------------

/// What the second signature covers.
Bytes with_comment(const MinisignSignature& signature) {
  Bytes bytes;
  append(bytes, signature.of_file);
  append(bytes, signature.trusted_comment);
  return bytes;
}

SignatureVerdict judge(const MinisignSignature& signature, const MinisignPublicKey& key,
                       std::span<const unsigned char> message) {
  const auto covers = [&](const auto& made, std::span<const unsigned char> bytes) {
    return crypto_sign_ed25519_verify_detached(made.data(), bytes.data(), bytes.size(),
                                               key.point.data()) == 0;
  };
  if (signature.key_id != key.id) return SignatureVerdict::other_key;
  if (!covers(signature.of_file, message)) return SignatureVerdict::other_file;
  if (!covers(signature.of_comment, with_comment(signature)))
    return SignatureVerdict::other_comment;
  return SignatureVerdict::good;
}

}  // namespace

// ---- Digests and ids ---------------------------------------------------------------------------

Digest digest_of(std::string_view bytes) {
  // Chooses by the processor; after the first time it returns at once.
  [[maybe_unused]] const int ready = sodium_init();
  Digest digest;
  crypto_generichash_blake2b(digest.bytes.data(), digest.bytes.size(), raw(bytes), bytes.size(),
                             nullptr, 0);
  return digest;
}

std::string to_string(const Digest& digest) {
  std::string text(2 * digest.bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.bytes.data(), digest.bytes.size());
  text.pop_back();  // Its NUL.
  return text;
}

std::optional<Digest> parse_digest(std::string_view text) {
  Digest digest;
  std::size_t count = 0;
  if (sodium_hex2bin(digest.bytes.data(), digest.bytes.size(), text.data(), text.size(), nullptr,
                     &count, nullptr) != 0 ||
      count != digest.bytes.size())
    return std::nullopt;
  return digest;
}

std::string to_string(const MinisignKeyId& id) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (std::size_t i = id.bytes.size(); i-- > 0;) {  // A little-endian number.
    text += kDigits[id.bytes[i] >> 4U];
    text += kDigits[id.bytes[i] & 0xfU];
  }
  return text;
}

// ---- Keys --------------------------------------------------------------------------------------

MinisignSecretKey::~MinisignSecretKey() {
  sodium_memzero(seed_and_point.data(), seed_and_point.size());
}

MinisignPublicKey MinisignSecretKey::public_key() const {
  MinisignPublicKey key{.id = id};
  std::ranges::copy(std::span(seed_and_point).last<32>(), key.point.begin());
  return key;
}

Result<MinisignPublicKey> parse_public_key(std::string_view text) {
  const auto lines = lines_of(text, 1);
  auto alone = lines ? from_base64(lines->front(), kPublicSize) : std::nullopt;
  const auto bytes = alone ? Result<Bytes>(*std::move(alone))
                           : key_bytes(text, kPublicSize, "a minisign public key");
  if (!bytes) return bytes.error();
  Fields fields(*bytes);
  if (fields.text(2) != kEd25519) return wrong("it is a key of an unknown algorithm, not Ed25519");
  MinisignPublicKey key;
  fields.read(key.id.bytes);
  fields.read(key.point);
  return key;
}

std::string print_line(const MinisignPublicKey& key) {
  Bytes bytes;
  append(bytes, kEd25519);
  append(bytes, key.id.bytes);
  append(bytes, key.point);
  return to_base64(bytes);
}

std::string print(const MinisignPublicKey& key) {
  return comment_line("minisign public key " + to_string(key.id)) + print_line(key) + "\n";
}

Result<MinisignSecretKey> parse_secret_key(std::string_view text, std::string_view password) {
  auto bytes = key_bytes(text, kSecretSize, "a minisign secret key");
  if (!bytes) return bytes.error();
  const Wiped wiped(*bytes);
  Fields fields(*bytes);
  if (fields.text(2) != kEd25519) return wrong("it is a key of an unknown algorithm, not Ed25519");
  const auto head = read_head(fields);
  const bool is_locked = head.lock == kScrypt;
  if (head.checksum_method != kBlake2 || (!is_locked && head.lock != kNoPassword))
    return wrong("it is a secret key of an unknown form");
  if (head.cost.operations > kScryptSensitive.operations ||
      head.cost.memory > kScryptSensitive.memory)
    return wrong("it asks for more work or memory than minisign's keys do");

  const auto locked = std::span(*bytes).last<kLockedSize>();
  if (is_locked)
    if (const auto shown = mask(locked, password, head.salt, head.cost); !shown)
      return shown.error();
  MinisignSecretKey key;
  Fields open(locked);
  open.read(key.id.bytes);
  open.read(key.seed_and_point);
  std::array<unsigned char, kChecksumSize> checksum{};
  open.read(checksum);
  // minisign leaves the checksum of a key without password empty.
  const bool fits =
      checksum == checksum_of(key) || (!is_locked && checksum == decltype(checksum){});
  if (is_locked && !fits) return Error{ErrorClass::auth, "the password is wrong"};
  if (!fits || !is_a_pair(key)) return wrong("the secret key is damaged");
  return key;
}

std::string print(const MinisignSecretKey& key) {
  auto open = unlocked_part(key);
  const Wiped wiped(open);
  return secret_file(kNoPassword, std::array<unsigned char, kSaltSize>{}, {}, open);
}

Result<std::string> print_locked(const MinisignSecretKey& key, std::string_view password,
                                 Random& random, const ScryptCost& cost) {
  std::array<unsigned char, kSaltSize> salt{};
  random.fill(std::as_writable_bytes(std::span(salt)));
  auto bytes = unlocked_part(key);
  const Wiped wiped(bytes);
  if (const auto hidden = mask(bytes, password, salt, cost); !hidden) return hidden.error();
  return secret_file(kScrypt, salt, cost, bytes);
}

MinisignSecretKey generate_key(Random& random) {
  MinisignSecretKey key;
  random.fill(std::as_writable_bytes(std::span(key.id.bytes)));
  const auto seed = std::span(key.seed_and_point).first<32>();
  random.fill(std::as_writable_bytes(seed));
  key.seed_and_point = pair_of(seed);
  return key;
}

// ---- Signing and verifying ---------------------------------------------------------------------

Result<MinisignSignature> parse_signature(std::string_view text) {
  const auto lines = lines_of(text, 4);
  if (!lines) return wrong("it has not the four lines of a minisign signature");
  const auto untrusted = lines->at(0);
  const auto trusted = lines->at(2);
  if (!untrusted.starts_with(kUntrusted))
    return wrong("its first line does not begin with \"untrusted comment: \"");
  if (!trusted.starts_with(kTrusted))
    return wrong("its third line does not begin with \"trusted comment: \"");
  const auto of_file = from_base64(lines->at(1), kSignatureSize);
  const auto of_comment = from_base64(lines->at(3), crypto_sign_ed25519_BYTES);
  if (!of_file) return wrong("its second line is not the base64 of 74 bytes");
  if (!of_comment) return wrong("its fourth line is not the base64 of 64 bytes");

  MinisignSignature signature;
  Fields fields(*of_file);
  const auto algorithm = fields.text(2);
  if (algorithm != kPrehashed && algorithm != kEd25519)
    return wrong("it is a signature of an unknown algorithm, not Ed25519");
  signature.is_prehashed = algorithm == kPrehashed;
  fields.read(signature.key_id.bytes);
  fields.read(signature.of_file);
  Fields(*of_comment).read(signature.of_comment);
  signature.trusted_comment = trusted.substr(kTrusted.size());
  if (signature.trusted_comment.size() > kTrustedCommentLimit ||
      !is_printable(signature.trusted_comment))
    return wrong("its trusted comment is too long, or has control characters");
  return signature;
}

std::string print(const MinisignSignature& signature) {
  Bytes bytes;
  append(bytes, signature.is_prehashed ? kPrehashed : kEd25519);
  append(bytes, signature.key_id.bytes);
  append(bytes, signature.of_file);
  return comment_line("signature from minisign secret key") + to_base64(bytes) + "\n" +
         std::string(kTrusted) + signature.trusted_comment + "\n" +
         to_base64(signature.of_comment) + "\n";
}

Result<MinisignSignature> sign(const MinisignSecretKey& key, const Digest& digest,
                               std::string trusted_comment) {
  if (trusted_comment.size() > kTrustedCommentLimit || !is_printable(trusted_comment))
    return wrong("the trusted comment is too long, or has control characters");
  MinisignSignature signature{.key_id = key.id, .trusted_comment = std::move(trusted_comment)};
  const auto make = [&](auto& out, std::span<const unsigned char> message) {
    crypto_sign_ed25519_detached(out.data(), nullptr, message.data(), message.size(),
                                 key.seed_and_point.data());
  };
  make(signature.of_file, digest.bytes);
  make(signature.of_comment, with_comment(signature));
  return signature;
}

SignatureVerdict verify(const MinisignSignature& signature, const MinisignPublicKey& key,
                        const Digest& digest) {
  if (!signature.is_prehashed && signature.key_id == key.id) return SignatureVerdict::other_file;
  return judge(signature, key, digest.bytes);
}

SignatureVerdict verify_file(const MinisignSignature& signature, const MinisignPublicKey& key,
                             std::string_view bytes) {
  if (signature.is_prehashed) return verify(signature, key, digest_of(bytes));
  return judge(signature, key, std::span(raw(bytes), bytes.size()));
}

}  // namespace conserje
