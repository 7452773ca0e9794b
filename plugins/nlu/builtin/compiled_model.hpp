#pragma once

#include <cstddef>
#include <span>

namespace conserje::nlu {

/// The model that the build trained from config/nlu, as it lies in this shared object: read-only
/// pages of the file, shared by every process that maps it.
std::span<const std::byte> compiled_model();

}  // namespace conserje::nlu
