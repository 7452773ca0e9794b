#include "pipeline/documents.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace conserje {
namespace {

using Kind = YamlValue::Kind;

class Documents {
 public:
  Documents(const ConfigSource& source, std::vector<Finding>& findings)
      : source_(source), findings_(findings) {}

  YamlValue read(std::string_view text, const std::filesystem::path& file) {
    YamlValue whole(Kind::map, {file.string(), 1, 1});
    add(whole, text, file);
    return whole;
  }

 private:
  static constexpr std::size_t kMostFiles = 100;

  void add(YamlValue& whole, std::string_view text, const std::filesystem::path& file) {
    files_.push_back(file.lexically_normal());
    auto document = parse_yaml(text, file.string(), findings_);
    if (!document || document->kind == Kind::null) return;
    if (document->kind != Kind::map) {
      // Not what it says: somebody may have included a secret by mistake.
      complain(document->at, "no keys and values in this file", "such as tenant: hotel-sol");
      return;
    }
    for (auto& entry : document->entries)
      if (entry.key != "include") join(whole, entry);
    if (const auto* files = document->find("include")) {
      include(whole, *files, file.parent_path());
      if (whole.find("include") == nullptr) whole.entries.push_back({"include", files->at, *files});
    }
  }

  void include(YamlValue& whole, const YamlValue& files, const std::filesystem::path& folder) {
    for (const auto& item : files.items) {
      const auto file = folder / item.text;
      if (item.kind != Kind::scalar || item.text.empty()) {
        complain(item.at, shown(item) + " is no file to include");
      } else if (std::ranges::find(files_, file.lexically_normal()) != files_.end()) {
        complain(item.at, file.string() + " is included twice, or by itself");
      } else if (files_.size() == kMostFiles) {
        return complain(item.at, "more than " + std::to_string(kMostFiles) + " files");
      } else if (auto text = source_.file(file)) {
        add(whole, *text, file);
      } else {
        complain(item.at, text.error().message);
      }
    }
  }

  /// Puts one top-level entry into the whole. A mapping that is there already is joined with it,
  /// key by key.
  void join(YamlValue& into, YamlEntry& entry, bool top = true) {
    const auto before = std::ranges::find(into.entries, entry.key, &YamlEntry::key);
    if (before == into.entries.end()) {
      into.entries.push_back(std::move(entry));
    } else if (top && before->value.kind == Kind::map && entry.value.kind == Kind::map) {
      for (auto& inner : entry.value.entries) join(before->value, inner, false);
    } else {
      complain(entry.at,
               in_quotes(entry.key) + " stands also in " + before->at.file + ", line " +
                   std::to_string(before->at.line),
               "keep one of them");
    }
  }

  void complain(const Position& at, std::string found, std::string fix = {}) {
    findings_.push_back({Severity::error, at, {}, std::move(found), std::move(fix)});
  }

  const ConfigSource& source_;
  std::vector<Finding>& findings_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace

YamlValue read_documents(std::string_view text, const std::filesystem::path& file,
                         const ConfigSource& source, std::vector<Finding>& findings) {
  return Documents(source, findings).read(text, file);
}

}  // namespace conserje
