#include "kit/seat.hpp"

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

}  // namespace

std::unique_ptr<Seat> seat_here(Subject& subject) { return std::make_unique<Here>(subject); }

std::unique_ptr<Seat> seat_in_a_worker(Subject& subject) {
  if (subject.options().conserje.empty())
    throw Skipped{"no conserje executable given (--conserje PATH)"};
  throw Skipped{subject.options().conserje.string() + " has no worker"};
}

}  // namespace conserje::kit
