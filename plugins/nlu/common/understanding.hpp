#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/nlu_types.hpp"
#include "embedded.hpp"

/// What somebody else understood, together with what the embedded engine reads. Pure.
namespace conserje::nlu {

/// A stretch of the message that somebody else found to mean something.
struct Found {
  std::string type{};  // One of ours, or a word of theirs.
  std::size_t begin = 0;
  std::size_t end = 0;  // Bytes; exclusive.
  std::string value{};  // Theirs, where it is a text; empty: none.
  double confidence = 1;

  bool operator==(const Found&) const = default;
};

/// Below the least confidence on which the dialogue asks back: not understood.
constexpr double kNotUnderstood = 0.3;

/// Whether the message only answers what we asked ("2", "ana pérez", "sí"): nobody who does not
/// know the question could tell, so the embedded engine's reading holds.
bool is_answer(const ParseRequest& request, const ParseReply& own);

/// The entities of both, in the order of the message. What the embedded engine read stays; of what
/// else was found, everything with a calendar or a number in it is read by the embedded engine,
/// where it makes sense of it, and dropped otherwise. Overlapping texts of one type: the longer
/// one.
std::vector<Entity> merged(const Embedded& embedded, const ParseRequest& request,
                           const std::vector<Entity>& own, const std::vector<Found>& found);

/// The byte that each character of `text`, which is UTF-8, begins at; the size of the text as last.
std::vector<std::size_t> character_starts(std::string_view text);

}  // namespace conserje::nlu
