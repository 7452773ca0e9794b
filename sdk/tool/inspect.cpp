#include <iostream>

#include "commands.hpp"
#include "plugin/elf.hpp"

namespace conserje {
namespace {

Json list(const std::vector<std::string_view>& items) {
  Json out = Json::array();
  for (const auto item : items) out.push_back(std::string(item));
  return out;
}

/// All that the file says of itself.
Json described(const ElfFacts& facts, const ElfLinking& linking) {
  return {{"manifest", Json::parse(facts.manifest, nullptr, false)},
          {"exports", list(facts.exports)},
          {"imports", list(linking.imports)},
          {"libraries", list(facts.libraries)},
          {"glibc", list(facts.versions)},
          {"binds_now", linking.binds_now},
          {"relro", linking.relro},
          {"executable_stack", linking.executable_stack},
          {"unique_symbols", list(linking.unique)}};
}

std::string joined(const Json& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out.empty() ? "none" : out;
}

void show(const std::filesystem::path& file, const Manifest& manifest, const Json& all) {
  std::cout << file.string() << ": " << manifest.title << '\n'
            << "  id           " << manifest.id << ' ' << manifest.version << '\n'
            << "  ABI          " << manifest.abi_min << " to " << manifest.abi_max << '\n'
            << "  licence      " << manifest.licence << '\n'
            << "  runtime      " << manifest.runtime << '\n'
            << "  calls at once " << manifest.parallel << '\n';
  for (const auto& method : manifest.methods)
    std::cout << "  method       " << method.name << (method.is_inline ? " (inline)\n" : "\n");
  for (const auto& host : manifest.permissions.http) std::cout << "  may call     " << host << '\n';
  if (manifest.permissions.kv_quota_bytes > 0)
    std::cout << "  may keep     " << manifest.permissions.kv_quota_bytes << " bytes\n";
  if (manifest.permissions.raw_network) std::cout << "  brings its own network client\n";
  std::cout << "  exports      " << joined(all["exports"]) << '\n'
            << "  libraries    " << joined(all["libraries"]) << '\n'
            << "  glibc        " << joined(all["glibc"]) << '\n'
            << "  signature    "
            << (std::filesystem::exists(file.string() + ".minisig") ? file.string() + ".minisig"
                                                                    : "none")
            << '\n';
}

}  // namespace

int inspect_command(const std::filesystem::path& file, bool as_json) {
  const auto image = SealedImage::copy(file);
  const auto platform = Platform::current();
  const auto manifest =
      image ? read_manifest((*image)->bytes(), platform) : Result<Manifest>(image.error());
  if (!manifest) {
    std::cerr << file.string() << ": " << manifest.error().message << '\n';
    return 1;
  }
  const auto all =
      described(*read_elf((*image)->bytes(), platform), *read_linking((*image)->bytes(), platform));
  if (as_json)
    std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  else
    show(file, *manifest, all);
  return 0;
}

}  // namespace conserje
