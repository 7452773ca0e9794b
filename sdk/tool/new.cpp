#include <algorithm>
#include <iostream>

#include "commands.hpp"
#include "files.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNameLimit = 40;

bool is_name(const std::string& name) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && name.size() <= kNameLimit && is_letter(name.front()) &&
         std::ranges::all_of(
             name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

/// "my_hotel" -> "MyHotel"
std::string type_name(const std::string& name) {
  std::string out;
  bool at_start = true;
  for (const char c : name) {
    if (c != '_') out += at_start && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    at_start = c == '_';
  }
  return out;
}

/// "my_hotel" -> "my-hotel", as ids want it.
std::string id_name(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// The templates speak of `example` and `Example`; example.com and com.example stay.
std::string renamed(std::string text, const NewPlugin& plugin) {
  const std::string id_domain = "\x01";
  const std::string domain = "\x02";
  const std::string keyword = "\x03";
  replace_all(text, "com.example." + plugin.kind, id_domain + "." + id_name(plugin.name));
  replace_all(text, "com.example", id_domain);
  replace_all(text, "example.com", domain);
  replace_all(text, "\"examples\"", keyword);  // Of the config schema.
  replace_all(text, "Example", type_name(plugin.name));
  replace_all(text, "example", plugin.name);
  replace_all(text, id_domain, "com.example");
  replace_all(text, domain, "example.com");
  replace_all(text, keyword, "\"examples\"");
  return text;
}

/// The SDK's folder: the one given, or that of the package this program came with.
fs::path sdk_folder(const fs::path& given) {
  if (!given.empty()) return given;
  const auto self = fs::read_symlink("/proc/self/exe");
  return self.parent_path().parent_path() / "share" / "conserje-sdk";
}

void copy_file(const fs::path& from, const fs::path& to, const NewPlugin& plugin) {
  fs::create_directories(to.parent_path());
  write_file(to, renamed(read_file(from), plugin));
  fs::permissions(to, fs::status(from).permissions());  // Scripts can be run.
}

int fail(const std::string& why) {
  std::cerr << "conserje-plugin: " << why << '\n';
  return 2;
}

}  // namespace

int new_command(const NewPlugin& plugin) {
  if (!is_name(plugin.name))
    return fail("\"" + plugin.name + "\" is no name; needed: a-z, 0-9 and _, a letter first");
  const auto source = sdk_folder(plugin.sdk) / "template" / plugin.kind / plugin.language;
  if (!fs::is_directory(source))
    return fail(
        "there is no template of a " + plugin.kind + " in " + plugin.language + " (" +
        source.string() +
        ")\n    needed: --kind channel, pms, sink, nlu or speech, "
        "--lang cpp or c; rust: sink\n    do: give --sdk FOLDER where the SDK is elsewhere");
  const auto folder = plugin.folder.empty() ? fs::path(plugin.name) : plugin.folder;
  if (fs::exists(folder) && !fs::is_empty(folder))
    return fail(folder.string() + " is there already and not empty");
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    if (!entry.is_regular_file()) continue;
    const auto place = renamed(fs::relative(entry.path(), source).string(), plugin);
    copy_file(entry.path(), folder / place, plugin);
  }
  std::cout << folder.string() << ": a " << plugin.kind << " called " << plugin.name
            << "\n    build and test it: cd " << folder.string()
            << " && cmake -B build && cmake --build build && ctest --test-dir build\n"
            << "    then read README.md, and replace com.example in manifest.json by your domain\n";
  return 0;
}

}  // namespace conserje
