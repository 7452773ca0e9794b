// Files that must not be loaded, each made from one good plugin: refused before dlopen, with who
// must act and the fix.

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <link.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>

#include "file_text.hpp"
#include "plugin/registry.hpp"
#include "unit/plugin/elf_builder.hpp"
#include "unit/plugin/world.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

/// A good plugin, signed by acme for what it is, on a host that trusts acme; until a case spoils
/// it.
struct Setting {
  CountingRandom random{};
  MinisignSecretKey acme = generate_key(random);
  MinisignSecretKey stranger = generate_key(random);
  std::string bytes = file_text(test_plugin("sink_good"));
  std::optional<std::string> signature{};  // Not set: as acme signs the bytes as they are then.
  bool is_signed = true;
  TrustRules rules{.keys = {{"acme", acme.public_key(), {"test.sink.*"}}}};
  PluginUse use{.name = "staff",
                .kind = "sink",
                .use = "sink/bad",
                .required = true,
                .positions = {{"", {"hotel.yaml", 7, 3}}}};

  std::string statement = "conserje id=test.sink.good version=1.2.3 abi=1";

  void sign_as(const MinisignSecretKey& key, const std::string& comment) {
    signature = print(sign(key, digest_of(bytes), comment).value());
  }
  /// Replaces `from`, which is there once, and fills up with spaces: the note keeps its size.
  void edit(std::string_view from, std::string to) {
    const auto at = bytes.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    ASSERT_EQ(bytes.find(from, at + 1), std::string::npos) << from;
    ASSERT_LE(to.size(), from.size());
    to.resize(from.size(), ' ');
    bytes.replace(at, from.size(), to);
  }
  template <class T>
  void put(std::size_t offset, T value) {
    std::memcpy(bytes.data() + offset, &value, sizeof value);
  }
  /// Where the manifest begins; before it stand its note's three numbers and "Conserje".
  std::size_t manifest() const { return bytes.find("{\"id\": \"test.sink.good\""); }
  Elf64_Ehdr header() const {
    Elf64_Ehdr out;
    std::memcpy(&out, bytes.data(), sizeof out);
    return out;
  }
  /// Where the header of a section begins.
  std::size_t section(std::size_t index) const {
    return header().e_shoff + index * sizeof(Elf64_Shdr);
  }
  void replace_by(ElfBuilder::Traits traits) {
    traits.machine = Platform::current().elf_machine;
    bytes = build_elf(std::move(traits));
  }
  void lock(const std::string& version, const Digest& digest) {
    rules.accepted.plugins = {{"test.sink.good", version, digest, "acme"}};
  }
};

struct BadFile {
  const char* name;
  void (*spoil)(Setting&);
  std::string found;  // The first line; {table} and {size} stand for numbers of the good file.
};

void PrintTo(const BadFile& file, std::ostream* out) { *out << file.name; }

const std::string kManifest = "its manifest is wrong: ";
const std::string kDamaged = "the file is damaged: ";
const std::string kSmallest =
    R"({"id": "test.sink", "version": "1.0.0", "abi": {"min": 1, "max": 1},)"
    R"("kinds": [{"kind": "sink", "revision": 1}], "methods": ["deliver"],)"
    R"("config_schema": {"type": "object"}})";

