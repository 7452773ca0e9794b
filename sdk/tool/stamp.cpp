#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "commands.hpp"
#include "conserje/cj.h"
#include "files.hpp"
#include "plugin/elf.hpp"

extern char** environ;

namespace conserje {
namespace {

namespace fs = std::filesystem;

Json json_of(const fs::path& file) {
  auto json = Json::parse(read_file(file), nullptr, false);
  if (!json.is_object()) throw std::runtime_error(file.string() + " holds no JSON object");
  return json;
}

void append_number(std::string& out, std::size_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((number >> shift) & 0xff);
}

/// An ELF note with the manifest: Elf64_Nhdr, name and descriptor, each padded to 4 bytes.
std::string note_of(const std::string& manifest) {
  const std::string name(CJ_NOTE_NAME, sizeof CJ_NOTE_NAME);
  std::string note;
  append_number(note, name.size());
  append_number(note, manifest.size());
  append_number(note, CJ_NOTE_MANIFEST);
  for (const auto& part : {name, manifest}) {
    note += part;
    note.resize((note.size() + 3) / 4 * 4, '\0');
  }
  return note;
}

/// A file that is gone with its owner.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) {}
  ~Scratch() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Runs objcopy of binutils, whose words go to `log`. Its exit status; 127: there is none.
int objcopy(std::vector<std::string> words, const fs::path& log) {
  words.insert(words.begin(), "objcopy");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT,
                                     0600);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, "objcopy", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return 127;
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

int stamp_command(const fs::path& file, const fs::path& manifest_file, const fs::path& schema) {
  auto manifest = json_of(manifest_file);
  manifest["config_schema"] = json_of(schema);
  const auto text = manifest.dump();
  if (const auto read = parse_manifest(text); !read) {
    std::cerr << manifest_file.string() << ": " << read.error().message << '\n';
    return 1;
  }
  const auto here = file.string() + "." + std::to_string(::getpid());
  const Scratch note(here + ".note");
  const Scratch stamped(here + ".stamped");
  const Scratch log(here + ".log");
  write_file(note.path(), note_of(text));
  const auto status =
      objcopy({"--remove-section=" CJ_NOTE_SECTION,
               "--add-section=" CJ_NOTE_SECTION "=" + note.path().string(),
               // Alloc keeps it through strip; no segment covers it, and none needs to.
               "--set-section-flags=" CJ_NOTE_SECTION "=alloc,readonly,data", file.string(),
               stamped.path().string()},
              log.path());
  if (status != 0) {
    std::cerr << "conserje-plugin: objcopy "
              << (status == 127 ? "is not here; do: apt-get install binutils\n"
                                : "failed:\n" + read_file(log.path()));
    return 2;
  }
  const auto made = read_file(stamped.path());
  if (const auto read = read_manifest(made, Platform::current()); !read) {
    std::cerr << file.string() << ": " << read.error().message << '\n';
    return 1;
  }
  fs::rename(stamped.path(), file);  // At once: nobody sees half a file.
  std::cout << file.string() << ": stamped as " << manifest["id"].get<std::string>() << ' '
            << manifest["version"].get<std::string>() << '\n';
  return 0;
}

}  // namespace conserje
