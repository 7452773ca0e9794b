// What a worker writes, whatever it is: reading it ends, and takes no more than what was there.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "conserje/wire.hpp"
#include "plugin/worker/build_id.hpp"
#include "plugin/worker/frames.hpp"
#include "plugin/worker/host_calls.hpp"
#include "plugin/worker/sandbox.hpp"
#include "plugin/worker/spawn.hpp"

namespace {

using namespace conserje;

void require(bool holds) {
  if (!holds) std::abort();
}

const cj_ext_header* no_services(void*, cj_str) { return nullptr; }

/// The bytes as packets: each begins with its size.
void as_packets(std::string_view bytes) {
  FrameAssembly assembly;
  while (!bytes.empty()) {
    const auto size = std::min<std::size_t>(static_cast<unsigned char>(bytes[0]), bytes.size() - 1);
    const auto step = assembly.add(bytes.substr(1, size));
    if (step == FrameAssembly::Step::bad) return;
    if (step == FrameAssembly::Step::complete) (void)assembly.take();
    bytes.remove_prefix(1 + size);
  }
}

void as_body(std::string_view body) {
  BodyReader calls(body);
  const auto call = get_call(calls);
  const auto request = get_request(calls);
  require(request.attachments.size() <= kFrameAttachments);
  require(call.tenant.size <= body.size());

  BodyReader results(body);
  auto result = empty_result();
  const auto flaw = get_result(results, result);
  require(results.finished() || result.head.data == nullptr);
  (void)take(result);

  const cj_host host{sizeof host, CJ_ABI_VERSION, nullptr, no_services};
  const HostCalls nothing(host);
  require(nothing.offered() == 0 && !nothing.note(body));

  const auto enforced = decode_enforced(body);
  require(enforced.items.size() == std::size(kRestrictions));
  require(decode_enforced(encode(enforced)) == enforced);
  if (const auto spawn = decode_spawn(body)) require(decode_spawn(encode(*spawn)) == spawn);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  as_packets(bytes);
  as_body(bytes);
  (void)build_id(bytes);
  return 0;
}
