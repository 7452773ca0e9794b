#include <algorithm>
#include <array>
#include <climits>
#include <filesystem>

#include "files.hpp"
#include "kit/check.hpp"
#include "kit/subject.hpp"
#include "pipeline/schema.hpp"
#include "plugin/elf.hpp"
#include "plugin/trust.hpp"

// Level 1: what the file says of itself. None of the plugin's code runs.

namespace conserje::kit {
namespace {

constexpr std::size_t kTitleLimit = 80;

/// The first line of a refusal and what it asks for.
[[noreturn]] void refuse(const Error& error) {
  const auto& text = error.message;
  const auto needed = text.find("needed: ");
  const auto from = needed == std::string::npos ? text.size() : needed + 8;
  throw Broken{text.substr(0, text.find('\n')), text.substr(from, text.find('\n', from) - from)};
}

ElfFacts facts_of(const Subject& subject) {
  auto facts = read_elf(subject.bytes(), Platform::current());
  if (!facts) refuse(facts.error());
  return *std::move(facts);
}

ElfLinking linking_of(const Subject& subject) {
  auto linking = read_linking(subject.bytes(), Platform::current());
  if (!linking) refuse(linking.error());
  return *std::move(linking);
}

void is_a_shared_object(Subject& subject) {
  const auto facts = read_elf(
      subject.bytes(),
      {.elf_machine = Platform::current().elf_machine, .glibc_major = UINT_MAX, .glibc_minor = 0});
  if (!facts) refuse(facts.error());
}

void glibc(Subject& subject) {
  auto floor = Platform::current();
  floor.glibc_major = 2;
  floor.glibc_minor = subject.options().glibc_minor;
  if (const auto facts = read_elf(subject.bytes(), floor); !facts) refuse(facts.error());
}

void manifest(Subject& subject) {
  const auto read = parse_manifest(facts_of(subject).manifest);
  if (!read) refuse(read.error());
}

void manifest_names(Subject& subject) {
  const auto& said = subject.manifest();
  require(!said.title.empty() && said.title.size() <= kTitleLimit, "title is \"" + said.title + '"',
          "a title of at most " + std::to_string(kTitleLimit) + " bytes, for people");
  require(!said.licence.empty(), "licence is missing", "an SPDX expression, or \"proprietary\"");
}

void one_manifest(Subject& subject) {
  require(linking_of(subject).note_is_loaded, "the manifest's section is not allocated",
          "flag \"a\" of the section .note.conserje, so that strip keeps it");
}

void schema(Subject& subject) {
  const auto problems = check_schema(subject.manifest().config_schema);
  require(problems.empty(), problems.empty() ? "" : problems.front(),
          "a JSON Schema of the keywords in sdk/README.md");
  require(subject.manifest().config_schema.value("type", "") == "object",
          "the config schema is of no object", "\"type\": \"object\"");
}

void schema_fits(Subject& subject) { (void)subject.config(); }

void schema_examples(Subject& subject) {
  const auto& config_schema = subject.manifest().config_schema;
  if (!config_schema.contains("examples")) throw Skipped{"the schema has no examples"};
  for (const auto& example : config_schema["examples"])
    require(subject.fitted(example).has_value(), "the example " + example.dump() + " does not fit",
            "examples that an operator can copy");
}

/// Whether a property's name says that it holds a credential.
bool sounds_secret(const std::string& name) {
  constexpr std::array<std::string_view, 5> kEnds = {"token", "secret", "password", "api_key",
                                                     "private_key"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return name.ends_with(end); });
}

void secrets_are_marked(Subject& subject) {
  const auto properties = subject.manifest().config_schema.value("properties", Json::object());
  for (const auto& [name, property] : properties.items())
    if (sounds_secret(name) && property.value("type", "") == "string")
      require(property.value("secret", false), name + " is not marked as a secret",
              R"("secret": true, or the host shows it in its configuration)");
}

void exports(Subject& subject) {
  std::string found;
  for (const auto name : facts_of(subject).exports) {
    if (found.size() > 200) break;
    found += (found.empty() ? "" : ", ") + std::string(name);
  }
  require(found == "cj_entry", "it exports " + (found.empty() ? "nothing" : found),
          "cj_entry and nothing else: -Wl,--version-script=plugin.map");
}

void relro(Subject& subject) {
  require(linking_of(subject).relro, "it has no read-only relocations", "-Wl,-z,relro");
}

void binds_now(Subject& subject) {
  require(linking_of(subject).binds_now, "it binds its symbols one by one", "-Wl,-z,now");
}

void stack(Subject& subject) {
  require(!linking_of(subject).executable_stack, "it asks for an executable stack",
          "-Wl,-z,noexecstack");
}

void text_relocations(Subject& subject) {
  require(!linking_of(subject).text_relocations, "the loader must change its code",
          "-fPIC for every object in it");
}

void static_tls(Subject& subject) {
  require(!linking_of(subject).static_tls, "it needs static thread-local storage",
          "no -ftls-model=initial-exec: a process has room for few such libraries");
}

void unique_symbols(Subject& subject) {
  const auto linking = linking_of(subject);
  require(linking.unique.empty(),
          linking.unique.empty()
              ? ""
              : "it defines the unique symbol " + std::string(linking.unique.front()),
          "-fno-gnu-unique, or two generations share one object");
}

void run_path(Subject& subject) {
  const auto path = linking_of(subject).run_path;
  require(path.empty(), "it looks for libraries in " + std::string(path),
          "no -rpath: another folder is another library");
}

void libraries(Subject& subject) {
  for (const auto library : facts_of(subject).libraries)
    require(library.find('/') == std::string_view::npos,
            "it needs the library " + std::string(library), "libraries by their names alone");
}

void two_runtimes(Subject& subject) {
  bool has_gnu = false;
  bool has_llvm = false;
  for (const auto library : facts_of(subject).libraries) {
    has_gnu = has_gnu || library.starts_with("libstdc++.");
    has_llvm = has_llvm || library.starts_with("libc++.");
  }
  require(!has_gnu || !has_llvm, "it needs libstdc++ and libc++", "one C++ runtime");
}

/// What a plugin may not do to the process of its host (cj.h, sdk/README.md "Never").
constexpr std::string_view kForbidden[] = {
    "fork",   "vfork",     "_exit",     "exit",        "quick_exit",   "system",     "popen",
    "execl",  "execv",     "execve",    "execvp",      "execlp",       "execle",     "daemon",
    "signal", "sigaction", "setlocale", "setenv",      "putenv",       "chdir",      "umask",
    "dlopen", "dlmopen",   "setrlimit", "posix_spawn", "posix_spawnp", "sigprocmask"};

void imports(Subject& subject) {
  if (subject.manifest().runtime == "rust")
    throw Skipped{"Rust's standard library asks for such functions, called or not"};
  for (const auto name : linking_of(subject).imports)
    require(std::ranges::find(kForbidden, name) == std::end(kForbidden),
            "it asks for " + std::string(name),
            "nothing that changes or ends the host's process (sdk/README.md, Never)");
}

/// Whether the signature beside the file was made for it; whose it is, an operator's keyring knows.
void signature(Subject& subject) {
  const auto file = subject.options().file.string() + ".minisig";
  if (!std::filesystem::exists(file)) throw Skipped{"it is not signed"};
  const auto parsed = parse_signature(read_file(file));
  require(parsed.has_value(), parsed ? "" : file + ": " + parsed.error().message,
          "a signature of minisign's");
  const auto needed = signed_statement(
      plugin_file(subject.options().file.string(), subject.manifest(), digest_of(subject.bytes())));
  require(parsed->trusted_comment == needed,
          "its signature is of \"" + parsed->trusted_comment + '"', '"' + needed + '"');
  require(parsed->is_prehashed, "its signature is of the form before minisign 0.10",
          "conserje-plugin sign");
}

constexpr Check kChecks[] = {
    {1, "static.elf", "It is a shared object for this machine, whole, with a manifest",
     is_a_shared_object},
    {1, "static.manifest", "Its manifest says all that the host needs to know", manifest},
    {1, "static.names", "Its manifest says what it is called and what its licence is",
     manifest_names},
    {1, "static.note", "Its manifest outlives strip", one_manifest},
    {1, "static.schema", "Its config schema is one that the host can check", schema},
    {1, "static.config", "A configuration can be made from its schema", schema_fits},
    {1, "static.examples", "The examples in its schema fit it", schema_examples},
    {1, "static.secrets", "Its credentials are marked as secrets", secrets_are_marked},
    {1, "static.exports", "It exports cj_entry and nothing else", exports},
    {1, "static.relro", "Its relocations become read-only", relro},
    {1, "static.now", "Its symbols are bound at load", binds_now},
    {1, "static.stack", "It needs no executable stack", stack},
    {1, "static.text", "Its code is not changed by the loader", text_relocations},
    {1, "static.tls", "It needs no static thread-local storage", static_tls},
    {1, "static.unique", "It defines no GNU unique symbol", unique_symbols},
    {1, "static.rpath", "It takes its libraries from the system", run_path},
    {1, "static.libraries", "It names its libraries without a path", libraries},
    {1, "static.runtimes", "It needs one C++ runtime at most", two_runtimes},
    {1, "static.glibc", "It runs on the oldest supported system", glibc},
    {1, "static.signature", "Its signature, where it has one, is of this very version", signature},
    {1, "static.imports", "It asks for no function that a plugin may not call", imports},
};

}  // namespace

std::span<const Check> level_1_static() { return kChecks; }

}  // namespace conserje::kit
