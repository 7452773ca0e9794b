#include <thread>

#include "kit/instance.hpp"
#include "kit/measure.hpp"

// Level 2: what happens when it is loaded: its constructors, its cj_entry, its table.

namespace conserje::kit {
namespace {

constexpr Millis kScan{100};
constexpr Millis kLoad{2'000};
constexpr std::size_t kHeapLimit = 64 * 1024 * 1024;

Millis since(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - from);
}

void scan(Subject& subject) {
  const auto from = std::chrono::steady_clock::now();
  (void)subject.manifest();
  const auto took = since(from);
  require(took <= subject.patience(kScan),
          "reading its manifest took " + std::to_string(took.count()) + " ms",
          "a manifest and symbol tables that are read within 100 ms");
}

void loads(Subject& subject) {
  const auto from = std::chrono::steady_clock::now();
  (void)subject.plugin();
  const auto took = since(from);
  require(took <= subject.patience(kLoad),
          "loading it took " + std::to_string(took.count()) + " ms",
          "constructors that do next to nothing");
}

void starts_no_thread(Subject& subject) {
  const auto before = thread_count();
  (void)subject.plugin();
  const auto after = thread_count();
  require(after <= before,
          "its constructors start " + std::to_string(after - before) + " thread(s)",
          "threads that begin in start");
}

void opens_nothing(Subject& subject) {
  (void)subject.manifest();
  const auto before = descriptors();
  (void)subject.plugin();
  const auto changed = changed_descriptors(before);
  require(changed.empty(), "its constructors " + changed, "files and sockets that open in start");
}

void is_silent(Subject& subject) {
  const auto before = output_size();
  (void)subject.plugin();
  std::fflush(nullptr);
  require(output_size() == before, "its constructors write to standard output or error",
          "lines for cj.log/1");
}

void leaves_the_process(Subject& subject) {
  (void)subject.manifest();
  const auto before = ProcessState::now();
  (void)subject.plugin();
  const auto changed = before.changed_since_this();
  require(changed.empty(), "its constructors change " + changed,
          "constructors that touch nothing of the process");
  require(!has_children(), "its constructors make a process", "no fork");
}

void takes_little_memory(Subject& subject) {
  (void)subject.manifest();
  const auto before = heap_in_use();
  (void)subject.plugin();
  const auto after = heap_in_use();
  require(after < before + kHeapLimit,
          "its constructors take " + std::to_string((after - before) >> 20) + " MiB",
          "memory that is taken in create");
}

/// cj_entry itself, of an image that is loaded. Module has called it once.
Result<Module> enter(Subject& subject, std::uint32_t abi) {
  return Module::load(subject.image(), abi);
}

void knows_its_abis(Subject& subject) {
  const auto& said = subject.manifest();
  for (auto abi = said.abi_min; abi <= said.abi_max && abi <= CJ_ABI_VERSION; ++abi) {
    const auto loaded = enter(subject, abi);
    require(loaded.has_value(), loaded ? "" : loaded.error().message,
            "a table for each ABI of the manifest");
  }
}

void refuses_other_abis(Subject& subject) {
  (void)subject.plugin();
  for (const std::uint32_t abi : {0U, 2U, 1000U, UINT32_MAX}) {
    const auto loaded = enter(subject, abi);
    require(!loaded && loaded.error().message.starts_with("its cj_entry does not know ABI"),
            "cj_entry answers for ABI " + std::to_string(abi), "null for an ABI that it cannot");
  }
}

void enters_again(Subject& subject) {
  const auto first = subject.plugin();
  for (int i = 0; i < 100; ++i) {
    const auto again = enter(subject, CJ_ABI_VERSION);
    require(again && again->table().create == first.create,
            "cj_entry answers otherwise when it is called again", "the same table each time");
  }
}

void enters_from_many_threads(Subject& subject) {
  (void)subject.plugin();
  std::atomic<bool> all_fine{true};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int j = 0; j < 25; ++j)
          if (!enter(subject, CJ_ABI_VERSION)) all_fine = false;
      });
  }
  require(all_fine, "cj_entry fails when several threads call it", "a cj_entry for any thread");
}

void unknown_extension(Subject& subject) {
  const auto& plugin = subject.plugin();
  if (plugin.get_extension == nullptr) return;
  for (const char* id : {"", "cj.unknown/1", "cj.log/1", "cj.async/999", "/", "cj.state"}) {
    const Borrowed lent(id);
    const cj_ext_header* found = nullptr;
    without_exceptions("get_extension", [&] { found = plugin.get_extension(lent.wire()); });
    require(found == nullptr, std::string("get_extension knows \"") + id + '"',
            "null for what it does not know, compared to the end");
  }
}

void known_extensions(Subject& subject) {
  const auto& plugin = subject.plugin();
  if (plugin.get_extension == nullptr) throw Skipped{"it has no get_extension"};
  for (const char* id : {"cj.async/1", "cj.state/1", "cj.selftest/1", "cj.stream/1"}) {
    const Borrowed lent(id);
    const cj_ext_header* found = nullptr;
    without_exceptions("get_extension", [&] { found = plugin.get_extension(lent.wire()); });
    if (found == nullptr) continue;
    require(found->size >= sizeof(cj_ext_header) && found->revision >= 1,
            std::string("the table of ") + id + " has size " + std::to_string(found->size),
            "a cj_ext_header with the table's own size and revision");
  }
}

constexpr Check kChecks[] = {
    {2, "load.scan", "It can be looked at within 100 ms, without running it", scan},
    {2, "load.symbols", "It loads at once, with all its symbols", loads},
    {2, "load.threads", "Its constructors start no thread", starts_no_thread},
    {2, "load.descriptors", "Its constructors open and close nothing", opens_nothing},
    {2, "load.output", "Its constructors write nothing", is_silent},
    {2, "load.process", "Its constructors leave the process as it is", leaves_the_process},
    {2, "load.memory", "Its constructors take little memory", takes_little_memory},
    {2, "load.abi", "It answers for every ABI of its manifest", knows_its_abis},
    {2, "load.other_abi", "It refuses an ABI that it does not know", refuses_other_abis},
    {2, "load.again", "cj_entry may be called again", enters_again},
    {2, "load.many", "cj_entry may be called from any thread", enters_from_many_threads},
    {2, "load.extension", "It has no extension that it cannot know", unknown_extension},
    {2, "load.extensions", "Its extensions say how large they are", known_extensions},
};

}  // namespace

std::span<const Check> level_2_load() { return kChecks; }

}  // namespace conserje::kit
