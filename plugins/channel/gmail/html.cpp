#include "html.hpp"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "mime.hpp"

namespace conserje::gmail {
namespace {

/// Memory for one tree, freed at once: Gumbo frees a tree by recursion, as deep as its author
/// likes.
class Arena {
 public:
  void* allocate(std::size_t size) {
    blocks_.push_back(std::make_unique<std::max_align_t[]>(
        (size + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t) + 1));
    return blocks_.back().get();
  }

 private:
  std::vector<std::unique_ptr<std::max_align_t[]>> blocks_{};
};

GumboOptions options_of(Arena& arena) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = [](void* self, std::size_t size) {
    return static_cast<Arena*>(self)->allocate(size);
  };
  options.deallocator = [](void*, void*) {};
  options.userdata = &arena;
  options.max_errors = 0;
  return options;
}

/// `html` up to its last tag that is read.
std::string_view with_few_tags(std::string_view html) {
  std::size_t tags = 0;
  for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1))
    if (++tags > kMaxTags) return html.substr(0, at);
  return html;
}

std::string_view attribute(const GumboNode* node, const char* name) {
  const auto* found = gumbo_get_attribute(&node->v.element.attributes, name);
  return found == nullptr ? std::string_view() : found->value;
}

/// A list of words such as a class attribute.
bool has_word(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto one = list.substr(0, list.find_first_of(" \t\r\n"));
    if (one == word) return true;
    list.remove_prefix(std::min(list.size(), one.size() + 1));
  }
  return false;
}

bool is_hidden(const GumboNode* node) {
  if (gumbo_get_attribute(&node->v.element.attributes, "hidden") != nullptr) return true;
  auto style = lower(attribute(node, "style"));
  std::erase_if(style, [](char c) { return c == ' ' || c == '\t'; });
  return style.find("display:none") != std::string::npos ||
         style.find("visibility:hidden") != std::string::npos;
}

bool is_quoted(const GumboNode* node) {
  const auto classes = attribute(node, "class");
  const auto id = attribute(node, "id");
  constexpr std::array<std::string_view, 3> kClasses = {"gmail_quote", "yahoo_quoted",
                                                        "moz-cite-prefix"};
  return std::ranges::any_of(kClasses, [&](auto word) { return has_word(classes, word); }) ||
         id == "divRplyFwdMsg" || id == "appendonsend";
}

bool is_left_out(const GumboNode* node) {
  switch (node->v.element.tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_BLOCKQUOTE: return true;
    default: return is_hidden(node) || is_quoted(node);
  }
}

bool is_block(GumboTag tag) {
  constexpr std::array kBlocks = {
      GUMBO_TAG_P,       GUMBO_TAG_DIV,     GUMBO_TAG_TR, GUMBO_TAG_LI,    GUMBO_TAG_UL,
      GUMBO_TAG_OL,      GUMBO_TAG_H1,      GUMBO_TAG_H2, GUMBO_TAG_H3,    GUMBO_TAG_H4,
      GUMBO_TAG_H5,      GUMBO_TAG_H6,      GUMBO_TAG_HR, GUMBO_TAG_TABLE, GUMBO_TAG_PRE,
      GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_DL};
  return std::ranges::find(kBlocks, tag) != kBlocks.end();
}

bool is_text(const GumboNode* node) {
  return node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE ||
         node->type == GUMBO_NODE_CDATA;
}

/// Collects the text as a reader sees it: white space once, lines ended where blocks end.
class Page {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        space_ = true;
      else
        put(c);
    }
  }
  void end_line() {
    while (out_.ends_with(' ')) out_.pop_back();
    if (!out_.empty() && !out_.ends_with('\n')) out_ += '\n';
    space_ = false;
  }
  void break_line() {
    if (out_.empty() || out_.ends_with("\n\n")) return;
    out_ += '\n';
    space_ = false;
  }
  std::string take() { return std::string(trimmed(out_)); }

 private:
  void put(char c) {
    if (space_ && !out_.empty() && !out_.ends_with('\n')) out_ += ' ';
    space_ = false;
    out_ += c;
  }

  std::string out_{};
  bool space_ = false;
};

/// Calls `enter` (false: leave its children out) and `leave` for each node, without recursion.
template <class Enter, class Leave>
void walk(const GumboNode* root, Enter&& enter, Leave&& leave) {
  struct Step {
    const GumboNode* node = nullptr;
    bool is_end = false;
  };
  std::vector<Step> steps = {{root, false}};
  while (!steps.empty()) {
    const auto [node, is_end] = steps.back();
    steps.pop_back();
    if (is_end) {
      leave(node);
      continue;
    }
    if (!enter(node) || node->type != GUMBO_NODE_ELEMENT) continue;
    steps.push_back({node, true});
    const auto& children = node->v.element.children;
    for (unsigned i = children.length; i > 0; --i)
      steps.push_back({static_cast<const GumboNode*>(children.data[i - 1]), false});
  }
}

template <class Enter, class Leave>
void walk_html(std::string_view html, Enter&& enter, Leave&& leave) {
  Arena arena;
  const auto options = options_of(arena);
  const auto text = with_few_tags(html.substr(0, kMaxText));
  const auto* tree = gumbo_parse_with_options(&options, text.data(), text.size());
  walk(tree->root, std::forward<Enter>(enter), std::forward<Leave>(leave));
}

/// U+00A0 is a space to people.
std::string with_plain_spaces(std::string text) {
  constexpr std::string_view kNoBreak = "\xC2\xA0";
  for (auto at = text.find(kNoBreak); at != std::string::npos; at = text.find(kNoBreak, at))
    text.replace(at, kNoBreak.size(), " ");
  return text;
}

}  // namespace

std::string text_of_html(std::string_view html) {
  Page page;
  walk_html(
      html,
      [&](const GumboNode* node) {
        if (is_text(node)) page.add(with_plain_spaces(node->v.text.text));
        if (node->type != GUMBO_NODE_ELEMENT) return false;
        if (is_left_out(node)) return false;
        if (node->v.element.tag == GUMBO_TAG_BR) page.break_line();
        if (is_block(node->v.element.tag)) page.end_line();
        if (node->v.element.tag == GUMBO_TAG_TD) page.add(" ");
        return true;
      },
      [&](const GumboNode* node) {
        if (node->type == GUMBO_NODE_ELEMENT && is_block(node->v.element.tag)) page.end_line();
      });
  return page.take();
}

bool shows_image(std::string_view html, std::string_view content_id) {
  bool found = false;
  const auto wanted = "cid:" + std::string(content_id);
  walk_html(
      html,
      [&](const GumboNode* node) {
        if (node->type != GUMBO_NODE_ELEMENT) return false;
        found = found || (node->v.element.tag == GUMBO_TAG_IMG && attribute(node, "src") == wanted);
        return !found;
      },
      [](const GumboNode*) {});
  return found;
}

}  // namespace conserje::gmail
