#pragma once

#include <string>
#include <string_view>

#include "conversation/turn.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// The flow that takes the messages of a channel, or null.
const Flow* flow_of(const Pipeline& pipeline, std::string_view channel);

/// The channel that confirms in writing what `address` was told through `channel`: the first of the
/// flow's `confirm_by` that the pipeline has. Null: none is wanted, `channel` writes itself, or the
/// address is no telephone number (E.164). Pure.
const std::string* writing_channel(const Pipeline& pipeline, const Flow& flow,
                                   std::string_view channel, std::string_view address);

/// What a caller hears while the answer is not there yet: it is promised in writing where
/// writing_channel() can keep the promise. Pure.
Line late_answer(const Pipeline& pipeline, std::string_view channel, std::string_view address);

}  // namespace conserje
