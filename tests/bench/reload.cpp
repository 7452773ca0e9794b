// What guests notice of reloads: signed webhooks at an even pace, with and without reloads one
// after the other, in turns. Usage: bench_reload CONSERJE [FOLDER] [RELOADS] [PER_SECOND]
//   CONSERJE  the host's executable, a release build; FOLDER  on the disk to be measured.

#include <sqlite3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "graph_stand_in.hpp"
#include "host_process.hpp"
#include "loader.hpp"
#include "paced_loader.hpp"
#include "process.hpp"
#include "webhooks.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kWarmUp = 1s;
constexpr int kRounds = 5;
constexpr auto kLongestWait = 60s;

struct Options {
  std::filesystem::path conserje;
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  int reloads = 100;
  double per_second = 500;
};

double to_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) throw std::runtime_error("nothing was measured");
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// The host's admin API, as the commands of this machine reach it.
class Admin {
 public:
  explicit Admin(const std::filesystem::path& data) {
    const auto address = read_file(data / "admin.listen");
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) throw std::runtime_error("no admin API");
    port_ = static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1));
    token_ = read_file(data / "admin.token");
    while (!token_.empty() && token_.back() == '\n') token_.pop_back();
  }

  /// Throws unless the answer is 200.
  void post(const std::string& path) const {
    const int socket = connect_to(port_);
    const auto request = "POST /api/v1/admin/" + path +
                         " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token_ +
                         "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    if (socket < 0 || send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0)
      throw std::runtime_error("the admin API cannot be asked");
    std::string answer;
    char bytes[4096];
    for (ssize_t got = 0;
         answer_size(answer) == 0 && (got = recv(socket, bytes, sizeof bytes, 0)) > 0;)
      answer.append(bytes, static_cast<std::size_t>(got));
    close(socket);
    if (answer.substr(9, 3) != "200") throw std::runtime_error(path + ":\n" + answer);
  }

 private:
  std::uint16_t port_ = 0;
  std::string token_{};
};

class Store {
 public:
  explicit Store(const std::filesystem::path& file) {
    if (sqlite3_open_v2(file.c_str(), &store_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
      throw std::runtime_error("the store cannot be read");
  }
  ~Store() { sqlite3_close(store_); }
  Store(const Store&) = delete;

  /// Of two columns of text, the second by the first; as often as each row is there.
  std::multimap<std::string, std::string> rows(const char* sql) const {
    std::multimap<std::string, std::string> out;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(store_, sql, -1, &statement, nullptr) != SQLITE_OK)
      throw std::runtime_error(sqlite3_errmsg(store_));
    const auto text = [&](int column) {
      return std::string(reinterpret_cast<const char*>(sqlite3_column_text(statement, column)));
    };
    while (sqlite3_step(statement) == SQLITE_ROW) out.emplace(text(0), text(1));
    sqlite3_finalize(statement);
    return out;
  }

 private:
  sqlite3* store_ = nullptr;
};

class Reloads {
 public:
  explicit Reloads(Options options) : options_(std::move(options)) {}

  void run() {
    host_.wait_until_ready();
    const Admin admin(folder_.path() / "data");
    PacedLoader loader(host_.port(), options_.per_second, webhooks_);
    std::this_thread::sleep_for(kWarmUp);
    for (int round = 0; round < kRounds; ++round) {
      const auto began = Clock::now();
      for (int i = 0; i < options_.reloads / kRounds; ++i) reload(admin);
      const auto ended = Clock::now();
      with_.push_back({began, ended});
      std::this_thread::sleep_for(ended - began);  // The same time without.
      without_.push_back({ended, Clock::now()});
    }
    const auto samples = loader.stop();
    require_once(samples);
    print(samples);
  }

 private:
  struct Span {
    Clock::time_point begin{};
    Clock::time_point end{};
  };

  /// A plugin and the whole file in turns.
  void reload(const Admin& admin) {
    const auto began = Clock::now();
    const int turn = done_++;
    if (turn % 2 == 0) {
      admin.post(turn % 4 == 0 ? "plugins/whatsapp/reload" : "plugins/builtin/reload");
    } else {
      settings_.hotel = "Hotel " + std::to_string(turn);
      settings_.whatsapp_deadline_ms = 10'000 + static_cast<unsigned>(turn);
      host_.configure(settings_);
      admin.post("reload");
    }
    took_ms_.push_back(to_ms(Clock::now() - began));
  }

