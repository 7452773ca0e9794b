#pragma once

#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <system_error>

namespace conserje::console {

/// A pipe of a test, which stands for one side of a terminal.
class Pipe {
 public:
  Pipe() {
    if (::pipe(ends_.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  ~Pipe() {
    close_in();
    close_out();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int out() const { return ends_[0]; }  // What comes out of it.
  int in() const { return ends_[1]; }   // What goes into it.
  void close_in() { close(ends_[1]); }
  void close_out() { close(ends_[0]); }

  /// Puts a text in; the pipe holds 64 KiB.
  void put(std::string_view text) {
    if (::write(in(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      throw std::system_error(errno, std::generic_category(), "write");
  }
  /// What was put in up to and with `end`; waits for it.
  std::string until(std::string_view end) {
    std::string text;
    for (char c = 0; !text.ends_with(end) && ::read(out(), &c, 1) == 1;) text += c;
    return text;
  }
  /// All that was put in, or is left of it; ends it.
  std::string all() {
    close_in();
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(out(), buffer, sizeof buffer)) > 0;)
      text.append(buffer, static_cast<std::size_t>(got));
    return text;
  }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

}  // namespace conserje::console
