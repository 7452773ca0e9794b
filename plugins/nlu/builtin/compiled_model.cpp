#include "compiled_model.hpp"

extern "C" {
extern const std::byte conserje_nlu_model_begin[];
extern const std::byte conserje_nlu_model_end[];
}

namespace conserje::nlu {

std::span<const std::byte> compiled_model() {
  return {conserje_nlu_model_begin, conserje_nlu_model_end};
}

}  // namespace conserje::nlu
