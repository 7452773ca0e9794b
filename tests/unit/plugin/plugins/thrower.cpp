// Throws through the C boundary, wherever it is asked something. What its config names goes well.
#include <stdexcept>
#include <string_view>

#include "conserje/cj.h"

namespace {

[[noreturn]] void fail() { throw std::runtime_error("out of the plugin"); }

const cj_instance kInstance = {
    .size = sizeof(cj_instance),
    .self = nullptr,
    .start = nullptr,
    .invoke = [](void*, const cj_call*, const cj_request*, cj_result*) { fail(); },
    .cancel = [](void*, uint64_t) { fail(); },
    .drain = [](void*, const cj_call*, cj_result*) { fail(); },
    .health = [](void*, cj_result*) { fail(); },
    .get_extension = nullptr,
    .destroy = [](void*) { fail(); }};

void create(const cj_host*, const cj_call*, cj_str config, const cj_instance** instance,
            cj_result*) {
  if (std::string_view(config.data, config.size).find("create") == std::string_view::npos) fail();
  *instance = &kInstance;
}

const cj_plugin kPlugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, nullptr};

}  // namespace

extern "C" const cj_plugin* cj_entry(uint32_t abi) {
  return abi == CJ_ABI_VERSION ? &kPlugin : nullptr;
}
