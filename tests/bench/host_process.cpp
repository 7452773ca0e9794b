#include "host_process.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

std::string configuration(const std::filesystem::path& folder, const HostSettings& settings) {
  const auto in_folder = [&](const char* name) { return "\"" + (folder / name).string() + "\""; };
  return "version: 1\n"
         "tenant: bench\n"
         "time_zone: Europe/Madrid\n"
         "languages: [es, en]\n"
         "hotel: {name: " +
         settings.hotel + "}\n" + (settings.has_admin ? "admin: {listen: \"127.0.0.1:0\"}\n" : "") +
         "listen: 127.0.0.1:0\n"
         "data_dir: " +
         in_folder("data") +
         "\n"
         "log: {level: warn, file: " +
         in_folder("host.log") +
         "}\n"
         "plugins:\n"
         "  whatsapp:\n"
         "    use: channel/whatsapp\n"
         "    required: true\n"
         "    deadline_ms: " +
         std::to_string(settings.whatsapp_deadline_ms) +
         "\n"
         "    config:\n"
         "      phone_number_id: \"" +
         kPhoneNumberId +
         "\"\n"
         "      access_token: bench-token\n"
         "      app_secret: " +
         kAppSecret +
         "\n"
         "      verify_token: bench-verify\n"
         "      api_url: http://127.0.0.1:" +
         std::to_string(settings.graph_port) +
         "/v23.0\n"
         "  builtin: {use: nlu/builtin, required: true}\n"
         "  frontdesk:\n"
         "    use: pms/mock\n"
         "    required: true\n"
         "    config: {rooms: [{type: double, name: Doble, capacity: 2, count: 6, price_minor: "
         "9000}]}\n"
         "pipeline:\n"
         "  - {channels: [whatsapp], understand: builtin, pms: frontdesk, handlers: "
         "all}\n";
}

}  // namespace

HostProcess::HostProcess(const std::filesystem::path& executable,
                         const std::filesystem::path& folder, const HostSettings& settings)
    : folder_(folder) {
  std::filesystem::create_directories(folder / "data");
  std::filesystem::remove(folder / "data/listen");
  configure(settings);
  started_ = std::chrono::steady_clock::now();
  process_.emplace(std::vector<std::string>{executable, "run", folder / "host.yaml"},
                   folder / "output");
}

void HostProcess::configure(const HostSettings& settings) const {
  write_file(folder_ / "host.yaml", configuration(folder_, settings));
}

void HostProcess::wait_until_ready() {
  while (true) {
    if (port_ == 0) {
      const auto address = read_file(folder_ / "data/listen");
      if (const auto colon = address.rfind(':'); colon != std::string::npos)
        port_ = static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1));
    }
    if (port_ != 0 && get(port_, "/health/ready") == 200) break;
    if (!process_->is_running())
      throw std::runtime_error("the host ended:\n" + read_file(folder_ / "output") +
                               read_file(folder_ / "host.log"));
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  ready_after_ = std::chrono::steady_clock::now() - started_;
}

std::chrono::duration<double, std::micro> HostProcess::cpu_time() const {
  // proc(5): the name in parentheses is field 2, utime and stime are fields 14 and 15.
  const auto text = read_file("/proc/" + std::to_string(id()) + "/stat");
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return std::chrono::duration<double>((user + system) / static_cast<double>(sysconf(_SC_CLK_TCK)));
}

}  // namespace bench