const BadFile kBadFiles[] = {
    // What kind of file it is.
    {"Empty", [](Setting& s) { s.bytes.clear(); }, "the file is empty"},
    {"Text", [](Setting& s) { s.bytes = "hello"; },
     "it is not an ELF file: it begins with \"hello\""},
    {"Script", [](Setting& s) { s.bytes = "#!/bin/sh\nreboot\n"; },
     "it is not an ELF file: it begins with \"#!/bin/sh.reboot\""},
    {"OnlyTheMagic", [](Setting& s) { s.bytes.resize(4); },
     kDamaged + "it ends after 4 bytes, within its header"},
    {"CutWithinTheHeader", [](Setting& s) { s.bytes.resize(63); },
     kDamaged + "it ends after 63 bytes, within its header"},
    {"CutAfterTheHeader", [](Setting& s) { s.bytes.resize(64); },
     kDamaged + "its section table lies beyond its end, at byte {table} of 64"},
    {"CutInHalf", [](Setting& s) { s.bytes.resize(s.bytes.size() / 2); },
     kDamaged + "its section table lies beyond its end, at byte {table} of {half}"},
    {"CutByOneByte", [](Setting& s) { s.bytes.pop_back(); },
     kDamaged + "its section table lies beyond its end, at byte {table} of {less}"},
    {"Bits32", [](Setting& s) { s.bytes[EI_CLASS] = ELFCLASS32; }, "it is a 32-bit ELF file"},
    {"BigEndian", [](Setting& s) { s.bytes[EI_DATA] = ELFDATA2MSB; },
     "it is a big-endian ELF file"},
    {"RiscV", [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_machine), std::uint16_t{EM_RISCV}); },
     "it is built for RISC-V"},
    {"NoMachine", [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_machine), std::uint16_t{999}); },
     "it is built for machine number 999"},
    {"Program", [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_type), std::uint16_t{ET_EXEC}); },
     "it is an ELF file, but not a shared object (type 2)"},
    {"Object", [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_type), std::uint16_t{ET_REL}); },
     "it is an ELF file, but not a shared object (type 1)"},
    {"NoSections", [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_shnum), std::uint16_t{0}); },
     kDamaged + "it has no section table"},
    {"SectionsOfAnotherSize",
     [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_shentsize), std::uint16_t{40}); },
     kDamaged + "it has no section table"},
    {"SectionTableFarAway",
     [](Setting& s) { s.put(offsetof(Elf64_Ehdr, e_shoff), UINT64_MAX - 7); },
     kDamaged + "its section table lies beyond its end, at byte 18446744073709551608 of {size}"},
    {"SectionBeyondTheEnd",
     [](Setting& s) { s.put(s.section(1) + offsetof(Elf64_Shdr, sh_offset), UINT64_MAX); },
     kDamaged + "section 1 lies beyond its end"},
    {"NamesBeyondTheEnd",
     [](Setting& s) {
       s.put(s.section(s.header().e_shstrndx) + offsetof(Elf64_Shdr, sh_size), UINT64_MAX);
     },
     kDamaged + "the names of its sections lie beyond its end"},
    // The note.
    {"NoNote", [](Setting& s) { s.replace_by({.manifests = {}}); },
     "it carries no manifest, so it is not a plugin"},
    {"NoteOfAnotherOwner", [](Setting& s) { s.bytes[s.manifest() - 12] = 'X'; },
     "it carries no manifest, so it is not a plugin"},
    {"NoteOfAnotherType", [](Setting& s) { s.put(s.manifest() - 16, std::uint32_t{2}); },
     "it carries no manifest, so it is not a plugin"},
    {"NoteThatIsCutOff", [](Setting& s) { s.put(s.manifest() - 20, UINT32_MAX - 8); },
     kDamaged + "the note in .note.conserje is cut off"},
    {"TwoNotes",
     [](Setting& s) {
       s.replace_by({.manifests = {kSmallest, kSmallest}});
     },
     "it carries two manifests"},
    // What the linker is told.
    {"TwoExports",
     [](Setting& s) {
       s.replace_by({.manifests = {kSmallest}, .exports = {"cj_entry", "free"}});
     },
     "it exports cj_entry, free"},
    {"NoExport", [](Setting& s) { s.replace_by({.manifests = {kSmallest}, .exports = {}}); },
     "it exports nothing"},
    {"NewerGlibc",
     [](Setting& s) {
       s.replace_by({.manifests = {kSmallest}, .needs = {{"qsort_r", "GLIBC_9.99"}}});
     },
     "it needs glibc 9.99 (for qsort_r), this system has 2.36"},
    // The manifest.
    {"BrokenJson", [](Setting& s) { s.edit("{\"id\":", "{\"id"); },
     kManifest + "not JSON: at byte 10"},
    {"NoObject", [](Setting& s) { s.replace_by({.manifests = {"[]"}}); }, kManifest + "it is []"},
    {"DeepJson", [](Setting& s) { s.replace_by({.manifests = {std::string(1000, '[')}}); },
     kManifest + "it is nested too deeply"},
    {"HugeManifest",
     [](Setting& s) { s.replace_by({.manifests = {std::string(kManifestLimit + 1, ' ')}}); },
     kManifest + "it has 262145 bytes"},
    {"LaterAbi", [](Setting& s) { s.edit(R"("min": 1, "max": 1)", R"("min": 2, "max": 3)"); },
     "it is for ABI 2 to 3"},
    {"AbiBackwards", [](Setting& s) { s.edit(R"("min": 1, "max": 1)", R"("min": 2, "max": 1)"); },
     kManifest + "abi goes from 2 to 1"},
    {"AbiZero", [](Setting& s) { s.edit(R"("min": 1, "max": 1)", R"("min": 0, "max": 0)"); },
     kManifest + "abi.min is 0"},
    {"NoAbi", [](Setting& s) { s.edit(R"("abi": {)", R"("abj": {)"); },
     kManifest + "abi is missing"},
    {"IdInCapitals", [](Setting& s) { s.edit("test.sink.good", "Test.sink.good"); },
     kManifest + "id is \"Test.sink.good\""},
    {"VersionOfTwoNumbers", [](Setting& s) { s.edit("\"1.2.3\"", "\"1.2\""); },
     kManifest + "version is \"1.2\""},
    {"UnknownKind", [](Setting& s) { s.edit("\"kind\": \"sink\"", "\"kind\": \"sank\""); },
     "this host knows none of its kinds: [{\"kind\":\"sank\",\"revision\":1}]"},
    {"AnotherKind",
     [](Setting& s) {
       auto pms = kSmallest;
       pms.replace(pms.find("\"sink\""), 6, "\"pms\"");
       pms.replace(pms.find("deliver"), 7, "pms.find");
       s.replace_by({.manifests = {pms}});
       s.use.allow_unsigned = true;
       s.is_signed = false;
     },
     "it is of the kind pms"},
    {"UnknownMethod",
     [](Setting& s) { s.edit(R"("inline": ["deliver"])", R"("inline": ["delivr"])"); },
     kManifest + R"(methods has "delivr"; did you mean "deliver"?)"},
    {"TooParallel", [](Setting& s) { s.edit("\"parallel:2\"", "\"parallel:\""); },
     kManifest + "concurrency is \"parallel:\""},
    {"GoRuntime", [](Setting& s) { s.edit(R"("runtime": "c")", R"("runtime":"go")"); },
     "its runtime is \"go\""},
    {"Draft",
     [](Setting& s) { s.edit(R"("1.2.3", "title": "Good")", R"("1.2.3","draft_hash":"0")"); },
     "it uses a draft of the ABI (\"0\")"},
    {"QuotaAsText", [](Setting& s) { s.edit(R"(_bytes": 1000)", R"(_bytes":"1k")"); },
     kManifest + "permissions.kv_quota_bytes is \"1k\""},
    {"UnknownHost", [](Setting& s) { s.edit("config:url", "config:uri"); },
     kManifest + "permissions.http has \"config:uri\""},
    {"NoSchema", [](Setting& s) { s.edit("\"config_schema\"", "\"config_scheme\""); },
     kManifest + "config_schema is missing"},
    {"WrongSchema", [](Setting& s) { s.edit("\"secret\": true", "\"secrit\": true"); },
     kManifest +
         "config_schema: /properties/token/secrit is a keyword that this host does not check"},
    // Whom it comes from.
    {"Unsigned", [](Setting& s) { s.is_signed = false; },
     "it is unsigned, and would run in the host's own process"},
    {"ChangedAfterItWasBuilt",
     [](Setting& s) {
       s.rules.first_party.plugins = {{"test.sink.good", "1.2.3", digest_of(s.bytes), ""}};
       s.is_signed = false;
       s.bytes += '\0';
     },
     "it is unsigned, and would run in the host's own process"},
    {"EmptySignature", [](Setting& s) { s.signature = ""; },
     "its signature is damaged: it has not the four lines of a minisign signature"},
    {"HugeSignature", [](Setting& s) { s.signature = std::string(kMinisignFileLimit + 1, 'x'); },
     "its .minisig cannot be used: it has 16385 bytes"},
    {"SignatureOfAnotherForm",
     [](Setting& s) {
       s.sign_as(s.acme, s.statement);
       s.signature->replace(s.signature->find("\nRU") + 1, 2, "QU");
     },
     "its signature is damaged: it is a signature of an unknown algorithm, not Ed25519"},
    {"SignatureOfAnotherFile",
     [](Setting& s) {
       s.sign_as(s.acme, s.statement);
       s.bytes += '\0';
     },
     "its signature is not of this file: one of the two was changed"},
    {"SignedByAStranger", [](Setting& s) { s.sign_as(s.stranger, s.statement); },
     "its signature is by the key 0202020202020202, which trust.keys does not have"},
    {"SignedUnderAStolenKeyId",
     [](Setting& s) {
       s.stranger.id = s.acme.id;
       s.sign_as(s.stranger, s.statement);
     },
     "its signature is not of this file: one of the two was changed"},
    {"SignedByAKeyForOthers", [](Setting& s) { s.rules.keys[0].ids = {"com.acme.*"}; },
     "its signature is by acme, whose key may not sign test.sink.good"},
    {"SignedForAnotherId",
     [](Setting& s) { s.sign_as(s.acme, "conserje id=test.sink.best version=1.2.3 abi=1"); },
     "it is signed as \"conserje id=test.sink.best version=1.2.3 abi=1\""},
    {"SignedForAnotherVersion",
     [](Setting& s) { s.sign_as(s.acme, "conserje id=test.sink.good version=1.2.4 abi=1"); },
     "it is signed as \"conserje id=test.sink.good version=1.2.4 abi=1\""},
    {"SignedForAnotherAbi",
     [](Setting& s) { s.sign_as(s.acme, "conserje id=test.sink.good version=1.2.3 abi=1-2"); },
     "it is signed as \"conserje id=test.sink.good version=1.2.3 abi=1-2\""},
    {"SignedForNothing", [](Setting& s) { s.sign_as(s.acme, "timestamp:1700000000\tfile:x.so"); },
     "it is signed as \"timestamp:1700000000?file:x.so\""},
    {"TrustedCommentTampered",
     [](Setting& s) {
       s.sign_as(s.acme, "conserje id=test.sink.good version=1.2.2 abi=1");
       s.signature->replace(s.signature->find("1.2.2"), 5, "1.2.3");
     },
     "its signature's trusted comment was changed after it was signed"},
    {"LegacySignature",
     [](Setting& s) {
       s.sign_as(s.acme, s.statement);
       s.signature->replace(s.signature->find("\nRU") + 1, 2, "RW");
     },
     "its signature is of minisign's legacy form"},
    {"Denied", [](Setting& s) { s.rules.denied = {digest_of(s.bytes)}; },
     "its hash is denied: {hash}... of test.sink.good 1.2.3 stands in trust.deny"},
    {"NotTheLockedFile", [](Setting& s) { s.lock("1.2.3", digest_of("accepted")); },
     "it is not the file that was accepted as test.sink.good 1.2.3: its hash is another one than "
     "in the lock file"},
    {"RolledBack", [](Setting& s) { s.lock("1.3.0", digest_of("newer")); },
     "it is test.sink.good 1.2.3, older than 1.3.0, which the lock file has"},
    {"RolledBackToAPreRelease",
     [](Setting& s) {
       s.replace_by({.manifests = {R"({"id": "test.sink.good", "version": "1.3.0-rc.1",)" +
                                   kSmallest.substr(kSmallest.find("\"abi\""))}});
       s.lock("1.3.0", digest_of("newer"));
     },
     "it is test.sink.good 1.3.0-rc.1, older than 1.3.0, which the lock file has"},
};

