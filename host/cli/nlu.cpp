#include <fstream>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/nlu_lines.hpp"
#include "cli/nlu_plugin.hpp"
#include "cli/nlu_score.hpp"

namespace conserje {
namespace {

std::unique_ptr<NluPlugin> load(const std::filesystem::path& config) {
  if (!config.empty()) return NluPlugin::of_configuration(config);
  return NluPlugin::shipped(Json::object(), [](std::string_view) {});
}

/// What one line of input is answered.
std::string answer(const NluLine& line, NluPlugin& plugin) {
  if (line.too_long)
    return write_refusal("longer than " + std::to_string(kMaxNluLineBytes) + " bytes");
  auto question = read_question(line.text);
  if (!question) return write_refusal(question.error().message);
  if (question->time_zone.empty()) question->time_zone = plugin.time_zone();
  if (question->now.empty()) question->now = plugin.now_in(question->time_zone);
  const auto reply = plugin.parse(*question);
  return reply ? write_answer(*reply, question->text) : write_refusal(reply.error().message);
}

/// Asks every row of one test set, and tells how the answers were.
bool evaluate(const std::filesystem::path& file, const std::string& language, NluPlugin& plugin) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::cerr << "conserje: " << file.string() << ": cannot be read\n";
    return false;
  }
  NluScore worked_on, held_out;
  std::size_t number = 0, bad = 0;
  for (NluLine line; read_nlu_line(in, line);) {
    ++number;
    const auto row = read_nlu_row(line.text, language, plugin.now());
    const auto reply = row ? plugin.parse(row->request) : row.error();
    if (!reply) {
      std::cerr << file.string() << ':' << number << ": " << reply.error().message << '\n';
      ++bad;
      continue;
    }
    (row->held_out ? held_out : worked_on).add(*row, *reply);
  }
  const std::string name = file.filename().string();
  std::cout << worked_on.describe(name) << held_out.describe(name + " (held out)");
  return bad == 0;
}

/// A log line, {"message", ...}, for people: "message: key value, key value".
void show_log_line(std::string_view line) {
  const auto json = parse_json(line);
  if (!json || !json->is_object() || !json->contains("message")) return;
  std::string fields;
  for (const auto& [key, value] : json->items()) {
    if (key == "time" || key == "level" || key == "message" || key == "plugin") continue;
    fields += (fields.empty() ? ": " : ", ") + key + ' ' +
              (value.is_string() ? value.get<std::string>() : value.dump());
  }
  std::cout << (*json)["message"].get<std::string>() << fields << '\n';
}

/// The files by their whole names, as the plugin takes them.
Json absolute(const std::vector<std::filesystem::path>& files) {
  Json names = Json::array();
  for (const auto& file : files) names.push_back(std::filesystem::absolute(file).string());
  return names;
}

}  // namespace

int nlu_parse_command(const std::filesystem::path& config) {
  const auto plugin = load(config);
  if (!plugin) return 1;
  for (NluLine line; read_nlu_line(std::cin, line);)
    std::cout << answer(line, *plugin) << '\n' << std::flush;
  return std::cout ? 0 : 1;
}

int nlu_eval_command(const std::filesystem::path& config, const std::string& language,
                     const std::vector<std::filesystem::path>& files) {
  const auto plugin = load(config);
  if (!plugin) return 1;
  bool all_read = true;
  for (const auto& file : files) all_read = evaluate(file, language, *plugin) && all_read;
  return all_read ? 0 : 1;
}

int nlu_train_command(const std::filesystem::path& out,
                      const std::vector<std::filesystem::path>& files) {
  const auto model = std::filesystem::absolute(out).string();
  const Json settings{{"examples", absolute(files)}, {"model", model}};
  if (!NluPlugin::shipped(settings, show_log_line)) return 1;
  std::cout << model << " is compiled; the plugin's setting `model` names it\n";
  return 0;
}

int nlu_export_command(const std::filesystem::path& out,
                       const std::vector<std::filesystem::path>& files) {
  const auto file = std::filesystem::absolute(out).string();
  const Json settings{{"examples", absolute(files)}, {"export", file}};
  if (!NluPlugin::shipped(settings, show_log_line)) return 1;
  std::cout << file << " is written in NLU YAML 3.1\n";
  return 0;
}

}  // namespace conserje
