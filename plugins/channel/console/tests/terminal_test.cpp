#include "terminal.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "pipe.hpp"

namespace conserje::console {
namespace {

using namespace std::chrono_literals;
using Line = std::optional<std::string>;

class TerminalOverPipes : public testing::Test {
 protected:
  Pipe in_;
  Pipe out_;
  Terminal terminal_{in_.out(), out_.in(), 0ms};
};

TEST_F(TerminalOverPipes, ReadsLinesUntilTheEnd) {
  in_.put("one\n\ntwo\n");
  in_.close_in();
  EXPECT_EQ(terminal_.read_line(), Line("one"));
  EXPECT_EQ(terminal_.read_line(), Line(""));
  EXPECT_EQ(terminal_.read_line(), Line("two"));
  EXPECT_EQ(terminal_.read_line(), std::nullopt);
}

TEST_F(TerminalOverPipes, ReadsALastLineWithoutAnEnd) {
  in_.put("one\ntwo");
  in_.close_in();
  EXPECT_EQ(terminal_.read_line(), Line("one"));
  EXPECT_EQ(terminal_.read_line(), Line("two"));
  EXPECT_EQ(terminal_.read_line(), std::nullopt);
}

TEST_F(TerminalOverPipes, ReadsALineThatComesInPieces) {
  in_.put("on");
  const std::jthread other([&] { in_.put("e\n"); });
  EXPECT_EQ(terminal_.read_line(), Line("one"));
}

TEST_F(TerminalOverPipes, CutsALineThatIsTooLong) {
  const std::string longest(Terminal::kLongestLine, 'x');
  in_.put(longest + "yyy\n" + longest + std::string(10'000, 'y') + "\nnext\n");
  EXPECT_EQ(terminal_.read_line(), Line(longest));
  EXPECT_EQ(terminal_.read_line(), Line(longest));
  EXPECT_EQ(terminal_.read_line(), Line("next"));
}

TEST_F(TerminalOverPipes, TakesAClosedInputForItsEnd) {
  Terminal closed(-1, out_.in(), 0ms);
  in_.close_in();
  EXPECT_EQ(terminal_.read_line(), std::nullopt);
}

TEST_F(TerminalOverPipes, EndsAReadThatWaits) {
  const std::jthread other([&] { terminal_.stop(); });
  EXPECT_EQ(terminal_.read_line(), std::nullopt);
}

TEST_F(TerminalOverPipes, ReadsNoMoreOnceItIsStopped) {
  in_.put("one\ntwo\n");
  EXPECT_EQ(terminal_.read_line(), Line("one"));
  terminal_.stop();
  EXPECT_EQ(terminal_.read_line(), std::nullopt);
}

TEST_F(TerminalOverPipes, WritesTheWholeText) {
  const std::string text(60'000, 'x');
  EXPECT_EQ(terminal_.write(text), Status(Done{}));
  EXPECT_EQ(out_.all(), text);
}

TEST_F(TerminalOverPipes, SaysThatNobodyReadsAndKeepsTheSignalFromTheProcess) {
  out_.close_out();
  EXPECT_EQ(terminal_.write("text"),
            (Status(Error{ErrorClass::permanent, "console: nobody reads the output"})));
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST_F(TerminalOverPipes, GivesUpOnAReaderThatPauses) {
  EXPECT_EQ(terminal_.write(std::string(1'000'000, 'x')),
            (Status(Error{ErrorClass::deadline, "console: nobody reads the output for too long"})));
}

TEST_F(TerminalOverPipes, EndsAPauseWhenItIsStopped) {
  EXPECT_TRUE(terminal_.pause(0ms));
  const std::jthread other([&] { terminal_.stop(); });
  EXPECT_FALSE(terminal_.pause(24h));
}

}  // namespace
}  // namespace conserje::console