  /// Throws unless each acknowledged message is in the inbox once and was answered once.
  void require_once(const std::vector<PacedLoader::Sample>& samples) {
    for (const auto& sample : samples)
      if (!sample.acknowledged)
        throw std::runtime_error("not acknowledged: " + webhook_id(sample.request));
    const auto until = Clock::now() + kLongestWait;
    while (graph_.count() < samples.size() && Clock::now() < until)
      std::this_thread::sleep_for(10ms);
    host_.stop();
    const Store store(HostProcess::database(folder_.path()));
    const auto stored = store.rows("SELECT message_id, channel FROM inbox");
    const auto sent =
        store.rows("SELECT cause, reference FROM outbox WHERE kind = 'reply' AND state = 'sent'");
    const auto replies = graph_.replies();
    for (const auto& sample : samples) {
      const auto id = webhook_id(sample.request);
      if (stored.count(id) != 1)
        throw std::runtime_error(id + " is stored " + std::to_string(stored.count(id)) + " times");
      if (sent.count(id) != 1)
        throw std::runtime_error(id + " has " + std::to_string(sent.count(id)) + " replies");
      const auto reply = replies.find(sent.find(id)->second);
      if (reply == replies.end() || reply->second != 1)
        throw std::runtime_error(id + " was answered " +
                                 std::to_string(reply == replies.end() ? 0 : reply->second) +
                                 " times");
    }
    if (stored.size() != samples.size() || replies.size() != samples.size())
      throw std::runtime_error("more than was sent: " + std::to_string(stored.size()) +
                               " stored, " + std::to_string(replies.size()) + " answered");
  }

  std::vector<double> latencies(const std::vector<PacedLoader::Sample>& samples,
                                const std::vector<Span>& spans) const {
    std::vector<double> out;
    for (const auto& sample : samples)
      if (std::ranges::any_of(spans, [&](const Span& span) {
            return sample.due >= span.begin && sample.due < span.end;
          }))
        out.push_back(to_ms(sample.latency));
    return out;
  }

  void print(const std::vector<PacedLoader::Sample>& samples) const {
    std::printf(
        "Signed 1 KB webhooks, %.0f a second; %d reloads one after the other, plugin and "
        "whole file in turns.\n",
        options_.per_second, done_);
    std::printf("%18s %8s %8s %8s %8s\n", "", "requests", "p50 ms", "p99 ms", "max ms");
    const auto quiet = latencies(samples, without_);
    const auto busy = latencies(samples, with_);
    for (const auto& [name, values] :
         {std::pair("without reloads", quiet), std::pair("with reloads", busy)})
      std::printf("%18s %8zu %8.2f %8.2f %8.2f\n", name, values.size(), quantile(values, 0.5),
                  quantile(values, 0.99), quantile(values, 1));
    std::printf("added p99: %.2f ms\n", quantile(busy, 0.99) - quantile(quiet, 0.99));
    std::printf("a reload took %.1f ms p50, %.1f ms at most\n", quantile(took_ms_, 0.5),
                quantile(took_ms_, 1));
    std::printf("%zu acknowledged messages, each stored once and answered once\n", samples.size());
  }

  Options options_;
  TemporaryFolder folder_{options_.folder};
  GraphStandIn graph_{};
  HostSettings settings_{.graph_port = graph_.port(), .has_admin = true};
  HostProcess host_{options_.conserje, folder_.path(), settings_};
  const std::vector<std::string> webhooks_ =
      signed_webhooks(0, static_cast<std::size_t>(options_.per_second) * 240);
  std::vector<Span> with_{};
  std::vector<Span> without_{};
  std::vector<double> took_ms_{};
  int done_ = 0;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CONSERJE [FOLDER] [RELOADS] [PER_SECOND]\n", argv[0]);
    return 2;
  }
  bench::Options options{.conserje = std::filesystem::absolute(argv[1])};
  if (argc > 2) options.folder = argv[2];
  if (argc > 3) options.reloads = std::max(bench::kRounds, std::atoi(argv[3]));
  if (argc > 4) options.per_second = std::max(1.0, std::atof(argv[4]));
  try {
    bench::Reloads(options).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_reload: %s\n", error.what());
    return 1;
  }
}