/// A folder with plugins' files, and the host that looks at them.
class TheHost : public testing::Test {
 protected:
  TheHost() { fs::create_directories(folder_); }
  ~TheHost() override { fs::remove_all(folder_); }

  /// Writes the files of the setting and lets the host look at them -> what it finds.
  std::string look(Setting& setting) const {
    write(setting, file_);
    return inspect({&setting.use, 1}, setting.rules);
  }
  static void write(Setting& setting, const fs::path& file) {
    if (!setting.signature && setting.is_signed) setting.sign_as(setting.acme, setting.statement);
    std::ofstream(file, std::ios::binary) << setting.bytes;
    if (setting.signature)
      std::ofstream(file.string() + ".minisig", std::ios::binary) << *setting.signature;
  }
  std::string inspect(std::span<const PluginUse> uses, const TrustRules& rules) const {
    SecretStore secrets;
    std::vector<Finding> findings;
    const auto plugins =
        inspect_plugins(uses, {&folder_, 1}, rules, Mode::production, secrets, findings);
    EXPECT_EQ(plugins.size(), findings.empty() ? uses.size() : 0U);
    for (const auto& plugin : plugins) EXPECT_EQ(plugin.use.isolation, Isolation::process);
    return report(findings);
  }

  const fs::path folder_ = fs::temp_directory_path() / ("bad." + std::to_string(::getpid()));
  const fs::path file_ = folder_ / "sink_bad.so";
};

