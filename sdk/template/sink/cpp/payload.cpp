#include "payload.hpp"

namespace example {

std::string to_note(const conserje::sink::Event& event) {
  std::string note;
  conserje::JsonWriter out(note);
  out.begin_object();
  out.member("key", event.id);  // The same at each attempt: Example drops the second one.
  out.member("text", event.type + " " + event.data.dump());
  out.member("urgent", event.severity == "critical");
  out.end_object();
  return note;
}

}  // namespace example
