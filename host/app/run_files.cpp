#include "app/run_files.hpp"

namespace conserje {

std::filesystem::path listen_file(const std::filesystem::path& data_dir) {
  return data_dir / "listen";
}

std::filesystem::path admin_listen_file(const std::filesystem::path& data_dir) {
  return data_dir / "admin.listen";
}

std::filesystem::path admin_token_file(const std::filesystem::path& data_dir) {
  return data_dir / "admin.token";
}

std::string to_string(const Listen& listen) {
  const bool is_v6 = listen.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + listen.address + "]" : listen.address) + ":" + std::to_string(listen.port);
}

}  // namespace conserje
