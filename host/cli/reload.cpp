#include <iostream>

#include "cli/commands.hpp"
#include "cli/local_api.hpp"
#include "pipeline/load.hpp"
#include "pipeline/source.hpp"

namespace conserje {
namespace {

/// The `results` of an answer or a problem, one line each.
void print_results(std::ostream& out, const OutboundReply& reply) {
  const auto answer = Json::parse(reply.body, nullptr, false);
  if (!answer.is_object() || !answer.contains("results")) return;
  for (const auto& result : answer["results"]) {
    out << result.value("plugin", "") << ": "
        << (result.value("reloaded", false) ? "reloaded" : "not reloaded");
    const auto generation = result.value("generation", std::int64_t{0});
    if (generation > 0) out << ", generation " << generation << " serves";
    out << ", " << result.value("took_ms", std::int64_t{0}) << " ms\n";
    const auto detail = result.value("detail", "");
    if (!detail.empty()) out << "    " << detail << '\n';
  }
  if (answer["results"].empty()) out << "nothing has changed\n";
}

int fail(const std::string& message) {
  std::cerr << "conserje: " << message << '\n';
  return 1;
}

}  // namespace

int reload_command(const std::filesystem::path& config, const std::string& plugin) {
  // What is wrong with the file is for the host to say: it reads it again. Here it only leads
  // there.
  const SystemSource source;
  const auto loaded = load_pipeline(config, source);
  const auto api = LocalApi::find(loaded.pipeline);
  if (!api) {
    if (has_errors(loaded.findings)) std::cerr << report(loaded.findings);
    return fail(api.error().message);
  }
  const auto reply =
      api->call("POST", plugin.empty() ? std::string("/api/v1/admin/reload")
                                       : "/api/v1/admin/plugins/" + plugin + "/reload");
  if (!reply) return fail(reply.error().message);
  if (reply->status == 200) {
    print_results(std::cout, *reply);
    return 0;
  }
  print_results(std::cerr, *reply);
  return fail(problem_of(*reply));
}

}  // namespace conserje
