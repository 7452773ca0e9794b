// How soon a host is ready, and what it holds in memory alone and as one of many.
// Usage: bench_footprint CONSERJE [HOSTS] [STARTS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "host_process.hpp"
#include "process.hpp"

namespace bench {
namespace {

constexpr std::uint16_t kNobody = 9;  // No reply leaves here.

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.at(values.size() / 2);
}

/// A figure in kB of /proc/PID/FILE, in MB.
double megabytes(pid_t id, const char* file, const std::string& name) {
  const auto text = read_file("/proc/" + std::to_string(id) + "/" + file);
  const auto at = text.find("\n" + name + ":");
  if (at == std::string::npos) throw std::runtime_error(std::string(file) + " has no " + name);
  return std::strtod(text.c_str() + at + name.size() + 2, nullptr) / 1024;
}

/// Lets what a start leaves behind, such as a first look at the tables, come to rest.
void settle() { std::this_thread::sleep_for(std::chrono::seconds(2)); }

void run(const std::filesystem::path& conserje, int hosts, int starts) {
  const TemporaryFolder folder(std::filesystem::temp_directory_path());

  std::vector<double> ready;
  double rss = 0;
  for (int i = 0; i <= starts; ++i) {
    HostProcess host(conserje, folder.path() / "alone", {.graph_port = kNobody});
    host.wait_until_ready();
    if (i > 0) ready.push_back(host.ready_after().count());  // The first one makes the tables.
    if (i == starts) {
      settle();
      rss = megabytes(host.id(), "status", "VmRSS");
    }
  }

  std::list<HostProcess> many;
  for (int i = 0; i < hosts; ++i) {
    many.emplace_back(conserje, folder.path() / std::to_string(i),
                      HostSettings{.graph_port = kNobody});
    many.back().wait_until_ready();
  }
  settle();
  double pss = 0;
  double dirty = 0;
  for (const auto& host : many) {
    pss += megabytes(host.id(), "smaps_rollup", "Pss") / hosts;
    dirty += megabytes(host.id(), "smaps_rollup", "Private_Dirty") / hosts;
  }
  std::printf("ready after its start: median %.1f ms of %d (%.1f-%.1f)\n", median(ready), starts,
              *std::min_element(ready.begin(), ready.end()),
              *std::max_element(ready.begin(), ready.end()));
  std::printf("one host: %.1f MB resident\n", rss);
  std::printf("each of %d hosts: %.2f MB proportional, %.2f MB of it private and written to\n",
              hosts, pss, dirty);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s CONSERJE [HOSTS] [STARTS]\n", argv[0]);
    return 2;
  }
  const int hosts = argc > 2 ? std::max(1, std::atoi(argv[2])) : 50;
  const int starts = argc > 3 ? std::max(1, std::atoi(argv[3])) : 15;
  try {
    bench::run(std::filesystem::absolute(argv[1]), hosts, starts);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_footprint: %s\n", error.what());
    return 1;
  }
}
