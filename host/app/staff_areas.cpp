#include "app/staff_areas.hpp"

namespace conserje {
namespace {

ConversationsArea conversations(const CurrentGeneration& current) {
  return {.reply =
              [&current](const ConversationRow& to, const std::string& text, const std::string& key,
                         bool gives_back) {
                return current.borrow()->desk().reply(to, text, key, gives_back);
              },
          .hand_off =
              [&current](const ConversationRow& conversation) {
                return current.borrow()->desk().hand_off(conversation);
              },
          .give_back =
              [&current](const ConversationRow& conversation) {
                return current.borrow()->desk().give_back(conversation);
              }};
}

DepositsArea deposits(const CurrentGeneration& current) {
  return {.decide = [&current](const DepositRow& deposit, const Deposits::Decision& decision) {
    return current.borrow()->desk().decide(deposit, decision);
  }};
}

FlagsArea flags(const CurrentGeneration& current) {
  return {.all =
              [&current] {
                const auto now = current.borrow();
                return now->worker().flags().all(now->pipeline().tenant);
              },
          .set =
              [&current](const std::string& name, std::int64_t percentage) {
                const auto now = current.borrow();
                return now->worker().flags().set(now->pipeline().tenant, name, percentage);
              },
          .reset =
              [&current](const std::string& name) {
                const auto now = current.borrow();
                return now->worker().flags().reset(now->pipeline().tenant, name);
              }};
}

}  // namespace

AdminAreas staff_areas(const CurrentGeneration& current) {
  return {.conversations = conversations(current),
          .deposits = deposits(current),
          .flags = flags(current)};
}

}  // namespace conserje
