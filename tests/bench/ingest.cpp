// Signed webhooks per second that the host answers after they are durable, beside nginx answering
// 200 at once. Usage: bench_ingest CONSERJE [FOLDER] [ROUNDS] [SECONDS]
//   CONSERJE  the host's executable, a release build; FOLDER  on the disk to be measured.

#include <fcntl.h>
#include <sqlite3.h>
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
#include <unordered_set>
#include <vector>

#include "host_process.hpp"
#include "loader.hpp"
#include "process.hpp"
#include "webhooks.hpp"

namespace bench {
namespace {

constexpr std::chrono::milliseconds kWarmUp{300};

struct Options {
  std::filesystem::path conserje;
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  int rounds = 3;
  double seconds = 1;
  std::vector<int> connections{1, 16, 64, 256};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

/// Debian's nginx, one worker. Port `port()` answers everything with 200; the path /v23.0/ of the
/// same port is the stand-in that takes the host's replies.
class Nginx {
 public:
  explicit Nginx(const std::filesystem::path& folder) : port_(free_port()) {
    const auto file = folder / "nginx.conf";
    write_file(file,
               "worker_processes 1;\ndaemon off;\npid " + (folder / "nginx.pid").string() +
                   ";\nerror_log " + (folder / "nginx.log").string() +
                   ";\nevents { worker_connections 4096; }\n"
                   "http {\n  access_log off;\n  keepalive_requests 1000000000;\n  "
                   "client_body_temp_path " +
                   (folder / "nginx-bodies").string() +
                   ";\n  server {\n    listen 127.0.0.1:" + std::to_string(port_) +
                   " backlog=4096;\n    location / { return 200 \"ok\"; }\n    location /v23.0/ {\n"
                   "      default_type application/json;\n"
                   "      return 200 "
                   "'{\"messaging_product\":\"whatsapp\",\"messages\":[{\"id\":\"wamid.$request_"
                   "id\"}]}';\n"
                   "    }\n  }\n}\n");
    process_ = std::make_unique<Process>(
        std::vector<std::string>{"nginx", "-p", folder, "-c", file, "-e", folder / "nginx.log"},
        folder / "nginx.out");
    while (get(port_, "/") != 200) {
      if (!process_->is_running())
        throw std::runtime_error("nginx ended:\n" + read_file(folder / "nginx.out"));
      usleep(1000);
    }
  }
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// The median time of one fdatasync after 4 KiB were appended.
double fdatasync_ms(const std::filesystem::path& folder) {
  const auto file = folder / "fdatasync";
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::string block(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < 500; ++i) {
    if (write(descriptor, block.data(), block.size()) < 0)
      throw std::runtime_error("the disk is full");
    const auto before = std::chrono::steady_clock::now();
    fdatasync(descriptor);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before)
            .count());
  }
  close(descriptor);
  std::filesystem::remove(file);
  return median(times);
}

std::unordered_set<std::string> stored_ids(const std::filesystem::path& database) {
  sqlite3* store = nullptr;
  sqlite3_stmt* rows = nullptr;
  std::unordered_set<std::string> ids;
  if (sqlite3_open_v2(database.c_str(), &store, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK ||
      sqlite3_prepare_v2(store, "SELECT message_id FROM inbox", -1, &rows, nullptr) != SQLITE_OK)
    throw std::runtime_error("the store cannot be read: " + std::string(sqlite3_errmsg(store)));
  while (sqlite3_step(rows) == SQLITE_ROW)
    ids.emplace(reinterpret_cast<const char*>(sqlite3_column_text(rows, 0)));
  sqlite3_finalize(rows);
  sqlite3_close(store);
  return ids;
}

/// Throws unless the store holds exactly what was acknowledged, by id.
void require_same(const std::unordered_set<std::string>& stored, const Measurement& measured,
                  std::size_t first) {
  for (const auto index : measured.acknowledged)
    if (!stored.contains(webhook_id(first + index)))
      throw std::runtime_error("acknowledged and not stored: " + webhook_id(first + index));
  if (stored.size() != measured.acknowledged.size())
    throw std::runtime_error("stored " + std::to_string(stored.size()) + ", acknowledged " +
                             std::to_string(measured.acknowledged.size()));
}

struct Samples {
  std::vector<double> per_second{}, p50_ms{}, p99_ms{}, cpu_us{};

  /// `cpu`: what the server used for all of it; known of the host alone.
  void add(const Measurement& measured, std::chrono::duration<double, std::micro> cpu = {}) {
    per_second.push_back(measured.per_second);
    p50_ms.push_back(measured.p50_ms);
    p99_ms.push_back(measured.p99_ms);
    cpu_us.push_back(cpu.count() / static_cast<double>(measured.acknowledged.size()));
  }
};

class Ingest {
 public:
  explicit Ingest(Options options) : options_(std::move(options)) {}

  void run_all() {
    std::vector<double> syncs;
    for (int round = 0; round < options_.rounds; ++round) {
      syncs.push_back(fdatasync_ms(folder_.path()));
      for (const auto connections : options_.connections) {
        nginx_samples_[connections].add(sample_nginx(connections));
        sample_host(connections);
      }
    }
    print(median(syncs));
  }

 private:
  Load load(std::uint16_t port, int connections) const {
    return {.port = port,
            .connections = connections,
            .warm_up = kWarmUp,
            .measured = std::chrono::nanoseconds(static_cast<long>(options_.seconds * 1e9))};
  }

  Measurement sample_nginx(int connections) {
    const auto requests = signed_webhooks(0, 1000);
    auto wanted = load(nginx_.port(), connections);
    wanted.requests = requests;
    wanted.again = true;
    return run(wanted);
  }

  /// A host with an empty store, so that nothing of the last sample is still to be done.
  void sample_host(int connections) {
    const TemporaryFolder folder(folder_.path());
    const auto most =
        static_cast<std::size_t>((options_.seconds + 1) * (connections == 1 ? 15'000 : 80'000));
    const auto requests = signed_webhooks(sent_, most);
    HostProcess host(options_.conserje, folder.path(), {.graph_port = nginx_.port()});
    host.wait_until_ready();
    auto wanted = load(host.port(), connections);
    wanted.requests = requests;
    const auto cpu_before = host.cpu_time();
    const auto measured = run(wanted);
    host_samples_[connections].add(measured, host.cpu_time() - cpu_before);
    host.stop();
    if (measured.refused > 0)
      throw std::runtime_error(std::to_string(measured.refused) +
                               " webhooks were not answered with 200");
    require_same(stored_ids(HostProcess::database(folder.path())), measured, sent_);
    sent_ += most;
    checked_ += measured.acknowledged.size();
  }

  void print(double sync) {
    std::printf(
        "Signed 1 KB webhooks answered after a durable commit; medians of %d rounds of %.1f s.\n",
        options_.rounds, options_.seconds);
    std::printf("The host converses and replies meanwhile; its CPU time includes that.\n");
    std::printf("%11s %8s %8s %6s %8s %8s %8s %13s\n", "connections", "req/s", "nginx", "ratio",
                "p50 ms", "p99 ms", "CPU us", "nginx p99 ms");
    for (const auto connections : options_.connections) {
      const auto& ours = host_samples_[connections];
      const auto& theirs = nginx_samples_[connections];
      const auto per_second = median(ours.per_second);
      const auto nginx_per_second = median(theirs.per_second);
      std::printf("%11d %8.0f %8.0f %6.2f %8.2f %8.2f %8.1f %13.2f\n", connections, per_second,
                  nginx_per_second, per_second / nginx_per_second, median(ours.p50_ms),
                  median(ours.p99_ms), median(ours.cpu_us), median(theirs.p99_ms));
    }
    std::printf("fdatasync of this folder: p50 %.3f ms", sync);
    if (host_samples_.contains(1))
      std::printf("; one connection's p50 is %.1f times that",
                  median(host_samples_[1].p50_ms) / sync);
    std::printf("\n");
    std::printf("%zu acknowledged ids, each found in the store, and nothing else there\n",
                checked_);
  }

  Options options_;
  TemporaryFolder folder_{options_.folder};
  Nginx nginx_{folder_.path()};
  std::map<int, Samples> nginx_samples_, host_samples_;
  std::size_t sent_ = 0;
  std::size_t checked_ = 0;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CONSERJE [FOLDER] [ROUNDS] [SECONDS] [CONNECTIONS...]\n",
                 argv[0]);
    return 2;
  }
  bench::Options options{.conserje = std::filesystem::absolute(argv[1])};
  if (argc > 2) options.folder = argv[2];
  if (argc > 3) options.rounds = std::max(1, std::atoi(argv[3]));
  if (argc > 4) options.seconds = std::max(0.1, std::atof(argv[4]));
  if (argc > 5) options.connections.clear();
  for (int i = 5; i < argc; ++i) options.connections.push_back(std::max(1, std::atoi(argv[i])));
  try {
    bench::Ingest(options).run_all();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_ingest: %s\n", error.what());
    return 1;
  }
}
