#include "plugin/trust.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "pipeline/finding.hpp"
#include "pipeline/glob.hpp"
#include "plugin/refusal.hpp"

namespace conserje {
namespace {

constexpr std::string_view kInstallAgain =
    "do not use these files; get both from the vendor again: ";

/// "plugins: {NAME: {FLAG: true}}": the line that says so for one plugin.
std::string allow(const PluginUse& use, std::string_view flag) {
  return "plugins: {" + (use.name.empty() ? "NAME" : use.name) + ": {" + std::string(flag) +
         ": true}}";
}

std::string named(const PluginFile& file) { return file.id + " " + file.version; }

/// A minisign signature of a plugin's file that stands beside it.
struct Paper {
  std::string_view text;
  std::string_view called;     // "signature": as people know it.
  std::string_view extension;  // ".minisig"
  std::string make;            // What makes a good one.
};

/// What shows the origin.
Paper signature_of(const PluginFile& file) {
  return {*file.signature, "signature", ".minisig",
          "sign it anew: minisign -S -m " + file.path + " -t '" + signed_statement(file) + "'"};
}

std::string try_it(const PluginFile& file, unsigned level) {
  return "conserje-plugin test " + file.path + " --level " + std::to_string(level) + " --sign KEY";
}

std::string accept(const PluginFile& file) {
  return "conserje plugins lock --config CONFIG " + file.path;
}

/// "id=com.acme.pms version=1.4.0 abi=1", as statements name it.
std::string build_of(const PluginFile& file) {
  auto text = "id=" + file.id + " version=" + file.version + " abi=" + std::to_string(file.abi_min);
  if (file.abi_max != file.abi_min) text += "-" + std::to_string(file.abi_max);
  return text;
}

// ---- The lists ---------------------------------------------------------------------------------

Status check_denied(const TrustRules& rules, const PluginFile& file) {
  if (std::ranges::find(rules.denied, file.digest) == rules.denied.end()) return Done{};
  return refusal("its hash is denied: " + to_string(file.digest).substr(0, 16) + "... of " +
                     named(file) + " stands in trust.deny",
                 "a file that is not denied", kOperator, "install another version of " + file.id);
}

Status check_locked(const TrustRules& rules, const PluginFile& file, const PluginUse& use) {
  const auto* locked = rules.accepted.find(file.id);
  if (locked == nullptr) return Done{};
  const auto order = compare_versions(file.version, locked->version);
  if (order == 0 && locked->digest != file.digest)
    return refusal("it is not the file that was accepted as " + named(file) +
                       ": its hash is another one than in the lock file",
                   "the file with the hash " + to_string(locked->digest).substr(0, 16) + "...",
                   kOperator,
                   "install the accepted file again; if the change is meant: " + accept(file));
  if (order < 0 && !use.allow_rollback)
    return refusal(
        "it is " + named(file) + ", older than " + locked->version + ", which the lock file has",
        locked->version + " or later, or your word for going back", kOperator,
        "install " + file.id + " " + locked->version +
            "; to go back on purpose: " + allow(use, "allow_rollback"));
  return Done{};
}

bool is_first_party(const TrustRules& rules, const PluginFile& file) {
  const auto* made = rules.first_party.find(file.id);
  return made != nullptr && made->digest == file.digest;
}

bool is_pinned(const TrustRules& rules, const PluginFile& file) {
  const auto* locked = rules.accepted.find(file.id);
  return locked != nullptr && locked->digest == file.digest;
}

// ---- What keys say -----------------------------------------------------------------------------

Error unknown_key(const MinisignKeyId& id, const PluginFile& file, const Paper& paper) {
  return refusal("its " + std::string(paper.called) + " is by the key " + to_string(id) +
                     ", which trust.keys does not have",
                 "a " + std::string(paper.called) + " by a key that you trust", kOperator,
                 "if you trust its owner, add the public key that they publish:\n"
                 "trust: {keys: [{name: VENDOR, key: RW..., ids: [" +
                     file.id + "]}]}");
}

Error not_its_id(const TrustedKey& key, const PluginFile& file, const Paper& paper) {
  return refusal("its " + std::string(paper.called) + " is by " + key.name +
                     ", whose key may not sign " + file.id,
                 "an id that fits " + joined(key.ids), kOperator,
                 "get the plugin from its own vendor; if " + key.name +
                     " may sign it, add the id to the key in trust.keys: ids: [" + joined(key.ids) +
                     ", " + file.id + "]");
}

/// What the cryptography says against the paper.
Status check_verdict(SignatureVerdict verdict, const MinisignSignature& signature,
                     const PluginFile& file, const Paper& paper) {
  const auto again =
      std::string(kInstallAgain) + file.path + " and its " + std::string(paper.extension);
  const auto its = "its " + std::string(paper.called);
  if (!signature.is_prehashed)
    return refusal(its + " is of minisign's legacy form",
                   "a prehashed signature, as minisign makes them since 0.10", kVendor, paper.make);
  if (verdict == SignatureVerdict::other_comment)
    return refusal(its + "'s trusted comment was changed after it was signed",
                   "the trusted comment that was signed", kOperator, again);
  if (verdict != SignatureVerdict::good)
    return refusal(its + " is not of this file: one of the two was changed",
                   "the file that was signed", kOperator, again);
  return Done{};
}

/// What a key of the operator's says of the file.
struct Word {
  std::string key;  // Its name in trust.keys.
  std::string said;
};

Result<Word> read_paper(const TrustRules& rules, const PluginFile& file, const Paper& paper) {
  const auto signature = parse_signature(paper.text);
  if (!signature)
    return refusal("its " + std::string(paper.called) + " is damaged: " + signature.error().message,
                   "a minisign signature in " + file.path + std::string(paper.extension), kOperator,
                   "get that file from the vendor again");
  const auto known = std::ranges::find_if(
      rules.keys, [&](const TrustedKey& key) { return key.key.id == signature->key_id; });
  if (known == rules.keys.end()) return unknown_key(signature->key_id, file, paper);
  const auto fits = [&](const std::string& pattern) { return glob_matches(pattern, file.id); };
  if (std::ranges::none_of(known->ids, fits)) return not_its_id(*known, file, paper);
  const auto verdict = verify(*signature, known->key, file.digest);
  if (const auto good = check_verdict(verdict, *signature, file, paper); !good) return good.error();
  return Word{known->name, signature->trusted_comment};
}

Result<Vouched> judge_signature(const TrustRules& rules, const PluginFile& file) {
  const auto paper = signature_of(file);
  auto word = read_paper(rules, file, paper);
  if (!word) return word.error();
  if (word->said != signed_statement(file))
    return refusal("it is signed as \"" + word->said + "\"",
                   "\"" + signed_statement(file) + "\", which its manifest says", kVendor,
                   paper.make);
  return Vouched{Origin::signed_by, std::move(word->key), file.digest};
}

Status check_conformance(const TrustRules& rules, const PluginFile& file) {
  if (rules.conformance == 0) return Done{};
  const auto make = try_it(file, rules.conformance);
  const auto needed = "the word of one of trust.keys, in " + file.path +
                      ".conformance, that it has passed level " + std::to_string(rules.conformance);
  if (!file.conformance)
    return refusal("nobody says that it has passed the conformance kit", needed, kOperator,
                   "ask the vendor for that file, or make it: " + make);
  const auto word =
      read_paper(rules, file, {*file.conformance, "conformance report", ".conformance", make});
  if (!word) return word.error();
  for (auto level = rules.conformance; level <= kConformanceLevels; ++level)
    if (word->said == conformance_statement(file, level)) return Done{};
  return refusal("its conformance report says \"" + word->said + "\"", needed, kVendor, make);
}

// ---- Versions ----------------------------------------------------------------------------------

/// The text up to `separator`, which goes too.
std::string_view cut(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// Numbers stand before words, and are compared as numbers.
std::weak_ordering compare_parts(std::string_view a, std::string_view b) {
  const auto left = number(a);
  const auto right = number(b);
  if (left && right) return *left <=> *right;
  if (left || right) return left ? std::weak_ordering::less : std::weak_ordering::greater;
  return a <=> b;
}

/// What follows the "-"; a release, which has nothing there, comes after its pre-releases.
std::weak_ordering compare_pre_releases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  while (!a.empty() && !b.empty())
    if (const auto order = compare_parts(cut(a, '.'), cut(b, '.')); order != 0) return order;
  return b.empty() <=> a.empty();
}

}  // namespace

std::string_view to_string(Origin origin) {
  switch (origin) {
    case Origin::first_party: return "first-party";
    case Origin::signed_by: return "signed";
    case Origin::pinned: return "pinned";
    case Origin::nobody_vouches: return "unsigned";
  }
  return "unsigned";
}

std::string describe(const Vouched& vouched) {
  const std::string word(to_string(vouched.origin));
  return vouched.key.empty() ? word : word + " by " + vouched.key;
}

PluginFile plugin_file(std::string path, const Manifest& manifest, const Digest& digest) {
  return {.path = std::move(path),
          .id = manifest.id,
          .version = manifest.version,
          .abi_min = manifest.abi_min,
          .abi_max = manifest.abi_max,
          .digest = digest};
}

std::string signed_statement(const PluginFile& file) { return "conserje " + build_of(file); }

std::string conformance_statement(const PluginFile& file, unsigned level) {
  return "conserje conformance=" + std::to_string(level) + " " + build_of(file);
}

std::weak_ordering compare_versions(std::string_view a, std::string_view b) {
  auto numbers_a = cut(a, '-');
  auto numbers_b = cut(b, '-');
  for (int part = 0; part < 3; ++part)
    if (const auto order = compare_parts(cut(numbers_a, '.'), cut(numbers_b, '.')); order != 0)
      return order;
  return compare_pre_releases(a, b);
}

Result<Vouched> judge(const TrustRules& rules, const PluginFile& file, const PluginUse& use) {
  if (const auto fine = check_denied(rules, file); !fine) return fine.error();
  if (const auto fine = check_locked(rules, file, use); !fine) return fine.error();
  if (is_first_party(rules, file)) return Vouched{Origin::first_party, {}, file.digest};
  if (const auto fine = check_conformance(rules, file); !fine) return fine.error();
  if (file.signature) return judge_signature(rules, file);
  const auto origin = is_pinned(rules, file) ? Origin::pinned : Origin::nobody_vouches;
  return Vouched{origin, {}, file.digest};
}

Result<Isolation> default_isolation(const Vouched& vouched, const PluginUse& use) {
  const bool is_others = vouched.origin == Origin::signed_by || vouched.origin == Origin::pinned;
  const auto place = use.isolation.value_or(is_others ? Isolation::process : Isolation::in_process);
  if (place != Isolation::in_process || vouched.origin != Origin::nobody_vouches ||
      use.allow_unsigned)
    return place;
  return refusal("it is unsigned, and would run in the host's own process",
                 "a signature beside it, its hash in the lock file, or your word for this plugin",
                 kOperator,
                 "if you know where it comes from: " + allow(use, "allow_unsigned") +
                     "\none of Conserje's own was built or installed in part: build all, or "
                     "apt-get install --reinstall conserje");
}

}  // namespace conserje
