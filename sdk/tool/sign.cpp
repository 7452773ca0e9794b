#include <unistd.h>

#include <iostream>

#include "commands.hpp"
#include "files.hpp"
#include "plugin/trust.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

/// From the terminal without showing it, else the first line of standard input.
std::string ask_password(const fs::path& key) {
  if (::isatty(STDIN_FILENO) == 1) {
    const char* typed = ::getpass(("Password of " + key.string() + ": ").c_str());
    return typed == nullptr ? "" : typed;
  }
  std::string line;
  std::getline(std::cin, line);
  return line;
}

Result<MinisignSecretKey> unlock(const fs::path& file) {
  const auto text = read_file(file);
  auto key = parse_secret_key(text, "");
  if (key || key.error().error_class != ErrorClass::auth) return key;
  return parse_secret_key(text, ask_password(file));
}

}  // namespace

int sign_command(const fs::path& file, const fs::path& key_file) {
  const auto image = SealedImage::copy(file);
  const auto manifest = image ? read_manifest((*image)->bytes(), Platform::current())
                              : Result<Manifest>(image.error());
  if (!manifest) {
    std::cerr << file.string() << ": " << manifest.error().message << '\n';
    return 1;
  }
  const auto key = unlock(key_file);
  if (!key) {
    std::cerr << key_file.string() << ": " << key.error().message << '\n';
    return 2;
  }
  const auto digest = digest_of((*image)->bytes());
  const auto said = signed_statement(plugin_file(file.string(), *manifest, digest, std::nullopt));
  const auto signature = sign(*key, digest, said);
  if (!signature) {
    std::cerr << file.string() << ": " << signature.error().message << '\n';
    return 2;
  }
  const auto beside = file.string() + ".minisig";
  write_file(beside, print(*signature));
  std::cout << beside << ": " << said
            << "\nan operator trusts it with: " << print_line(key->public_key()) << '\n';
  return 0;
}

}  // namespace conserje
