#include "payload.hpp"

#include <algorithm>

#include "../common/document.hpp"
#include "address.hpp"

namespace conserje::whatsapp {
namespace {

using document::Document;

/// The document of an answer, empty when it is none; it lives as long as this object.
class Answer {
 public:
  explicit Answer(const HttpResponse& response) : response_(response) {
    if (const auto root = document_.parse(response.body)) value_ = *root;
  }

  const Value& value() const { return value_; }
  bool is_refusal() const {
    return response_.status < 200 || response_.status > 299 || value_["error"];
  }
  Error error(std::uint32_t attempt) const { return to_error(response_, value_["error"], attempt); }

 private:
  const HttpResponse& response_;
  Document document_{};
  Value value_{};
};

}  // namespace

Result<Accepted> read_accepted(const HttpResponse& response, std::uint32_t attempt) {
  const Answer answer(response);
  if (answer.is_refusal()) return answer.error(attempt);
  const Value value = answer.value();
  Accepted accepted{.message_id = std::string(value["messages"].first()["id"].view()),
                    .address = to_e164(value["contacts"].first()["wa_id"].view())};
  if (accepted.message_id.empty())
    return Error{ErrorClass::deadline, "whatsapp: accepted without a message id"};
  return accepted;
}

Result<std::string> read_uploaded(const HttpResponse& response, std::uint32_t attempt) {
  const Answer answer(response);
  if (answer.is_refusal()) return answer.error(attempt);
  auto id = answer.value()["id"].text();
  if (id.empty()) return Error{ErrorClass::retry, "whatsapp: uploaded without a media id"};
  return id;
}

Result<MediaFile> read_media(const HttpResponse& response, std::uint32_t attempt) {
  const Answer answer(response);
  if (answer.is_refusal()) return answer.error(attempt);
  const Value value = answer.value();
  const auto mime_type = value["mime_type"].view();
  MediaFile file{.url = std::string(value["url"].view()),
                 .mime_type = std::string(mime_type.substr(0, mime_type.find(';'))),
                 .sha256 = std::string(value["sha256"].view()),
                 .size = std::max<std::int64_t>(0, value["file_size"].integer().value_or(0))};
  if (file.url.empty()) return Error{ErrorClass::retry, "whatsapp: the file has no link"};
  return file;
}

}  // namespace conserje::whatsapp
