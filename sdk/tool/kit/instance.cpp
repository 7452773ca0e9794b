#include "kit/instance.hpp"

#include <algorithm>
#include <cstring>

#include "pipeline/utf8.hpp"
#include "plugin/instance.hpp"

namespace conserje::kit {
namespace {

constexpr unsigned char kUntouched = 0xa5;

Error class_of(std::uint32_t status) { return {to_class(status), ""}; }

void judge_buffer(const cj_buf& buffer, const std::string& which) {
  require(buffer.data != nullptr || buffer.size == 0, which + " has a size and no bytes",
          "a cj_buf whose data holds size bytes");
  require(buffer.size <= kReplyLimit, which + " has " + std::to_string(buffer.size) + " bytes",
          "at most " + std::to_string(kReplyLimit));
  require(buffer.owner == nullptr || buffer.release != nullptr,
          which + " has an owner and no release", "a release for every owner");
}

void judge_text(const cj_buf& buffer, const std::string& which) {
  judge_buffer(buffer, which);
  const auto good = valid_utf8_prefix(view(buffer));
  require(good == buffer.size, which + " is not UTF-8 at byte " + std::to_string(good),
          "text in UTF-8");
}

void judge_head(const cj_result& result, const std::string& what) {
  judge_text(result.head, "the head of " + what);
  if (result.status != CJ_OK || result.head.size == 0) return;
  require(
      Json::parse(view(result.head), nullptr, false).is_object(),
      "the head of " + what + " is no JSON object: " + std::string(view(result.head).substr(0, 80)),
      "a JSON object, or nothing");
}

void judge_attachments(const cj_result& result, const std::string& what) {
  require(result.attachment_count <= kMaxAttachments,
          what + " has " + std::to_string(result.attachment_count) + " attachments",
          "at most " + std::to_string(kMaxAttachments));
  require(result.attachments != nullptr || result.attachment_count == 0,
          what + " counts attachments that are nowhere", "an array of that many");
  require(result.attachments_owner == nullptr || result.release_attachments != nullptr,
          what + " has an owner of attachments and no release", "a release for every owner");
  for (std::uint64_t i = 0; i < result.attachment_count; ++i)
    judge_buffer(result.attachments[i], "attachment " + std::to_string(i) + " of " + what);
}

/// cj_call as the question wants it; borrows `key`.
cj_call to_call(const Question& question, const KitHost& host, cj_str key, Millis timeout) {
  static std::uint32_t never = 0;
  cj_call call{};
  call.size = sizeof call;
  call.attempt = 1;
  call.call_id = question.call_id;
  if (question.timeout != Millis(0))
    call.deadline_ns =
        host.monotonic_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(timeout).count());
  call.idempotency_key = key;
  call.cancelled = question.cancelled == nullptr ? &never : question.cancelled;
  return call;
}

}  // namespace

std::string Answer::words() const {
  if (ok()) return "ok: " + head.substr(0, 80);
  return std::string(to_string(class_of(status).error_class)) + ": \"" + message.substr(0, 200) +
         "\"";
}

ResultRoom::ResultRoom() : result(empty_result()) {
  std::memset(behind, kUntouched, sizeof behind);
}

void ResultRoom::judge(const std::string& what) const {
  require(std::ranges::all_of(behind, [](unsigned char byte) { return byte == kUntouched; }),
          what + " wrote behind its cj_result", "a plugin that writes what cj_result.size covers");
  require(result.size == sizeof(cj_result), what + " changed the size of its cj_result",
          "the size as the host has set it");
  require(CJ_STATUS_CLASS(result.status) <= CJ_CLASS_BUG &&
              (result.status == CJ_OK || CJ_STATUS_CLASS(result.status) != 0),
          what + " has status " + std::to_string(result.status), "CJ_OK or a CJ_STATUS of cj.h");
  judge_head(result, what);
  judge_text(result.message, "the message of " + what);
  judge_text(result.vendor_code, "the vendor code of " + what);
  judge_attachments(result, what);
}

Answer ResultRoom::take(const std::string& what) {
  judge(what);
  Answer answer{.status = result.status,
                .retry_after_ms = result.retry_after_ms,
                .head = std::string(view(result.head)),
                .message = std::string(view(result.message))};
  for (std::uint64_t i = 0; i < result.attachment_count; ++i)
    answer.attachments.emplace_back(view(result.attachments[i]));
  without_exceptions("a release", [&] { (void)conserje::take(result); });
  return answer;
}

Answer create_with(const Create& create, const cj_host* host, std::string_view config,
                   const cj_instance** instance) {
  Borrowed lent(config);
  ResultRoom room;
  cj_call call{};
  call.size = sizeof call;
  *instance = nullptr;
  without_exceptions("create", [&] { create(host, &call, lent.wire(), instance, &room.result); });
  lent.take_back_for_good();
  auto answer = room.take("create");
  require(
      answer.ok() == (*instance != nullptr),
      answer.ok() ? "create says ok and makes no instance" : "create fails and makes an instance",
      "an instance exactly when the status is CJ_OK");
  return answer;
}

