#include "app/generation.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "conserje/speech_types.hpp"
#include "media/qr_code.hpp"

namespace conserje {
namespace {

/// For a whole file, which may be large and its provider slow.
constexpr std::chrono::minutes kFetch{2};
constexpr std::chrono::minutes kTranscribe{1};
constexpr std::chrono::seconds kSpeak{20};  // Of a reply; one that takes longer is written.
static_assert(kFetch + kTranscribe <= kLongestListening);

}  // namespace

Generation::Generation(const Rooms& rooms, Sources sources, const Generation* before)
    : sources_(std::move(sources)),
      clock_(rooms.clock),
      number_(before == nullptr ? 1 : before->number_ + 1),
      keeper_(keeper_parts(rooms)),
      worker_((connect_gateways(rooms, before), worker_parts(rooms))),
      dispatcher_(dispatcher_parts(rooms)),
      desk_({.database = rooms.database,
             .outbox = rooms.outbox,
             .sessions = rooms.sessions,
             .notification_logs = rooms.notification_logs,
             .pipeline = pipeline(),
             .texts = *sources_.texts,
             .clock = rooms.clock}),
      reviews_({.database = rooms.database,
                .outbox = rooms.outbox,
                .pipeline = pipeline(),
                .texts = *sources_.texts,
                .clock = rooms.clock}) {}

void Generation::keep_house(const Log& log) {
  if (const auto old = keeper_.forget_old(); !old)
    log.error("old files of guests could not be removed", {{"error", old.error().message}});
  if (const auto asked = reviews_.ask(); !asked)
    log.error("no guest could be asked for a review", {{"error", asked.error().message}});
}

Result<std::shared_ptr<Plugin>> Generation::plugin(std::string_view what,
                                                   const std::string& name) const {
  const auto found = sources_.plugins.find(name);
  if (found != sources_.plugins.end()) return found->second;
  return Error{ErrorClass::config, "the " + std::string(what) + " " + name + " is not running"};
}

/// One for each house, also for a PMS that does not run: its guests are told of the trouble.
void Generation::connect_gateways(const Rooms& rooms, const Generation* before) {
  for (const auto& flow : pipeline().flows)
    for (const auto& name : flow.pms_plugins()) connect_gateway(name, rooms, before);
}

void Generation::connect_gateway(const std::string& name, const Rooms& rooms,
                                 const Generation* before) {
  const auto running = sources_.plugins.find(name);
  House house{.plugin = running == sources_.plugins.end() ? nullptr : running->second};
  const auto deadline = pipeline().plugin(name)->deadline;
  if (before != nullptr) {
    const auto known = before->houses_.find(name);
    if (known != before->houses_.end() && known->second.plugin == house.plugin &&
        before->pipeline().plugin(name)->deadline == deadline)
      house.gateway = known->second.gateway;
  }
  if (house.gateway == nullptr)
    house.gateway = std::make_shared<Gateway>(
        name, Gateway::Settings{.deadline = deadline},
        [plugin = house.plugin, name,
         tenant = pipeline().tenant](const PmsCall& call) -> Result<Reply> {
          if (plugin == nullptr)
            return Error{ErrorClass::config, "the PMS " + name + " is not running"};
          return plugin->call({.deadline = call.deadline,
                               .attempt = call.attempt,
                               .idempotency_key = call.idempotency_key,
                               .tenant = tenant},
                              call.method, call.head);
        },
        [](Millis wait) { std::this_thread::sleep_for(wait); }, rooms.clock, rooms.random,
        rooms.metrics);
  houses_.insert_or_assign(name, std::move(house));
}

Worker::Parts Generation::worker_parts(const Rooms& rooms) {
  std::map<std::string, Gateway*> gateways;
  for (const auto& [name, house] : houses_) gateways[name] = house.gateway.get();
  return {
      .database = rooms.database,
      .inbox = rooms.inbox,
      .outbox = rooms.outbox,
      .sessions = rooms.sessions,
      .guests = rooms.guests,
      .acts = rooms.acts,
      .reservations = rooms.reservations,
      .notification_logs = rooms.notification_logs,
      .media_files = rooms.media_files,
      .pipeline = pipeline(),
      .texts = *sources_.texts,
      .understand = [this](const std::string& name,
                           const nlu::ParseRequest& request) -> Result<nlu::ParseReply> {
        const auto nlu = plugin("nlu plugin", name);
        if (!nlu) return nlu.error();
        return (*nlu)->call_as<nlu::ParseReply>({.tenant = pipeline().tenant}, nlu::method::parse,
                                                request);
      },
      .transcribe = [this](const std::string& name, const MediaFile& file,
                           const std::string& language) { return listen(name, file, language); },
      .gateways = std::move(gateways),
      .clock = rooms.clock,
      .random = rooms.random,
      .metrics = rooms.metrics,
      .log = rooms.log,
      .owner = rooms.owner,
      .guest_key = rooms.guest_key,
      .answered = rooms.answered};
}

Dispatcher::Parts Generation::dispatcher_parts(const Rooms& rooms) {
  return {
      .database = rooms.database,
      .outbox = rooms.outbox,
      .notification_logs = rooms.notification_logs,
      .guests = rooms.guests,
      .pipeline = pipeline(),
      .outlets = {
          .send = [this](const std::string& name, const CallSpec& spec,
                         const channel::SendRequest& request) -> Result<channel::SendReply> {
            const auto channel = plugin("channel", name);
            if (!channel) return channel.error();
            return (*channel)->call_as<channel::SendReply>(spec, channel::method::send, request);
          },
          .deliver = [this](const std::string& name, const CallSpec& spec,
                            const sink::DeliverRequest& request) -> Result<sink::DeliverReply> {
            const auto sink = plugin("sink", name);
            if (!sink) return sink.error();
            return (*sink)->call_as<sink::DeliverReply>(spec, sink::method::deliver, request);
          },
          .capabilities = [this](const std::string& name) -> Result<channel::Capabilities> {
            const auto channel = plugin("channel", name);
            if (!channel) return channel.error();
            return (*channel)->call_as<channel::Capabilities>(
                {.tenant = pipeline().tenant}, channel::method::capabilities, channel::Empty{});
          },
          .delivery_status = [this](const std::string& name, const CallSpec& spec,
                                    const channel::DeliveryStatusRequest& request)
              -> Result<std::optional<channel::DeliveryStatusReply>> {
            const auto channel = plugin("channel", name);
            if (!channel) return channel.error();
            if (!(*channel)->offers(channel::method::delivery_status))
              return std::optional<channel::DeliveryStatusReply>();
            auto reply = (*channel)->call_as<channel::DeliveryStatusReply>(
                spec, channel::method::delivery_status, request);
            if (!reply) return reply.error();
            return std::optional(*std::move(reply));
          },
          .send_media = [this](
                            const std::string& name, const CallSpec& spec,
                            const channel::SendRequest& request,
                            const MadeFile& file) { return send_file(name, spec, request, file); },
          .make = [this](const Made& made,
                         const channel::SendRequest& request) { return make(made, request); }},
      .clock = rooms.clock,
      .random = rooms.random,
      .metrics = rooms.metrics,
      .log = rooms.log,
      .owner = rooms.owner};
}

MediaKeeper::Parts Generation::keeper_parts(const Rooms& rooms) {
  return {.database = rooms.database,
          .files = rooms.media_files,
          .folder = MediaFolder(pipeline().data_dir / "media"),
          .limits = pipeline().limits.media,
          .fetch = [this](const std::string& name,
                          const channel::FetchMediaRequest& request) -> Result<Fetched> {
            const auto channel = plugin("channel", name);
            if (!channel) return channel.error();
            if (!(*channel)->offers(channel::method::fetch_media))
              return Error{ErrorClass::permanent, "the channel " + name + " fetches no files"};
            auto reply = (*channel)->call(
                {.deadline = clock_.monotonic() + kFetch, .tenant = pipeline().tenant},
                channel::method::fetch_media, encode(request));
            if (!reply) return reply.error();
            auto head = decode<channel::FetchMediaReply>(std::string_view(reply->head));
            if (!head) return (*channel)->bad_head(head.error());
            if (reply->attachments.size() != 1)
              return (*channel)->bad_head({ErrorClass::bug, "a file is one attachment"});
            return Fetched{.mime_type = std::move(head->mime_type),
                           .bytes = std::move(reply->attachments.front())};
          },
          .clock = rooms.clock,
          .random = rooms.random,
          .metrics = rooms.metrics,
          .log = rooms.log,
          .owner = rooms.owner};
}

/// What is said in a voice note; the house's name helps to spell it.
Result<std::string> Generation::listen(const std::string& name, const MediaFile& file,
                                       const std::string& language) {
  const auto speech = plugin("speech plugin", name);
  if (!speech) return speech.error();
  const auto audio = keeper_.get(file);
  if (!audio) return audio.error();
  const std::array<std::string_view, 1> attachments{audio->bytes};
  const auto head = encode(speech::TranscribeRequest{
      .mime_type = audio->mime_type, .language = language, .hint = pipeline().hotel.name});
  const auto reply =
      (*speech)->call({.deadline = clock_.monotonic() + kTranscribe, .tenant = pipeline().tenant},
                      speech::method::transcribe, head, attachments);
  if (!reply) return reply.error();
  auto transcript = decode<speech::Transcript>(std::string_view(reply->head));
  if (!transcript) return (*speech)->bad_head(transcript.error());
  return std::move(transcript->text);
}

Result<channel::SendReply> Generation::send_file(const std::string& name, const CallSpec& spec,
                                                 const channel::SendRequest& request,
                                                 const MadeFile& file) {
  const auto channel = plugin("channel", name);
  if (!channel) return channel.error();
  if (!(*channel)->offers(channel::method::send_media))
    return Error{ErrorClass::permanent, "the channel " + name + " sends no files"};
  const std::array<std::string_view, 1> attachments{file.bytes};
  const auto reply =
      (*channel)->call(spec, channel::method::send_media, encode(request), attachments);
  if (!reply) return reply.error();
  auto sent = decode<channel::SendReply>(std::string_view(reply->head));
  if (!sent) return (*channel)->bad_head(sent.error());
  return sent;
}

Result<MadeFile> Generation::make(const Made& made, const channel::SendRequest& request) {
  if (made.kind == MadeKind::speech) return speak(made.of, request);
  auto png = qr_code_png(made.of);
  if (!png) return png.error();
  return MadeFile{.mime_type = "image/png", .bytes = *std::move(png)};
}

/// What a reply says, as a voice note.
Result<MadeFile> Generation::speak(const std::string& name, const channel::SendRequest& request) {
  const auto speech = plugin("speech plugin", name);
  if (!speech) return speech.error();
  if (!(*speech)->offers(speech::method::synthesise))
    return Error{ErrorClass::permanent, "the speech plugin " + name + " does not speak"};
  const auto head = encode(speech::SynthesiseRequest{
      .text = request.text, .language = request.language, .mime_type = "audio/ogg"});
  auto reply =
      (*speech)->call({.deadline = clock_.monotonic() + kSpeak, .tenant = pipeline().tenant},
                      speech::method::synthesise, head);
  if (!reply) return reply.error();
  auto audio = decode<speech::Audio>(std::string_view(reply->head));
  if (!audio) return (*speech)->bad_head(audio.error());
  if (reply->attachments.size() != 1)
    return (*speech)->bad_head({ErrorClass::bug, "a voice is one attachment"});
  return MadeFile{.mime_type = std::move(audio->mime_type),
                  .bytes = std::move(reply->attachments.front())};
}

}  // namespace conserje
