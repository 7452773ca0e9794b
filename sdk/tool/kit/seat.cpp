#include "kit/seat.hpp"

#include "guard/clock.hpp"
#include "plugin/worker/proxy.hpp"

namespace conserje::kit {
namespace {

class Here final : public Seat {
 public:
  explicit Here(Subject& subject) : instance_(subject) { instance_.start(); }
  KitHost& host() override { return instance_.host(); }
  Answer ask(const Question& question) override { return instance_.ask(question); }

 private:
  Instance instance_;
};

/// The instance in a worker, which the host's own proxy stands for.
class InAWorker final : public Seat {
 public:
  explicit InAWorker(Subject& subject)
      : worker_(parts(subject)), instance_(subject, subject.config(), creator()) {
    instance_.start();
  }
  KitHost& host() override { return instance_.host(); }
  Answer ask(const Question& question) override { return instance_.ask(question); }

 private:
  WorkerParts parts(Subject& subject) {
    auto image = SealedImage::sealed(subject.image());
    require(image.has_value(), image ? "" : image.error().message, "a file that can be sealed");
    return {.launcher = std::make_shared<Launcher>(subject.options().conserje),
            .image = *std::move(image),
            .use = {.name = "tested", .kind = subject.manifest().kinds.front().name},
            .manifest = without_inline(subject.manifest()),
            .clock = &clock_,
            .metrics = &metrics_};
  }
  Create creator() const {
    return [this](const cj_host* host, const cj_call* call, cj_str config,
                  const cj_instance** instance,
                  cj_result* result) { worker_.create(host, call, config, instance, result); };
  }

  SystemClock clock_{};
  Metrics metrics_{};
  WorkerPlugin worker_;
  Instance instance_;
};

}  // namespace

std::unique_ptr<Seat> seat_here(Subject& subject) { return std::make_unique<Here>(subject); }

std::unique_ptr<Seat> seat_in_a_worker(Subject& subject) {
  if (subject.options().conserje.empty())
    throw Skipped{"no conserje executable given (--conserje PATH)"};
  return std::make_unique<InAWorker>(subject);
}

}  // namespace conserje::kit
