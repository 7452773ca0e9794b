#pragma once

#include <unistd.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "terminal.hpp"

namespace conserje::console {

/// Where the chat is held. Borrowed; open as long as the instance.
struct Streams {
  int in = STDIN_FILENO;
  int out = STDOUT_FILENO;
  bool is_terminal = false;                  // A person sees what he types, and wants a prompt.
  std::chrono::milliseconds patience{5000};  // With an output that nobody reads, such as a pager's.
};

/// One guest, who writes into the terminal: each line is a message, and is answered before the next
/// one is read. The end of the input asks the host to stop. Each start is another guest.
class Console final : public Channel {
 public:
  /// A chat on standard input and output.
  static Result<std::unique_ptr<Console>> create(Host host, const Json& config);
  static Result<std::unique_ptr<Console>> create(Host host, const Json& config, Streams streams);
  ~Console() override;

  /// Begins to read, in a thread of its own.
  Status start(const Call&) override;
  /// Ends reading at once; a message under way is waited for.
  Status drain(const Call&) override;
  Health health() const override;

  /// Prints the message under the guest's line, with its options numbered: the next line that is
  /// one of the numbers chooses.
  /// Errors: permanent, the recipient is not the guest of this run, or nobody reads the output;
  /// deadline, nobody has read it for too long.
  Result<channel::SendReply> send(const Call&, const channel::SendRequest& request) override;
  Result<channel::ChannelHealth> check_health(const Call&) override;
  channel::Capabilities capabilities() const override;

 private:
  Console(Host host, Config config, Streams streams);

  void converse();
  void say(std::string_view line, std::string id);
  void emit(const channel::EmitRequest& request);
  void greet();
  void prompt();
  void echo(std::string_view line);
  void leave();
  std::string between_turns();
  void print(std::string text);
  std::optional<channel::Choice> take_choice(std::string_view line);

  const Host host_;
  const Config config_;
  const bool is_terminal_;
  const std::string run_;    // Random: no id of this run is one of another.
  const std::string guest_;  // The sender_id.
  Terminal terminal_;

  mutable std::mutex mutex_{};  // Of what follows and of terminal_.write().
  std::vector<channel::Choice> offered_{};
  std::size_t sent_ = 0;
  bool is_first_turn_ = true;
  bool at_prompt_ = false;  // A person may be typing.
  Status last_print_ = Done{};

  std::jthread reader_{};  // Last: it uses all of the above.
};

}  // namespace conserje::console
