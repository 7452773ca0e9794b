#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conserje/host.hpp"

namespace conserje::gmail {

/// What an answer needs to stand below the guest's mail in every mail program.
struct Thread {
  std::string thread_id{};
  std::string message_id{};               // Of the guest's last mail.
  std::vector<std::string> references{};  // Before it, oldest first.
  std::string subject{};
  std::string answer_to{};  // Reply-To; empty: the guest's own address.
  std::int64_t at_ms = 0;

  bool operator==(const Thread&) const = default;
};

/// The last threads of each guest, in the host's store: kv "guest/<hash of the address>". An answer
/// may come after a restart. Threads: any; two mails of one guest at once may lose the older
/// thread.
class Threads {
 public:
  explicit Threads(Host host) : host_(host) {}

  /// A guest wrote. A failure costs the answer its place in the thread, nothing else; it is logged.
  void remember(const std::string& guest, Thread thread);
  /// The thread of that id, else the guest's newest; nullopt: he has none.
  std::optional<Thread> find(const std::string& guest, const std::string& thread_id) const;
  /// Forgets guests who have not written for kKeptDays.
  void prune();

  static constexpr std::size_t kKept = 4;            // Threads of one guest.
  static constexpr std::size_t kMaxReferences = 10;  // Of one thread: the first and the last ones.
  static constexpr std::int64_t kKeptDays = 60;

 private:
  const Host host_;
};

}  // namespace conserje::gmail