Instance::Instance(Subject& subject, const FittedConfig& config, const Create& create)
    : subject_(subject),
      host_(subject.manifest().permissions.http, subject.manifest().permissions.kv_quota_bytes > 0,
            config.config, config.secrets) {
  const cj_instance* made = nullptr;
  const auto answer = create_with(create, host_.wire(), config.config.dump(), &made);
  require(answer.ok(), "create refuses a fitting configuration: " + answer.words(),
          "an instance for a configuration that fits the schema (or give --config FILE)");
  table_ = sized_copy(made);
  require(table_.invoke != nullptr && table_.destroy != nullptr,
          std::string("the instance has no ") + (table_.invoke == nullptr ? "invoke" : "destroy"),
          "a cj_instance with invoke and destroy");
  is_alive_ = true;
}

Instance::~Instance() {
  if (!is_alive_ || std::uncaught_exceptions() > 0) return;  // Not another fault upon the first.
  try {
    if (is_started_) drain();
    destroy();
  } catch (const Broken&) {  // Each of these has a check of its own.
  }
}

void Instance::start() {
  if (table_.start != nullptr) {
    ResultRoom room;
    const auto call = to_call({}, host_, {}, subject_.patience(Millis(10'000)));
    without_exceptions("start", [&] { table_.start(table_.self, &call, &room.result); });
    const auto answer = room.take("start");
    require(answer.ok(), "start fails: " + answer.words(), "an instance that starts");
  }
  is_started_ = true;
}

Answer Instance::drain(Millis timeout) {
  is_started_ = false;
  if (table_.drain == nullptr) return {};
  ResultRoom room;
  const auto call = to_call({}, host_, {}, subject_.patience(timeout));
  without_exceptions("drain", [&] { table_.drain(table_.self, &call, &room.result); });
  return room.take("drain");
}

void Instance::destroy() {
  is_alive_ = false;
  without_exceptions("destroy", [&] { table_.destroy(table_.self); });
}

Answer Instance::health() {
  if (table_.health == nullptr) return {};
  ResultRoom room;
  without_exceptions("health", [&] { table_.health(table_.self, &room.result); });
  return room.take("health");
}

void Instance::ask_into(const Question& question, ResultRoom& room) {
  Borrowed head(question.head);
  Borrowed key(question.key);
  std::vector<std::unique_ptr<Borrowed>> lent;
  std::vector<cj_str> attachments;
  for (const auto& bytes : question.attachments)
    attachments.push_back(lent.emplace_back(std::make_unique<Borrowed>(bytes))->wire());
  const cj_request request{sizeof(cj_request), question.method, head.wire(), attachments.data(),
                           attachments.size()};
  const auto call = to_call(question, host_, key.wire(), subject_.patience(question.timeout));
  without_exceptions(question.name,
                     [&] { table_.invoke(table_.self, &call, &request, &room.result); });
  head.take_back();
  key.take_back();
  for (const auto& bytes : lent) bytes->take_back();
  room.judge(question.name);  // While the lent bytes are gone: a reply must not point into them.
}

Answer Instance::ask(const Question& question) {
  ResultRoom room;
  ask_into(question, room);
  return room.take(question.name);
}

void Instance::cancel(std::uint64_t call_id) {
  if (table_.cancel == nullptr) return;
  without_exceptions("cancel", [&] { table_.cancel(table_.self, call_id); });
}

std::vector<Question> valid_questions(Subject& subject, Generator& generator) {
  std::vector<Question> questions;
  for (const auto& method : subject.manifest().methods) {
    const auto schema = method_schema(method.name);
    if (!schema) continue;
    Question question{.name = method.name, .method = method.number};
    question.head = generator.value(*schema->request, *schema->definitions).dump();
    question.key = "key-" + std::to_string(generator.number(1'000'000));
    if (method.name == "channel.handle_webhook")
      question.attachments = {R"({"object":"kit","entry":[]})",
                              "content-type: application/json\r\nx-signature: 00\r\n"};
    if (method.name == "speech.transcribe") question.attachments = {std::string(4096, '\0')};
    questions.push_back(std::move(question));
  }
  return questions;
}

std::string shown(const Question& question) {
  return question.name + " " +
         Json(question.head.substr(0, 60)).dump(-1, ' ', true, Json::error_handler_t::replace);
}

void expect_no_bug(const Question& question, const Answer& answer) {
  require(CJ_STATUS_CLASS(answer.status) != CJ_CLASS_BUG,
          shown(question) + " is answered with " + answer.words(),
          "another class than bug: a request can always be refused as permanent");
}

}  // namespace conserje::kit
