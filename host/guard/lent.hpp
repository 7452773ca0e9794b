#pragma once

#include <future>
#include <memory>
#include <utility>

#include "guard/clock.hpp"

namespace conserje {

/// Something that is lent to many at once, until it is recalled: the owner learns when the last
/// borrower has given it back. Threads: one at a time; borrowers on any.
template <class T>
class Lent {
 public:
  /// Lends nothing.
  Lent() = default;
  explicit Lent(std::shared_ptr<T> owned) : loan_(std::make_shared<Loan>(std::move(owned))) {}
  Lent(Lent&&) noexcept = default;  // Of two owners, neither could recall it.
  Lent& operator=(Lent&&) noexcept = default;

  explicit operator bool() const { return loan_ != nullptr; }
  /// Null when nothing is lent. Given back with the last copy of the pointer.
  std::shared_ptr<T> borrow() const {
    if (loan_ == nullptr) return nullptr;
    return {loan_, loan_->owned.get()};
  }
  /// Lends it no more, and waits for the borrowers. False: one still has it after `most`.
  bool recall(Millis most) {
    if (loan_ == nullptr) return true;
    const auto given_back = loan_->given_back.get_future();
    loan_.reset();
    return given_back.wait_for(most) == std::future_status::ready;
  }

 private:
  struct Loan {
    explicit Loan(std::shared_ptr<T> given) : owned(std::move(given)) {}
    ~Loan() {
      owned.reset();  // First: who is told ends it, and nobody else.
      given_back.set_value();
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;

    std::shared_ptr<T> owned;
    std::promise<void> given_back{};
  };

  std::shared_ptr<Loan> loan_{};
};

}  // namespace conserje
