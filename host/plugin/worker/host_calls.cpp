#include "plugin/worker/host_calls.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "conserje/wire.hpp"
#include "plugin/result_flaw.hpp"

namespace conserje {
namespace {

/// Takes a service's buffer.
HostAnswer with_bytes(std::uint32_t status, cj_buf buffer, std::uint64_t number = 0) {
  HostAnswer answer{status, number, std::string(view(buffer))};
  release(buffer);
  return answer;
}

/// The answer to what has none.
std::string nothing() {
  BodyWriter out;
  put(out, HostAnswer{});
  return out.take();
}

}  // namespace

void put(BodyWriter& out, const HostArguments& arguments) {
  for (const auto text : arguments.texts) out.text(text);
  for (const auto number : arguments.numbers) out.number(number);
}

HostArguments get_arguments(BodyReader& in) {
  HostArguments arguments;
  for (auto& text : arguments.texts) text = in.text();
  for (auto& number : arguments.numbers) number = in.number<std::uint64_t>();
  return arguments;
}

void put(BodyWriter& out, const HostAnswer& answer) {
  out.number(answer.status).number(answer.number).text(answer.bytes);
}

HostAnswer get_answer(BodyReader& in) {
  HostAnswer answer{.status = in.number<std::uint32_t>(), .number = in.number<std::uint64_t>()};
  answer.bytes = in.text();
  return answer;
}

HostCalls::HostCalls(const cj_host& host) : ctx_(host.ctx) {
  for (std::size_t i = 0; i < tables_.size(); ++i)
    tables_[i] = host.get_extension(host.ctx, to_c(kServiceIds[i]));
}

std::uint32_t HostCalls::offered() const {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < tables_.size(); ++i)
    if (tables_[i] != nullptr) bits |= std::uint32_t{1} << i;
  return bits;
}

bool HostCalls::note(std::string_view body) const {
  BodyReader in(body);
  const auto function = static_cast<HostFunction>(in.number<std::uint16_t>());
  const auto with = get_arguments(in);
  if (!in.finished()) return false;
  const auto name = to_c(with.texts[0]);
  const auto details = to_c(with.texts[1]);
  const auto value = std::bit_cast<double>(with.numbers[0]);
  const auto* logging = table<cj_log_v1>(Service::log);
  const auto* metrics = table<cj_metrics_v1>(Service::metrics);
  if (logging == nullptr || metrics == nullptr) return false;
  switch (function) {
    case HostFunction::log_write:
      logging->write(ctx_, static_cast<std::uint32_t>(with.numbers[0]), name, details);
      return true;
    case HostFunction::metrics_add: metrics->add(ctx_, name, details, value); return true;
    case HostFunction::metrics_set: metrics->set(ctx_, name, details, value); return true;
    case HostFunction::metrics_observe: metrics->observe(ctx_, name, details, value); return true;
    default: return false;
  }
}

std::optional<std::string> HostCalls::answer(std::string_view body, std::uint64_t latest_ns) const {
  BodyReader in(body);
  const auto function = static_cast<HostFunction>(in.number<std::uint16_t>());
  if (function == HostFunction::http_send || function == HostFunction::emit)
    return request(function, in, latest_ns);
  if (function >= HostFunction::log_write)
    return note(body) ? std::optional(nothing()) : std::nullopt;
  const auto with = get_arguments(in);
  if (!in.finished()) return {};
  const auto answered = call(function, with);
  if (!answered) return {};
  BodyWriter out;
  put(out, *answered);
  return out.take();
}

std::optional<std::string> HostCalls::request(HostFunction function, BodyReader& in,
                                              std::uint64_t latest_ns) const {
  auto circumstances = get_call(in);
  auto wire = get_request(in);
  const auto* http = table<cj_http_v1>(Service::http);
  const auto* emit = table<cj_emit_v1>(Service::emit);
  const bool is_http = function == HostFunction::http_send;
  if (!in.finished() || (is_http ? http == nullptr : emit == nullptr)) return {};
  if (latest_ns != 0 && (circumstances.deadline_ns == 0 || circumstances.deadline_ns > latest_ns))
    circumstances.deadline_ns = latest_ns;

  auto result = empty_result();
  (is_http ? http->send : emit->emit)(ctx_, &circumstances, wire.get(), &result);
  BodyWriter out;
  put(out, result, "");
  release_all(result);
  return out.take();
}

