#include "media/folder.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include "ops/whole_file.hpp"

namespace conserje {

Status MediaFolder::write(std::string_view id, std::string_view bytes) const {
  std::error_code failure;
  std::filesystem::create_directories(path_, failure);
  if (!failure) std::filesystem::permissions(path_, std::filesystem::perms::owner_all, failure);
  auto written = write_whole(path_ / id, bytes, Readers::owner);
  if (written) return written;
  return Error{ErrorClass::retry, written.error().message};  // A full disk is emptied some time.
}

Result<std::string> MediaFolder::read(std::string_view id) const {
  std::ifstream stream(path_ / id, std::ios::binary);
  if (!stream) return Error{ErrorClass::permanent, "the file is not in the media folder"};
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

void MediaFolder::remove(std::string_view id) const {
  std::error_code none;
  std::filesystem::remove(path_ / id, none);
}

}  // namespace conserje
