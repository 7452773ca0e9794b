#include "plugin/elf.hpp"

#include <gtest/gtest.h>

#include "unit/plugin/elf_builder.hpp"

namespace conserje {
namespace {

constexpr Platform kHere{EM_X86_64, 2, 36};

/// The text of the refusal; empty when the file was read.
std::string refusal_of(std::string_view bytes) {
  const auto facts = read_elf(bytes, kHere);
  return facts ? std::string() : facts.error().message;
}

TEST(Elf, TellsWhatASharedObjectSaysOfItself) {
  const auto file = build_elf({.manifests = {R"({"id": "x"})"},
                               .exports = {"cj_entry", "other"},
                               .libraries = {"libcurl.so.4", "libc.so.6"},
                               .needs = {{"memcpy", "GLIBC_2.14"}, {"free", "GLIBC_2.2.5"}}});
  EXPECT_EQ(read_elf(file, kHere),
            Result<ElfFacts>(ElfFacts{.manifest = R"({"id": "x"})",
                                      .exports = {"cj_entry", "other"},
                                      .libraries = {"libcurl.so.4", "libc.so.6"},
                                      .versions = {"GLIBC_2.14", "GLIBC_2.2.5"}}));
}

TEST(Elf, TellsHowASharedObjectWasLinked) {
  const auto file = build_elf({.exports = {"cj_entry"}, .needs = {{"memcpy", "GLIBC_2.14"}}});
  // The builder's files have no program headers: no RELRO, and the stack that the kernel takes
  // then.
  EXPECT_EQ(read_linking(file, kHere),
            Result<ElfLinking>(ElfLinking{.executable_stack = true, .imports = {"memcpy"}}));
}

TEST(Elf, TellsNothingOfALinkingThatItRefuses) {
  EXPECT_EQ(read_linking("", kHere).error(), read_elf("", kHere).error());
}

TEST(Elf, KnowsThisMachine) {
  EXPECT_NE(Platform::current().elf_machine, 0);
  EXPECT_GE(Platform::current().glibc_minor, 36U);
}

TEST(Elf, RefusesWhatIsNoElfFile) {
  EXPECT_EQ(refusal_of("#!/bin/sh\necho hello\n"),
            "it is not an ELF file: it begins with \"#!/bin/sh.echo h\"\n"
            "    needed: a plugin: a shared object for Linux\n"
            "    who must act: the operator of this host\n"
            "    do: name the plugin's .so file, or install it again");
  EXPECT_EQ(refusal_of(""),
            "the file is empty\n"
            "    needed: a plugin: a shared object for Linux\n"
            "    who must act: the operator of this host\n"
            "    do: name the plugin's .so file, or install it again");
}

TEST(Elf, RefusesAFileForAnotherMachine) {
  EXPECT_EQ(refusal_of(build_elf({.machine = EM_AARCH64})),
            "it is built for AArch64\n"
            "    needed: a shared object for Linux on x86-64\n"
            "    who must act: the operator of this host\n"
            "    do: install the plugin's build for x86-64");
}

TEST(Elf, RefusesA32BitFile) {
  auto file = build_elf();
  file[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(refusal_of(file),
            "it is a 32-bit ELF file\n"
            "    needed: a shared object for Linux on x86-64\n"
            "    who must act: the operator of this host\n"
            "    do: install the plugin's build for x86-64");
}

TEST(Elf, RefusesABigEndianFile) {
  auto file = build_elf();
  file[EI_DATA] = ELFDATA2MSB;
  EXPECT_EQ(refusal_of(file),
            "it is a big-endian ELF file\n"
            "    needed: a shared object for Linux on x86-64\n"
            "    who must act: the operator of this host\n"
            "    do: install the plugin's build for x86-64");
}

TEST(Elf, RefusesAnObjectFileOrAProgram) {
  EXPECT_EQ(refusal_of(build_elf({.type = ET_REL})),
            "it is an ELF file, but not a shared object (type 1)\n"
            "    needed: a shared object (type 3)\n"
            "    who must act: the vendor of the plugin\n"
            "    do: build it with conserje_add_plugin (sdk/cmake/ConserjePlugin.cmake)");
}

TEST(Elf, RefusesAFileWithoutAManifest) {
  EXPECT_EQ(refusal_of(build_elf({.manifests = {}})),
            "it carries no manifest, so it is not a plugin\n"
            "    needed: a note in the ELF section .note.conserje\n"
            "    who must act: the vendor of the plugin\n"
            "    do: build it with conserje_add_plugin (sdk/cmake/ConserjePlugin.cmake)");
}

TEST(Elf, RefusesAFileWithTwoManifests) {
  EXPECT_EQ(refusal_of(build_elf({.manifests = {"{}", "{}"}})),
            "it carries two manifests\n"
            "    needed: one note in .note.conserje\n"
            "    who must act: the vendor of the plugin\n"
            "    do: build it with conserje_add_plugin (sdk/cmake/ConserjePlugin.cmake)");
}

TEST(Elf, NamesTheSymbolThatNeedsANewerGlibc) {
  EXPECT_EQ(refusal_of(build_elf({.needs = {{"memcpy", "GLIBC_2.14"},
                                            {"strlcpy", "GLIBC_2.38"},
                                            {"arc4random", "GLIBC_2.37"}}})),
            "it needs glibc 2.38 (for strlcpy), this system has 2.36\n"
            "    needed: a plugin built on a system that is no newer than this one\n"
            "    who must act: the vendor of the plugin\n"
            "    do: build it on Debian 12 or older; until then run this host on a system with "
            "glibc 2.38");
}

TEST(Elf, RefusesAFileThatWasCutOffAtAnyByte) {
  const auto file = build_elf();
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(refusal_of(file.substr(0, size)), "") << size;
  EXPECT_EQ(refusal_of(file.substr(0, 100)),
            "the file is damaged: its section table lies beyond its end, at byte " +
                std::to_string(file.size() - 8 * sizeof(Elf64_Shdr)) +
                " of 100\n"
                "    needed: a whole ELF file\n"
                "    who must act: the operator of this host\n"
                "    do: install the plugin's file again, then look at it with: readelf -hS FILE");
}

TEST(Elf, ReadsNothingOutsideAFileWithAnyByteChanged) {
  const auto file = build_elf({.needs = {{"memcpy", "GLIBC_2.14"}}});
  for (std::size_t at = 0; at < file.size(); ++at)
    for (const char value : {'\0', '\x01', '\x7f', '\xff'}) {
      auto changed = file;
      changed[at] = value;
      (void)read_elf(changed, kHere);  // The address sanitizer is the judge.
    }
}

}  // namespace
}  // namespace conserje
