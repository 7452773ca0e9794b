#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "process.hpp"

namespace bench {

/// What the hosts of the benches share, and their neighbours must know.
constexpr auto kAppSecret = "bench-app-secret";
constexpr auto kPhoneNumberId = "415882930112233";

/// What may differ between the hosts of the benches, and from one reload to the next.
struct HostSettings {
  std::uint16_t graph_port = 0;  // Of this machine; replies go there.
  bool has_admin = false;
  std::string hotel = "Hotel Sol";
  unsigned whatsapp_deadline_ms = 10'000;
};

/// The host under test, in a folder of its own.
class HostProcess {
 public:
  /// `folder` keeps the host's data from one start to the next.
  HostProcess(const std::filesystem::path& executable, const std::filesystem::path& folder,
              const HostSettings& settings);

  /// Writes its configuration anew, for a reload.
  void configure(const HostSettings& settings) const;

  /// Until /health/ready answers 200. Throws with the host's log if it ends before.
  void wait_until_ready();

  std::uint16_t port() const { return port_; }
  pid_t id() const { return process_->id(); }
  /// From the start of the process to the first 200.
  std::chrono::duration<double, std::milli> ready_after() const { return ready_after_; }
  /// What it has used of the processors so far.
  std::chrono::duration<double, std::micro> cpu_time() const;
  void stop() { process_->stop(); }

  static std::filesystem::path database(const std::filesystem::path& folder) {
    return folder / "data/bench.db";
  }

 private:
  std::filesystem::path folder_;
  std::chrono::steady_clock::time_point started_;
  std::optional<Process> process_;
  std::uint16_t port_ = 0;
  std::chrono::duration<double, std::milli> ready_after_{};
};

}  // namespace bench
