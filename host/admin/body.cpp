#include "admin/body.hpp"

#include <algorithm>

namespace conserje {
namespace {

std::string pointer_to(const std::string& name) {
  return (Json::json_pointer() / name).to_string();
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_line(const std::string& text, std::size_t most) {
  return !text.empty() && text.size() <= most && std::ranges::none_of(text, is_control);
}

bool is_prose(const std::string& text, std::size_t most) {
  return text.find_first_not_of(" \n") != std::string::npos && text.size() <= most &&
         std::ranges::none_of(text, [](char c) { return c != '\n' && is_control(c); });
}

}  // namespace

const Json* BodyReader::find(const std::string& name) {
  asked_.insert(name);
  if (!body_.is_object()) return nullptr;
  const auto found = body_.find(name);
  return found == body_.end() ? nullptr : &*found;
}

std::string BodyReader::text(const std::string& name, std::size_t most) {
  const auto* member = find(name);
  if (member != nullptr && member->is_string() &&
      is_line(member->get_ref<const std::string&>(), most))
    return member->get<std::string>();
  complain(pointer_to(name),
           "a text of one line is needed, 1 to " + std::to_string(most) + " bytes");
  return {};
}

std::string BodyReader::prose(const std::string& name, std::size_t most) {
  const auto* member = find(name);
  if (member != nullptr && member->is_string() &&
      is_prose(member->get_ref<const std::string&>(), most))
    return member->get<std::string>();
  complain(pointer_to(name), "a text is needed, 1 to " + std::to_string(most) + " bytes");
  return {};
}

bool BodyReader::truth(const std::string& name, bool otherwise) {
  const auto* member = find(name);
  if (member == nullptr) return otherwise;
  if (member->is_boolean()) return member->get<bool>();
  complain(pointer_to(name), "true or false is needed");
  return otherwise;
}

std::vector<std::string> BodyReader::words(const std::string& name, std::size_t most) {
  const auto* member = find(name);
  const bool is_list = member != nullptr && member->is_array() && !member->empty() &&
                       member->size() <= most &&
                       std::ranges::all_of(*member, [](const Json& j) { return j.is_string(); });
  if (is_list) return member->get<std::vector<std::string>>();
  complain(pointer_to(name), "a list of 1 to " + std::to_string(most) + " texts is needed");
  return {};
}

std::optional<std::int64_t> BodyReader::number(const std::string& name, std::int64_t low,
                                               std::int64_t high) {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  // A number that 64 bits with a sign cannot hold is stored as an unsigned one, or as a real one.
  const bool fits = member->is_number_integer() &&
                    (!member->is_number_unsigned() || member->get<std::uint64_t>() <= INT64_MAX);
  if (fits && member->get<std::int64_t>() >= low && member->get<std::int64_t>() <= high)
    return member->get<std::int64_t>();
  complain(pointer_to(name), "a whole number from " + std::to_string(low) + " to " +
                                 std::to_string(high) + " is needed");
  return std::nullopt;
}

void BodyReader::complain(std::string pointer, std::string detail) {
  faults_.push_back({std::move(pointer), std::move(detail)});
}

std::optional<Problem> BodyReader::problem() {
  if (!body_.is_object()) {
    faults_.assign(1, {"", "an object is needed"});
  } else {
    for (const auto& [name, member] : body_.items())
      if (!asked_.contains(name)) complain(pointer_to(name), "this member is not known");
  }
  if (faults_.empty()) return std::nullopt;
  return Problem{.status = 422,
                 .detail = "the body is not what this call takes: see errors",
                 .faults = faults_};
}

}  // namespace conserje