std::optional<HostAnswer> HostCalls::call(HostFunction function, const HostArguments& with) const {
  const auto text = to_c(with.texts[0]);
  const auto* clock = table<cj_clock_v1>(Service::clock);
  const auto* secrets = table<cj_secrets_v1>(Service::secrets);
  const auto* timer = table<cj_timer_v1>(Service::timer);
  const auto* random = table<cj_random_v1>(Service::random);
  switch (function) {
    case HostFunction::clock_wall:
      return HostAnswer{.number = std::bit_cast<std::uint64_t>(clock->wall_ms(ctx_))};
    case HostFunction::clock_monotonic: return HostAnswer{.number = clock->monotonic_ns(ctx_)};
    case HostFunction::secrets_get: {
      if (secrets == nullptr) return {};
      cj_buf value{};
      const auto status = secrets->get(ctx_, text, &value);
      return with_bytes(status, value);
    }
    case HostFunction::timer_set:
      if (timer == nullptr) return {};
      return HostAnswer{timer->set(ctx_, text, with.numbers[0], with.numbers[1])};
    case HostFunction::timer_clear:
      if (timer == nullptr) return {};
      return HostAnswer{timer->clear(ctx_, text)};
    case HostFunction::random_fill: {
      if (with.numbers[0] > kMostRandomBytes) return {};
      HostAnswer answer{.bytes = std::string(with.numbers[0], '\0')};
      random->fill(ctx_, answer.bytes.data(), answer.bytes.size());
      return answer;
    }
    case HostFunction::kv_get:
    case HostFunction::kv_put:
    case HostFunction::kv_remove:
    case HostFunction::kv_list: return kv_call(function, with);
    default: return crypto_call(function, with);
  }
}

std::optional<HostAnswer> HostCalls::kv_call(HostFunction function,
                                             const HostArguments& with) const {
  const auto* kv = table<cj_kv_v1>(Service::kv);
  if (kv == nullptr) return {};
  const auto key = to_c(with.texts[0]);
  const auto expected = with.numbers[0];
  cj_buf bytes{};
  std::uint64_t revision = 0;
  switch (function) {
    case HostFunction::kv_get: {
      const auto status = kv->get(ctx_, key, &bytes, &revision);
      return with_bytes(status, bytes, revision);
    }
    case HostFunction::kv_put: {
      const auto status = kv->put(ctx_, key, to_c(with.texts[1]), expected, &revision);
      return HostAnswer{status, revision};
    }
    case HostFunction::kv_remove: return HostAnswer{kv->remove(ctx_, key, expected)};
    default: {
      const auto status = kv->list(ctx_, key, &bytes);
      return with_bytes(status, bytes);
    }
  }
}

std::optional<HostAnswer> HostCalls::crypto_call(HostFunction function,
                                                 const HostArguments& with) const {
  const auto* crypto = table<cj_crypto_v1>(Service::crypto);
  if (crypto == nullptr) return {};
  const auto algorithm = static_cast<std::uint32_t>(with.numbers[0]);
  std::array<cj_str, 4> texts{};
  std::transform(with.texts.begin(), with.texts.end(), texts.begin(),
                 [](std::string_view text) { return to_c(text); });
  std::array<char, 64> out{};  // cj.h: the longest digest, and a signature.
  std::uint64_t size = 0;
  HostAnswer answer;
  switch (function) {
    case HostFunction::crypto_digest:
      answer.status = crypto->digest(ctx_, algorithm, texts[0], out.data(), &size);
      break;
    case HostFunction::crypto_hmac:
      answer.status = crypto->hmac(ctx_, algorithm, texts[0], texts[1], out.data(), &size);
      break;
    case HostFunction::crypto_ed25519_sign:
      answer.status = crypto->ed25519_sign(ctx_, texts[0], texts[1], out.data());
      size = answer.status == CJ_OK ? out.size() : 0;
      break;
    case HostFunction::crypto_ed25519_verify:
      answer.status = crypto->ed25519_verify(ctx_, texts[0], texts[1], texts[2]);
      break;
    case HostFunction::crypto_rs256_verify:
      answer.status = crypto->rs256_verify(ctx_, texts[0], texts[1], texts[2], texts[3]);
      break;
    default: return {};
  }
  answer.bytes.assign(out.data(), std::min<std::uint64_t>(size, out.size()));
  return answer;
}

}  // namespace conserje
