#include "plugin/worker/frames.hpp"

#include <gtest/gtest.h>

#include "conserje/wire.hpp"

namespace conserje {
namespace {

std::string packet(const FrameHead& head, std::string_view piece) {
  const auto bytes = encode(head);
  return std::string(bytes.data(), bytes.size()) + std::string(piece);
}

TEST(FrameHead, IsLittleEndianAndSixteenBytes) {
  EXPECT_EQ(packet({FrameKind::invoke, 0x0102030405060708, 0x0a0b0c0d}, ""),
            std::string("\x0d\x0c\x0b\x0a\x07\x00\x01\x00\x08\x07\x06\x05\x04\x03\x02\x01", 16));
}

TEST(FrameHead, IsReadAsItWasWritten) {
  const FrameHead head{FrameKind::note, 7, 9};
  EXPECT_EQ(decode_head(packet(head, "whatever")), head);
}

TEST(FrameHead, OfAnotherVersionKindOrSizeIsNone) {
  const auto good = packet({FrameKind::note, 7, 9}, "");
  const auto with = [&](std::size_t at, char byte) {
    auto bytes = good;
    bytes[at] = byte;
    return decode_head(bytes);
  };
  EXPECT_EQ(with(4, 0), std::nullopt);
  EXPECT_EQ(with(4, 13), std::nullopt);
  EXPECT_EQ(with(6, 2), std::nullopt);
  EXPECT_EQ(with(3, 5), std::nullopt);  // 80 MiB and more.
  EXPECT_EQ(decode_head(good.substr(1)), std::nullopt);
}

TEST(FrameAssembly, PutsAFrameTogetherFromItsPackets) {
  FrameAssembly assembly;
  EXPECT_EQ(assembly.add(packet({FrameKind::result, 3, 6}, "ab")), FrameAssembly::Step::more);
  EXPECT_EQ(assembly.add("cd"), FrameAssembly::Step::more);
  EXPECT_EQ(assembly.add("ef"), FrameAssembly::Step::complete);
  EXPECT_EQ(assembly.take(), (Frame{FrameKind::result, 3, "abcdef"}));
  EXPECT_EQ(assembly.add(packet({FrameKind::drain, 4, 0}, "")), FrameAssembly::Step::complete);
  EXPECT_EQ(assembly.take(), (Frame{FrameKind::drain, 4, ""}));
}

TEST(FrameAssembly, RefusesMoreThanWasAnnouncedAndPacketsOfNothing) {
  FrameAssembly longer;
  EXPECT_EQ(longer.add(packet({FrameKind::result, 3, 1}, "ab")), FrameAssembly::Step::bad);
  FrameAssembly empty;
  EXPECT_EQ(empty.add(packet({FrameKind::result, 3, 2}, "a")), FrameAssembly::Step::more);
  EXPECT_EQ(empty.add(""), FrameAssembly::Step::bad);
}

TEST(Body, OfACallAndItsRequestIsReadAsItWasWritten) {
  const cj_str attachments[] = {to_c("one"), to_c("")};
  const cj_call call{sizeof call, 3, 42, 1'000, to_c("trace"), to_c("key"), to_c("hotel"), nullptr};
  const cj_request request{sizeof request, 7, to_c("{}"), attachments, 2};
  BodyWriter out;
  put(out, call);
  put(out, request);
  const auto body = out.take();

  BodyReader in(body);
  const auto read = get_call(in);
  auto wire = get_request(in);
  EXPECT_TRUE(in.finished());
  EXPECT_EQ(std::tuple(read.attempt, read.call_id, read.deadline_ns), std::tuple(3U, 42U, 1'000U));
  EXPECT_EQ(view(read.trace_id), "trace");
  EXPECT_EQ(view(read.idempotency_key), "key");
  EXPECT_EQ(view(read.tenant), "hotel");
  const auto again = to_request(wire.get());
  EXPECT_EQ(std::tuple(again.method, again.head, again.attachments),
            std::tuple(7U, std::string_view("{}"), std::vector<std::string_view>{"one", ""}));
}

TEST(Body, OfAResultIsReadAsItWasWritten) {
  auto result = empty_result();
  fill(&result, Reply{"{\"a\":1}", {"one", ""}});
  result.retry_after_ms = 9;
  result.message = to_buffer("m");
  BodyWriter out;
  put(out, result, "");
  (void)take(result);
  const auto body = out.take();

  BodyReader in(body);
  auto again = empty_result();
  EXPECT_EQ(get_result(in, again), "");
  EXPECT_EQ(again.retry_after_ms, 9U);
  EXPECT_EQ(view(again.message), "m");
  EXPECT_EQ(take(again), Result<Reply>(Reply{"{\"a\":1}", {"one", ""}}));
}

TEST(Body, OfAResultThatIsCutAnywhereFillsNothing) {
  auto result = empty_result();
  fill(&result, Reply{"{\"a\":1}", {"one", "two"}});
  BodyWriter out;
  put(out, result, "");
  (void)take(result);
  const auto body = out.take();
  for (std::size_t size = 0; size < body.size(); ++size) {
    BodyReader in(std::string_view(body).substr(0, size));
    auto again = empty_result();
    (void)get_result(in, again);
    EXPECT_FALSE(in.finished());
    EXPECT_EQ(again.head.data, nullptr);
  }
}

TEST(Body, OfAResultWithMoreAttachmentsThanAllowedFillsNothing) {
  BodyWriter out;
  out.text("").number(CJ_OK).number(std::uint64_t{0}).text("").text("").text("");
  out.number(std::uint32_t{17});
  for (int i = 0; i < 17; ++i) out.text("x");
  const auto body = out.take();
  BodyReader in(body);
  auto again = empty_result();
  (void)get_result(in, again);
  EXPECT_FALSE(in.finished());
}

TEST(Body, OfABrokenResultIsItsFlawAlone) {
  BodyWriter out;
  put(out, empty_result(), "attachments nowhere");
  const auto body = out.take();
  BodyReader in(body);
  auto again = empty_result();
  EXPECT_EQ(get_result(in, again), "attachments nowhere");
  EXPECT_TRUE(in.finished());
}

}  // namespace
}  // namespace conserje
