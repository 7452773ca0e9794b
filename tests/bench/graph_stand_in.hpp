#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// Takes the host's replies as the WhatsApp Cloud API does, and counts them by our reference
/// (biz_opaque_callback_data). Threads: any.
class GraphStandIn {
 public:
  GraphStandIn();
  ~GraphStandIn();
  GraphStandIn(const GraphStandIn&) = delete;

  std::uint16_t port() const { return port_; }
  /// How many different replies have come.
  std::size_t count() const;
  /// How often each has come.
  std::map<std::string, int> replies() const;

 private:
  void accept_all();
  void serve(int socket);
  void take(const std::string& body);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_{};  // Guards what follows.
  std::map<std::string, int> replies_{};
  std::vector<int> sockets_{};
  std::vector<std::jthread> threads_{};
  std::jthread acceptor_{};
};

}  // namespace bench
