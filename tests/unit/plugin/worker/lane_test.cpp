#include "plugin/worker/lane.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "plugin/worker/spawn.hpp"

namespace conserje {
namespace {

constexpr auto kForever = RealTime::max();

struct LaneTest : testing::Test {
  std::pair<Descriptor, Descriptor> ends = *Lane::make();
  int peer = ends.second.get();
  Lane lane{std::move(ends.first)};

  Lane::Outcome receive(RealTime until = kForever) {
    Frame frame;
    return lane.receive(frame, until);
  }
};

TEST_F(LaneTest, CarriesFramesOfAnySize) {
  Lane other(std::move(ends.second));
  for (const std::size_t size :
       {0UL, 1UL, kPacketBytes - kFrameHeadBytes, kPacketBytes, 5'000'000UL}) {
    const std::string body(size, 'x');
    std::jthread sender(
        [&] { EXPECT_EQ(other.send(FrameKind::result, 9, body, kForever), Lane::Outcome::ok); });
    Frame frame;
    ASSERT_EQ(lane.receive(frame, kForever), Lane::Outcome::ok);
    EXPECT_EQ(frame, (Frame{FrameKind::result, 9, body})) << size;
  }
}

TEST_F(LaneTest, GivesUpAtTheTime) {
  EXPECT_EQ(receive(std::chrono::steady_clock::now()), Lane::Outcome::timeout);
  const std::string body(10'000'000, 'x');
  EXPECT_EQ(lane.send(FrameKind::invoke, 1, body, std::chrono::steady_clock::now()),
            Lane::Outcome::timeout);
}

TEST_F(LaneTest, TellsThatThePeerIsGone) {
  ends.second.close();
  EXPECT_EQ(receive(), Lane::Outcome::closed);
  EXPECT_EQ(lane.send(FrameKind::invoke, 1, "", kForever), Lane::Outcome::closed);
}

TEST_F(LaneTest, TellsWhatIsNoFrame) {
  ASSERT_EQ(::send(peer, "nonsense", 8, 0), 8);
  EXPECT_EQ(receive(), Lane::Outcome::bad);
}

TEST_F(LaneTest, TellsAPacketThatIsTooLong) {
  const std::string packet(kPacketBytes + 1, '\0');
  ASSERT_EQ(::send(peer, packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
  EXPECT_EQ(receive(), Lane::Outcome::bad);
}

TEST_F(LaneTest, TakesNoDescriptors) {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto head = encode(FrameHead{FrameKind::result, 1, 0});
  const auto before = open_files();
  ASSERT_TRUE(send_with(peer, {head.data(), head.size()}, {STDIN_FILENO, STDOUT_FILENO}));
  EXPECT_EQ(receive(), Lane::Outcome::ok);
  EXPECT_EQ(open_files(), before);
}

}  // namespace
}  // namespace conserje
