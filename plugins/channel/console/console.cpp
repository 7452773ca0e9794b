#include "console.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>

namespace conserje::console {
namespace {

using namespace std::chrono_literals;

constexpr int kAttempts = 5;  // To hand a message over while the host cannot store it.
constexpr std::string_view kPrompt = "> ";

struct Hint {
  std::string_view language;
  std::string_view text;
};
constexpr Hint kHints[] = {
    {"es", "Escriba un mensaje y pulse Intro; Ctrl-D para salir.\n"},
    {"en", "Write a message and press Enter; Ctrl-D to leave.\n"},
    {"pt", "Escreva uma mensagem e pressione Enter; Ctrl-D para sair.\n"},
};

std::string random_hex(const Host& host) {
  std::array<std::byte, 8> bytes{};
  host.random(bytes);
  std::string hex;
  for (const auto byte : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    hex += kDigits[std::to_integer<std::size_t>(byte & std::byte{0xf})];
  }
  return hex;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Without the control characters with which a text could take over the terminal.
std::string printable(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
  });
  return out;
}

std::string describe(const channel::Location& location) {
  std::string line;
  for (const auto& part : {location.name, location.address, location.url})
    if (!part.empty()) line += (line.empty() ? "" : ", ") + part;
  const std::string point = Json(location.latitude).dump() + ", " + Json(location.longitude).dump();
  return line.empty() ? point : line + " (" + point + ")";
}

}  // namespace

Result<std::unique_ptr<Console>> Console::create(Host host, const Json& config) {
  Streams streams;
  streams.is_terminal = ::isatty(streams.in) == 1 && ::isatty(streams.out) == 1;
  return create(host, config, streams);
}

Result<std::unique_ptr<Console>> Console::create(Host host, const Json& json, Streams streams) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Console>(new Console(host, *std::move(config), streams));
}

Console::Console(Host host, Config config, Streams streams)
    : host_(host),
      config_(std::move(config)),
      is_terminal_(streams.is_terminal),
      run_(random_hex(host)),
      guest_("console:" + run_),
      terminal_(streams.in, streams.out, streams.patience) {}

Console::~Console() { terminal_.stop(); }

Status Console::start(const Call&) {
  reader_ = std::jthread([this] {
    try {
      converse();
    } catch (const std::exception& error) {  // The top of a thread: it must not end the host.
      host_.error("the chat has broken off", {{"error", error.what()}});
    }
  });
  return Done{};
}

Status Console::drain(const Call&) {
  terminal_.stop();
  if (reader_.joinable()) reader_.join();
  return Done{};
}

Health Console::health() const {
  const std::lock_guard lock(mutex_);
  if (!last_print_) return {"down", last_print_.error().message};
  return {};
}

Result<channel::ChannelHealth> Console::check_health(const Call&) {
  const auto known = health();
  return channel::ChannelHealth{known.state, known.detail};
}

channel::Capabilities Console::capabilities() const {
  return {.max_buttons = 9, .max_list = 9, .location = true};
}

Result<channel::SendReply> Console::send(const Call&, const channel::SendRequest& request) {
  if (request.recipient != guest_)
    return Error{ErrorClass::permanent, "console: the recipient is not at this terminal"};

  const std::lock_guard lock(mutex_);
  std::string text = request.text + "\n";
  if (request.location) text += describe(*request.location) + "\n";
  if (!request.list_title.empty()) text += request.list_title + "\n";
  for (const auto& option : request.buttons) {
    offered_.push_back(option);
    text += "  " + std::to_string(offered_.size()) + ") " + option.title;
    text += (option.description.empty() ? "" : ": " + option.description) + "\n";
  }
  print(printable(text));
  if (!last_print_) return last_print_.error();
  return channel::SendReply{.message_ids = {run_ + "-r" + std::to_string(++sent_)}};
}

/// The reader's thread.
void Console::converse() {
  if (is_terminal_) greet();
  prompt();
  for (int count = 0; const auto line = terminal_.read_line(); prompt())
    if (const auto text = trimmed(*line); !text.empty())
      say(text, run_ + "-" + std::to_string(++count));
  if (terminal_.is_stopped()) return;
  leave();
  emit({.stop_host = true});
}

/// Hands one line to the host, and returns once it is answered.
void Console::say(std::string_view line, std::string id) {
  channel::UnifiedMessage message{.id = std::move(id),
                                  .account = config_.account,
                                  .sender_id = guest_,
                                  .sender_name = config_.sender_name,
                                  .type = "text",
                                  .text = std::string(line),
                                  .language = config_.language,
                                  .timestamp_ms = host_.now_ms()};
  if (auto choice = take_choice(line)) {
    message.type = "choice";
    message.text = choice->title;
    message.choice = std::move(choice);
  }
  echo(line);
  emit({.messages = {std::move(message)}, .wait = true});
}

/// Tries again what the host could not take; the same id twice is one message.
void Console::emit(const channel::EmitRequest& request) {
  const std::chrono::milliseconds timeout(config_.answer_timeout_ms);
  for (int attempt = 1;; ++attempt) {
    const auto reply = host_.emit(request, timeout);
    if (reply) {
      if (request.wait && !reply->handled) host_.info("the answer is late");
      return;
    }
    const auto& error = reply.error();
    const bool may_pass =
        error.error_class == ErrorClass::retry || error.error_class == ErrorClass::deadline;
    if (!may_pass || attempt == kAttempts || !terminal_.pause(error.retry_after.value_or(1s))) {
      host_.error("a line was not taken", {{"class", to_string(error.error_class)},
                                           {"error", error.message},
                                           {"attempt", attempt}});
      return;
    }
  }
}

void Console::greet() {
  const std::lock_guard lock(mutex_);
  for (const auto& [language, text] : kHints)
    if (config_.language.empty() || config_.language == language) print(std::string(text));
}

/// Asks a person for the next line.
void Console::prompt() {
  if (!is_terminal_) return;
  const std::lock_guard lock(mutex_);
  at_prompt_ = false;
  print(between_turns() + std::string(kPrompt));
  at_prompt_ = true;
}

/// The shell's prompt shall stand on a line of its own.
void Console::leave() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(at_prompt_, false)) print("\n");
}

/// A person has seen his line; a transcript gets it as if he had.
void Console::echo(std::string_view line) {
  const std::lock_guard lock(mutex_);
  at_prompt_ = false;
  if (!is_terminal_) print(between_turns() + std::string(kPrompt) + printable(line) + "\n");
}

/// An empty line between two turns, with mutex_ held.
std::string Console::between_turns() { return std::exchange(is_first_turn_, false) ? "" : "\n"; }

/// Writes, with mutex_ held. What comes while a person may be typing stands above a new prompt.
void Console::print(std::string text) {
  if (at_prompt_) text = "\n" + text + "\n" + std::string(kPrompt);
  last_print_ = terminal_.write(text);
}

/// What the line chooses of the options offered since the last line, which it ends.
std::optional<channel::Choice> Console::take_choice(std::string_view line) {
  const std::lock_guard lock(mutex_);
  const auto offered = std::exchange(offered_, {});
  for (std::size_t i = 0; i < offered.size(); ++i)
    if (line == std::to_string(i + 1)) return offered[i];
  return std::nullopt;
}

}  // namespace conserje::console
