#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "commands.hpp"
#include "plugin/trust.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw std::runtime_error(file.string() + " cannot be read");
  return text;
}

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
  const auto text = text_of(file);
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
  std::ofstream out(beside);
  out << print(*signature) << std::flush;
  if (!out) throw std::runtime_error(beside + " cannot be written");
  std::cout << beside << ": " << said
            << "\nan operator trusts it with: " << print_line(key->public_key()) << '\n';
  return 0;
}

}  // namespace conserje
