#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/nlu_types.hpp"
#include "conserje/result.hpp"
#include "grammar.hpp"

namespace re2 {
class RE2;
}

/// What a hotel itself calls things: the items `synonym`, `lookup` and `regex` of its Rasa files.
namespace conserje::nlu {

constexpr std::size_t kMaxPhrases = 20'000;  // Of all files together.
constexpr std::size_t kMaxPatterns = 64;
constexpr std::size_t kMaxPhraseBytes = 256;
constexpr std::size_t kMaxPatternBytes = 1024;
constexpr std::size_t kMaxNamed = 32;  // In one message; what follows is not looked at.

struct Names {
  /// "la Jacarandá" is a room_type, and which: "double".
  struct Phrase {
    std::string text{}, entity{}, value{};
    bool operator==(const Phrase&) const = default;
  };
  /// Whatever has this shape is an entity of that type; its value is its surface.
  struct Shape {
    std::string entity{}, regex{};
    bool operator==(const Shape&) const = default;
  };
  std::vector<Phrase> phrases{};
  std::vector<Shape> shapes{};

  bool operator==(const Names&) const = default;
};

/// Reads them from Rasa NLU YAML (2.0 to 3.1). A lookup's phrases are entities of the type that the
/// lookup is called by; a regex gives what it matches. A synonym is the value of its phrases, when
/// it or one of them stands in a lookup, or when it is one of our room types. So is the value of an
/// annotation, [la Jacarandá]{"entity": "room_type", "value": "double"}.
/// Errors: config, the text is not YAML of that shape, a regex is none, or there is too much; the
/// message says where.
Result<Names> read_names(std::string_view yaml);
/// The same in Rasa's old Markdown: "## synonym:double", "## lookup:room_type", "## regex:code".
/// Errors: config, a regex is none, or there is too much.
Result<Names> read_markdown_names(std::string_view markdown);
/// All of several files, whose form their names tell. Errors: config, the first that is wrong.
Result<Names> read_name_files(const std::vector<std::string>& paths);

/// The names as items of a Rasa NLU YAML 3.1 file's list `nlu`, as read_names takes them.
std::string write_names(const Names& names);

/// What is wrong with them; empty: nothing.
std::string fault_of(const Names& names);

/// A name that stands in a message: tokens [begin, end).
struct Named {
  std::size_t begin = 0, end = 0;
  std::string_view entity, value;  // The finder's; a shape's value is empty: the surface.
};

/// Finds names in messages. Immutable; any thread. A regex costs time linear in the message.
class NameFinder {
 public:
  /// `names` has no fault.
  explicit NameFinder(const Names& names);
  ~NameFinder();
  NameFinder(NameFinder&&) noexcept;

  /// In their order, without overlap: the longest of those that begin at one word.
  std::vector<Named> find(const Text& text) const;

 private:
  struct Entry;
  struct Shape;
  std::vector<Entry> entries_;  // By their first word.
  std::vector<Shape> shapes_;
};

/// Puts the names in the place of what was read there: a hotel's word is its own. Only those whose
/// type the engine knows (room_type, code, person_name) become items.
void put_names(const std::vector<Named>& named, std::vector<Item>& items);

/// A name as an entity.
Entity to_entity(const Named& named, const Text& text);

}  // namespace conserje::nlu
