#pragma once

#include <vector>

#include "config.hpp"
#include "threads.hpp"
#include "transport.hpp"

namespace conserje::gmail {

/// What both transports do with mails that have come in. Threads: any.
class Intake {
 public:
  Intake(Host host, const Config& config);  // `config` outlives it.

  /// Mails as events; remembers the thread of each.
  channel::EmitRequest read(const std::vector<RawMail>& mails);
  /// The same, handed to the host. Success: they are stored, and need not be read again.
  Status store(const std::vector<RawMail>& mails);

  Threads& threads() { return threads_; }

 private:
  const Host host_;
  const Config& config_;
  Threads threads_;
};

}  // namespace conserje::gmail
