// What understanding costs with the embedded engine: bench_nlu EXAMPLE_FILE... -- [TEST_SET...]
// Trains on the files, maps the model, and reads messages. Times are those of this thread's CPU, so
// that other work on the machine disturbs them less.

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "engine.hpp"
#include "model_file.hpp"
#include "process.hpp"
#include "training.hpp"

namespace {

using namespace conserje;
using namespace conserje::nlu;

constexpr std::size_t kSentences = 5000;
constexpr const char* kNow = "2026-11-20T10:00:00";

/// Of this thread, in microseconds.
double cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

template <class F>
double took_us(F&& work) {
  const double begin = cpu_us();
  work();
  return cpu_us() - begin;
}

/// Bytes of this process that no other shares.
long private_kb() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  long sum = 0, kb = 0;
  for (std::string word; rollup >> word;)
    if (word == "Private_Dirty:" && rollup >> kb) sum += kb;
  return sum;
}

template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench_nlu: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

void measure_training(const std::vector<Example>& examples) {
  // Every kind of sentence: evenly spread over the files.
  std::vector<Example> some;
  for (std::size_t i = 0; i < std::min(kSentences, examples.size()); ++i)
    some.push_back(examples[i * examples.size() / kSentences]);
  const double us = took_us([&] { need(train(some, Grammars())); });
  std::printf("%-34s %8.2f s\n", "training on 5,000 sentences", us / 1e6);
}

void measure_messages(const Engine& engine) {
  const std::vector<std::string> messages{
      "Hola, buenas tardes! Quería saber si tienen una habitación doble con vista al mar para dos "
      "adultos y un "
      "niño del 10 al 15 de enero, y cuánto sale por noche con desayuno incluido. Vamos en auto, "
      "gracias",
      "Hello, I would like to know whether you have a quiet double room for two adults and a child "
      "from 10 to "
      "15 January, how much it costs per night with breakfast, and if we can park our car at the "
      "hotel ok",
      "Olá, boa tarde! Queria saber se vocês têm um quarto de casal com vista para o mar para dois "
      "adultos e uma "
      "criança de 10 a 15 de janeiro, e quanto custa a diária com café da manhã. Vamos de carro, "
      "obrigado"};
  constexpr int kRounds = 2000;
  std::vector<double> times;
  for (int round = 0; round < kRounds; ++round)
    for (const auto& message : messages)
      times.push_back(took_us([&] { (void)engine.parse({.text = message, .now = kNow}); }));
  std::ranges::sort(times);
  std::printf("%-34s p50 %6.1f us   p99 %6.1f us\n", "a message of 200 bytes",
              times[times.size() / 2], times[times.size() * 99 / 100]);
}

void measure_hostile(const Engine& engine) {
  for (const char* piece : {"rezervar ", "10 al ", "a", "\xFF", "😀"}) {
    std::string text;
    while (text.size() < 1U << 20) text += piece;
    const double us = took_us([&] { (void)engine.parse({.text = text, .now = kNow}); });
    std::printf("1 MiB of \"%s\"%*s %8.2f ms\n", piece[0] == '\xFF' ? "\\xFF" : piece, 20, "",
                us / 1e3);
  }
}

/// The message with two letters in the middle of its longest word swapped, and whether there is one
/// of eight letters.
std::optional<std::string> with_typo(std::string text) {
  constexpr std::size_t kLong = 8;
  std::size_t best = 0, length = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (end - at > length) best = at, length = end - at;
    at = end + 1;
  }
  if (length < kLong) return std::nullopt;
  std::swap(text[best + length / 2], text[best + length / 2 + 1]);
  return text;
}

bool answers(const Engine& engine, const Json& row, const std::string& text) {
  const auto reply = engine.parse({.text = text, .language = row.value("lang", ""), .now = kNow});
  return reply && reply->intent.name == row["intent"].get<std::string>();
}

void measure_typos(const Engine& engine, const std::string& file) {
  int all = 0, right = 0, right_with_typo = 0;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto row = parse_json(line);
    if (!row || !row->contains("intent") || (*row)["intent"] == "out_of_scope") continue;
    const std::string text = (*row)["text"];
    const auto typo = with_typo(text);
    if (!typo) continue;
    ++all;
    right += answers(engine, *row, text) ? 1 : 0;
    right_with_typo += answers(engine, *row, *typo) ? 1 : 0;
  }
  if (all > 0)
    std::printf("%s: %.1f %% of %d, with a typo %.1f %%\n", file.c_str(), 100.0 * right / all, all,
                100.0 * right_with_typo / all);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto bar = std::ranges::find(arguments, "--");
  if (bar == arguments.begin()) {
    std::fputs("bench_nlu EXAMPLE_FILE... -- [TEST_SET...]\n", stderr);
    return 2;
  }
  const auto examples = need(read_example_files({arguments.begin(), bar}));
  measure_training(examples);
  const bench::TemporaryFolder folder(std::filesystem::temp_directory_path());
  const std::string path = (folder.path() / "bench.model").string();
  std::string bytes;
  const double us = took_us([&] { bytes = need(train(examples, Grammars())).bytes; });
  std::printf("%-34s %8.2f s, %zu sentences, %zu bytes\n", "training on all", us / 1e6,
              examples.size(), bytes.size());
  if (!ModelFile::write(path, std::as_bytes(std::span(bytes)))) return 1;

  const long before = private_kb();
  std::optional<ModelFile> file;
  std::optional<Model> model;
  const double load = took_us([&] {
    file.emplace(need(ModelFile::open(path)));
    model.emplace(need(Model::read(file->bytes())));
  });
  std::printf("%-34s %8.3f ms, private memory %ld kB\n", "loading the model", load / 1e3,
              private_kb() - before);
  const Engine engine(*std::move(model));
  measure_messages(engine);
  std::printf("%-34s %8ld kB (with the grammars)\n", "private memory after messages",
              private_kb() - before);
  measure_hostile(engine);
  if (bar != arguments.end())
    for (auto set = bar + 1; set != arguments.end(); ++set) measure_typos(engine, *set);
  return 0;
}
