#include <iostream>

#include "commands.hpp"
#include "plugin/trust.hpp"
#include "signing.hpp"

namespace conserje {

int sign_command(const std::filesystem::path& file, const std::filesystem::path& key_file) {
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
  const auto said = signed_statement(plugin_file(file.string(), *manifest, digest));
  const auto written = write_signature(*key, digest, said, file.string() + ".minisig");
  if (!written) {
    std::cerr << file.string() << ": " << written.error().message << '\n';
    return 2;
  }
  return 0;
}

}  // namespace conserje