class ABadFile : public TheHost, public testing::WithParamInterface<BadFile> {};

/// How many objects the dynamic linker has loaded since the start.
unsigned long long loads() {
  unsigned long long count = 0;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* out) {
        *static_cast<unsigned long long*>(out) = info->dlpi_adds;
        return 1;
      },
      &count);
  return count;
}

/// `text` with what its names in braces stand for.
std::string filled(std::string text, const std::map<std::string, std::string>& names) {
  for (const auto& [name, value] : names)
    if (const auto at = text.find(name); at != std::string::npos)
      text.replace(at, name.size(), value);
  return text;
}

TEST_P(ABadFile, IsRefusedBeforeItIsLoadedWithItsFix) {
  Setting setting;
  const auto size = setting.bytes.size();
  const auto table = setting.header().e_shoff;
  const auto hash = to_string(digest_of(setting.bytes));
  GetParam().spoil(setting);
  const auto before = loads();
  const auto said = look(setting);
  EXPECT_EQ(loads(), before);
  const auto found = filled(GetParam().found, {{"{table}", std::to_string(table)},
                                               {"{half}", std::to_string(size / 2)},
                                               {"{less}", std::to_string(size - 1)},
                                               {"{size}", std::to_string(size)},
                                               {"{hash}", hash.substr(0, 16)}});
  EXPECT_EQ(said.substr(0, said.find('\n')),
            "hotel.yaml:7:3: error: plugin \"staff\": " + file_.string() + ": " + found);
  for (const std::string line : {"\n    needed: ", "\n    who must act: the ", "\n    do: "})
    EXPECT_THAT(said, testing::HasSubstr(line));
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("do: \n")));
}

INSTANTIATE_TEST_SUITE_P(Each, ABadFile, testing::ValuesIn(kBadFiles),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(TheBadFiles, AreAtLeastForty) { EXPECT_GE(std::size(kBadFiles), 40U); }

TEST_F(TheHost, FindsNothingAgainstTheFileBeforeItIsSpoilt) {
  Setting setting;
  EXPECT_EQ(look(setting), "");
}

TEST_F(TheHost, InspectsTwoHundredSignedPlugins) {
  using std::chrono::steady_clock;
  Setting setting;
  std::vector<PluginUse> uses;
  for (int i = 0; i < 200; ++i) {
    const auto name = "n" + std::to_string(i);
    write(setting, folder_ / ("sink_" + name + ".so"));
    uses.push_back({.name = name, .kind = "sink", .use = "sink/" + name, .required = true});
  }
  const auto begin = steady_clock::now();
  EXPECT_EQ(inspect(uses, setting.rules), "");
  const std::chrono::duration<double> took = steady_clock::now() - begin;
  std::cout << "200 plugins of " << setting.bytes.size() << " bytes: " << took.count() << " s\n";
}

}  // namespace
}  // namespace conserje
