#include "plugin/services.hpp"

#include "plugin/services/context.hpp"

namespace conserje {
namespace {

struct Service {
  std::string_view id;
  const cj_ext_header* (*find)(const ServiceContext&);
};
constexpr Service kServices[] = {{"cj.log/1", log_service},       {"cj.http/1", http_service},
                                 {"cj.kv/1", kv_service},         {"cj.metrics/1", metrics_service},
                                 {"cj.clock/1", clock_service},   {"cj.secrets/1", secrets_service},
                                 {"cj.emit/1", emit_service},     {"cj.timer/1", timer_service},
                                 {"cj.random/1", random_service}, {"cj.crypto/1", crypto_service}};

const cj_ext_header* get_extension(void* ctx, cj_str id) noexcept {
  return serve<const cj_ext_header*>(ctx, nullptr, nullptr,
                                     [&](ServiceContext& context) -> const cj_ext_header* {
                                       const auto wanted = context.text(id);
                                       for (const auto& service : kServices)
                                         if (wanted == service.id) return service.find(context);
                                       return nullptr;
                                     });
}

}  // namespace

HostServices::HostServices(const PluginUse& use, const Manifest& manifest,
                           const ServiceSources& sources)
    : context_(std::make_shared<ServiceContext>(use, manifest, sources)),
      host_{sizeof(cj_host), CJ_ABI_VERSION, context_.get(), get_extension} {}

HostServices::~HostServices() = default;

void HostServices::attach(ServiceClient& client) { context_->client = &client; }

void HostServices::interrupt() { context_->stop.request_stop(); }

bool HostServices::close(MonotonicTime deadline) { return context_->close(deadline); }

}  // namespace conserje
