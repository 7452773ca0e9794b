#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "commands.hpp"
#include "files.hpp"
#include "kit/child.hpp"
#include "kit/report.hpp"
#include "plugin/crypto.hpp"
#include "plugin/trust.hpp"
#include "plugin/worker/sanitized.hpp"
#include "signing.hpp"

namespace conserje {
namespace {

using kit::Check;
using kit::Verdict;

constexpr const char* kMallocChecks = "libc_malloc_debug.so.0";  // Of libc6; glibc(7), mallopt(3).
constexpr const char* kCheckedMark = "CONSERJE_KIT_MALLOC";

/// Begins this program again with the C library's own heap checks, which end a process that has
/// overrun a buffer or released one twice. Not with a sanitizer, which sees more.
void begin_again_with_heap_checks() {
  if (kSanitized || std::getenv(kCheckedMark) != nullptr) return;
  void* library = ::dlopen(kMallocChecks, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr || std::getenv("LD_PRELOAD") != nullptr) return;
  ::setenv(kCheckedMark, "1", 1);
  ::setenv("LD_PRELOAD", kMallocChecks, 1);
  ::setenv("GLIBC_TUNABLES", "glibc.malloc.check=3", 1);
  std::ifstream line("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(line, word, '\0');) words.push_back(word);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());  // Goes on as it is where that fails.
}

std::string sha256_of(std::string_view bytes) {
  const Crypto crypto;
  unsigned char digest[64];
  std::uint64_t size = 0;
  crypto.digest(CJ_SHA256, bytes, digest, &size);
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::uint64_t i = 0; i < size; ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

bool contains(const std::vector<std::string>& ids, std::string_view id) {
  return std::ranges::find(ids, id) != ids.end();
}

std::vector<const Check*> chosen(const kit::Options& options) {
  std::vector<const Check*> checks;
  for (int level = 1; level <= kit::kLevels; ++level)
    for (const Check& check : kit::checks_of(level))
      if (options.only.empty() ? level <= options.level : contains(options.only, check.id))
        checks.push_back(&check);
  return checks;
}

/// The first id of --only or --except that no check has; null: all are known.
const std::string* unknown_id(const kit::Options& options) {
  for (const auto* ids : {&options.only, &options.except})
    for (const auto& id : *ids)
      if (kit::find_check(id) == nullptr) return &id;
  return nullptr;
}

Verdict run(const Check& check, const kit::Options& options,
            const std::shared_ptr<const SealedImage>& image) {
  if (contains(options.except, check.id))
    return {.outcome = Verdict::Outcome::skipped, .found = "left out by --except"};
  if (!options.in_process) return kit::run_in_child(check, options, image);
  kit::Subject subject(options, image);
  return kit::run_check(check, subject);
}

void write(const std::filesystem::path& file, const std::string& text) {
  if (!file.empty()) write_file(file, text);
}

/// What `--sign` wants before anything is run; the key's password is asked for here.
Result<std::optional<MinisignSecretKey>> signer(const kit::Options& options,
                                                const TestFiles& files) {
  if (files.key.empty()) return std::optional<MinisignSecretKey>();
  if (!options.only.empty() || !options.except.empty())
    return Error{ErrorClass::config,
                 "--sign vouches for all checks; leave --only and --except out"};
  auto key = unlock(files.key);
  if (!key) return Error{ErrorClass::config, files.key.string() + ": " + key.error().message};
  return std::optional(*std::move(key));
}

/// 0, or the exit status of what went wrong.
int sign_report(const MinisignSecretKey& key, const kit::Options& options,
                const SealedImage& image) {
  const auto manifest = read_manifest(image.bytes(), Platform::current());
  if (!manifest) return 1;  // The checks have said so.
  const auto file = plugin_file(options.file.string(), *manifest, digest_of(image.bytes()));
  const auto said = conformance_statement(file, static_cast<unsigned>(options.level));
  const auto written =
      write_signature(key, file.digest, said, options.file.string() + ".conformance");
  if (written) return 0;
  std::cerr << options.file.string() << ": " << written.error().message << '\n';
  return 2;
}

}  // namespace

int test_command(const kit::Options& options, const TestFiles& files) {
  if (const auto* id = unknown_id(options)) {
    std::cerr << "conserje-plugin: no check is called " << *id
              << "; `conserje-plugin checks` lists them\n";
    return 2;
  }
  if (!options.in_process) begin_again_with_heap_checks();
  const auto key = signer(options, files);
  if (!key) {
    std::cerr << "conserje-plugin: " << key.error().message << '\n';
    return 2;
  }
  const auto image = SealedImage::copy(options.file);
  if (!image) {
    std::cerr << options.file.string() << ": " << image.error().message << '\n';
    return 2;
  }
  kit::Report report{
      .file = options.file.string(), .sha256 = sha256_of((*image)->bytes()), .seed = options.seed};
  if (const auto manifest = read_manifest((*image)->bytes(), Platform::current())) {
    report.id = manifest->id;
    report.version = manifest->version;
  }
  std::cout << report.file << " " << report.id << " " << report.version << " sha256 "
            << report.sha256 << "; seed " << options.seed << '\n';
  int level_failed = kit::kLevels + 1;
  for (const Check* check : chosen(options)) {
    if (check->level > level_failed) break;  // What is built on it would fail for its reason.
    const auto from = std::chrono::steady_clock::now();
    kit::Finding finding{.check = check, .verdict = run(*check, options, *image)};
    finding.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
    if (finding.verdict.outcome == Verdict::Outcome::failed && options.only.empty())
      level_failed = check->level;
    std::cout << to_line(finding) << std::flush;
    report.findings.push_back(std::move(finding));
  }
  std::cout << to_summary(report);
  write(files.json, to_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
  write(files.junit, to_junit(report));
  if (!report.all_passed()) return 1;
  return *key ? sign_report(**key, options, **image) : 0;
}

int checks_command(int level) {
  for (int i = 1; i <= level; ++i)
    for (const Check& check : kit::checks_of(i))
      std::cout << i << ' ' << check.id << ": " << check.sentence << '\n';
  return 0;
}

}  // namespace conserje
