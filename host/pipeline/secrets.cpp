#include "pipeline/secrets.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>

#include "pipeline/utf8.hpp"

namespace conserje {
namespace {

/// What one reference (the text between "${" and "}") stands for.
Result<std::string> look_up(const std::string& reference, const std::filesystem::path& folder,
                            const ConfigSource& source) {
  const auto colon = reference.find(':');
  const auto scheme = reference.substr(0, colon);
  const auto name = colon == std::string::npos ? "" : reference.substr(colon + 1);
  if (name.empty() || (scheme != "env" && scheme != "file" && scheme != "credential"))
    return Error{ErrorClass::config, "${" + reference +
                                         "} is not a reference: ${env:NAME}, ${file:PATH} and "
                                         "${credential:NAME} are; for the text itself write $${"};

  auto value = scheme == "env"    ? source.env(name)
               : scheme == "file" ? source.file(folder / name)
                                  : source.credential(name);
  if (!value) return value;
  if (scheme != "env") {
    if (value->ends_with('\n')) value->pop_back();
    if (value->ends_with('\r')) value->pop_back();
  }
  if (value->empty()) return Error{ErrorClass::config, "${" + reference + "} is empty"};
  if (valid_utf8_prefix(*value) != value->size())
    return Error{ErrorClass::config, "${" + reference + "} is not UTF-8 text"};
  return value;
}

}  // namespace

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

SecretStore::~SecretStore() {
  for (auto& [handle, value] : values_) wipe(value);
}

std::string SecretStore::put(std::string_view plugin, std::string_view pointer,
                             std::string& value) {
  auto handle = "secret:" + std::string(plugin) + std::string(pointer);
  auto& kept = values_[handle];
  wipe(kept);
  kept = value;
  wipe(value);
  return handle;
}

std::optional<std::string_view> SecretStore::reveal(std::string_view plugin,
                                                    std::string_view handle) const {
  if (!handle.starts_with("secret:" + std::string(plugin) + "/")) return {};
  const auto found = values_.find(handle);
  if (found == values_.end()) return {};
  return found->second;
}

std::vector<std::string> SecretStore::handles(std::string_view plugin) const {
  std::vector<std::string> found;
  const auto prefix = "secret:" + std::string(plugin) + "/";
  for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.starts_with(prefix);
       ++at)
    found.push_back(at->first);
  return found;
}

bool is_placeholder(std::string_view secret) {
  std::string letters;  // Without case, quotes, brackets, dashes: "<Change-Me>" is "changeme".
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) letters += static_cast<char>(std::tolower(byte));
  }
  if (letters.empty() || letters.find_first_not_of(letters[0]) == std::string::npos) return true;

  constexpr std::string_view kPlaceholders =
      " changeme changethis changeit replaceme placeholder example todo fixme tbd dummy demo test "
      "testing admin none null undefined key apikey appsecret secret supersecret mysecret password "
      "passw0rd passwd token mytoken accesstoken verifytoken yourkey yourapikey yoursecret "
      "yourtoken yourpassword yourtokenhere insertyourtokenhere 123456 12345678 abc123 ";
  return kPlaceholders.find(" " + letters + " ") != std::string_view::npos;
}

void check_secret(const SecretPlace& place, std::vector<Finding>& findings) {
  const bool placeholder = is_placeholder(place.value);
  if (place.referenced && !placeholder) return;
  findings.push_back(
      {place.mode == Mode::production ? Severity::error : Severity::warning, place.at, place.path,
       in_quotes(place.path) +
           (placeholder ? " holds a placeholder" : " is a secret that stands in the file"),
       placeholder ? "put the real secret where the reference points"
                   : "keep secrets out of files that are copied and shown",
       "a reference: ${env:NAME}, ${file:PATH} or ${credential:NAME}"});
}

Resolved resolve(std::string_view text, const std::filesystem::path& folder,
                 const ConfigSource& source) {
  Resolved resolved;
  while (!text.empty()) {
    const auto dollar = text.find('$');
    resolved.text += text.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    text.remove_prefix(dollar);
    if (text.starts_with("$${")) {
      resolved.text += "${";
      text.remove_prefix(3);
    } else if (text.starts_with("${")) {
      resolved.had_reference = true;
      const auto end = text.find('}');
      if (end == std::string_view::npos) {
        resolved.problems.push_back("\"${\" without its \"}\"; for the text itself write $${");
        break;
      }
      auto value = look_up(std::string(text.substr(2, end - 2)), folder, source);
      if (value) {
        resolved.text += *value;
        wipe(*value);
      } else {
        resolved.problems.push_back(value.error().message);
      }
      text.remove_prefix(end + 1);
    } else {
      resolved.text += '$';
      text.remove_prefix(1);
    }
  }
  return resolved;
}

}  // namespace conserje
