#pragma once

#include <cxxabi.h>

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <typeinfo>

#include "conserje/plugin.hpp"

/// The C side of a C++ plugin: noexcept trampolines that let no exception cross, and the one
/// exported symbol.
namespace conserje::detail {

/// Runs `body`; an exception becomes status `bug` with its type's name.
template <class F>
void guarded(cj_result* result, F&& body) noexcept {
  try {
    try {
      body();
    } catch (const std::exception& error) {
      fill(result, Error{ErrorClass::bug,
                         std::string("exception ") + typeid(error).name() + ": " + error.what()});
    } catch (...) {
      const auto* type = abi::__cxa_current_exception_type();
      fill(result, Error{ErrorClass::bug,
                         std::string("exception ") + (type == nullptr ? "?" : type->name())});
    }
  } catch (...) {  // No memory left to say why.
    result->status = CJ_STATUS(CJ_CLASS_BUG, 0);
  }
}

template <class T>
void fill_with(cj_result* result, Result<T> outcome) {
  if (!outcome) {
    fill(result, outcome.error());
  } else if constexpr (std::is_same_v<T, Reply>) {
    fill(result, *std::move(outcome));
  }
}

/// An instance and its table of functions.
struct Instance {
  cj_instance table{};
  std::unique_ptr<Plugin> plugin{};
};

inline Plugin& plugin_of(void* self) { return *static_cast<Instance*>(self)->plugin; }

inline void instance_start(void* self, const cj_call* call, cj_result* result) noexcept {
  guarded(result, [&] { fill_with(result, plugin_of(self).start(Call(call))); });
}
inline void instance_drain(void* self, const cj_call* call, cj_result* result) noexcept {
  guarded(result, [&] { fill_with(result, plugin_of(self).drain(Call(call))); });
}
inline void instance_cancel(void* self, std::uint64_t call_id) noexcept {
  auto ignored = empty_result();
  guarded(&ignored, [&] { plugin_of(self).cancel(call_id); });
  (void)take(ignored);
}
inline void instance_health(void* self, cj_result* result) noexcept {
  guarded(result, [&] {
    const Health health = plugin_of(self).health();
    fill(result, Reply{.head = Json{{"state", health.state}, {"detail", health.detail}}.dump()});
  });
}
inline void instance_invoke(void* self, const cj_call* call, const cj_request* wire,
                            cj_result* result) noexcept {
  guarded(result,
          [&] { fill_with(result, invoke(plugin_of(self), Call(call), to_request(wire))); });
}
inline void instance_destroy(void* self) noexcept { delete static_cast<Instance*>(self); }

/// Makes an instance of T: `static Result<std::unique_ptr<T>> T::create(Host, const Json& config)`.
template <class T>
void create(const cj_host* host, const cj_call*, cj_str config, const cj_instance** out,
            cj_result* result) noexcept {
  guarded(result, [&] {
    const auto json = parse_json(config.size == 0 ? std::string_view("{}") : view(config));
    if (!json) return fill(result, Error{ErrorClass::config, "config: " + json.error().message});
    auto made = T::create(Host(host), *json);
    if (!made) return fill(result, made.error());
    auto instance = std::make_unique<Instance>();
    instance->plugin = *std::move(made);
    instance->table = {.size = sizeof(cj_instance),
                       .self = instance.get(),
                       .start = instance_start,
                       .invoke = instance_invoke,
                       .cancel = instance_cancel,
                       .drain = instance_drain,
                       .health = instance_health,
                       .get_extension = nullptr,
                       .destroy = instance_destroy};
    *out = &instance.release()->table;
  });
}

}  // namespace conserje::detail

/// The one line of plugin.cpp: exports `T` as this shared object's plugin. The manifest comes from
/// manifest.json, which conserje_add_plugin places into the ELF note.
#define CONSERJE_EXPORT_PLUGIN(T)                                                             \
  extern "C" __attribute__((visibility("default"))) const cj_plugin* cj_entry(uint32_t abi) { \
    static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION,                       \
                                     &conserje::detail::create<T>, nullptr};                  \
    return abi == CJ_ABI_VERSION ? &plugin : nullptr;                                         \
  }
