#include "signing.hpp"

#include <unistd.h>

#include <iostream>

#include "files.hpp"

namespace conserje {
namespace {

/// From the terminal without showing it, else the first line of standard input.
std::string ask_password(const std::filesystem::path& key) {
  if (::isatty(STDIN_FILENO) == 1) {
    const char* typed = ::getpass(("Password of " + key.string() + ": ").c_str());
    return typed == nullptr ? "" : typed;
  }
  std::string line;
  std::getline(std::cin, line);
  return line;
}

}  // namespace

Result<MinisignSecretKey> unlock(const std::filesystem::path& key_file) {
  const auto text = read_file(key_file);
  auto key = parse_secret_key(text, "");
  if (key || key.error().error_class != ErrorClass::auth) return key;
  return parse_secret_key(text, ask_password(key_file));
}

Status write_signature(const MinisignSecretKey& key, const Digest& digest,
                       const std::string& statement, const std::filesystem::path& out) {
  const auto signature = sign(key, digest, statement);
  if (!signature) return signature.error();
  write_file(out, print(*signature));
  std::cout << out.string() << ": " << statement
            << "\nan operator trusts it with: " << print_line(key.public_key()) << '\n';
  return Done{};
}

}  // namespace conserje
