#pragma once

#include <list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace conserje {

/// The values that were put last, at most so many: beyond that the oldest goes. Not thread-safe.
template <class T>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  void put(std::string key, T value) {
    erase(key);
    const auto added = items_.emplace(items_.end(), std::move(key), std::move(value));
    index_.emplace(added->first, added);
    if (items_.size() > most_) erase(items_.front().first);
  }
  /// Null when it is not there, or no longer.
  const T* find(std::string_view key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
  }
  T* find(std::string_view key) {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
  }
  bool erase(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return false;
    const auto item = found->second;
    index_.erase(found);
    items_.erase(item);
    return true;
  }
  /// Keys and values, oldest first.
  const std::list<std::pair<std::string, T>>& items() const { return items_; }

 private:
  using Items = std::list<std::pair<std::string, T>>;

  std::size_t most_;
  Items items_{};
  std::map<std::string_view, typename Items::iterator> index_{};  // Views into items_.
};

}  // namespace conserje
