#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "entities.hpp"
#include "examples.hpp"
#include "names.hpp"

namespace conserje::nlu {

/// How good a model is on examples that it was not trained on.
struct TrainingReport {
  std::size_t examples = 0;
  double accuracy = 0;           // of the intents, without their topics
  double calibration_error = 0;  // expected calibration error of the confidence, ten bins
  double out_of_scope_recall = 0;
  double refused = 0;  // good messages taken for out of scope
};

struct TrainedModel {
  std::string bytes;  // what Model::read takes
  TrainingReport report;
};

/// Trains and compiles a model: multinomial logistic regression by AdaGrad, a fixed number of
/// rounds in a fixed order, so the same examples give the same bytes. Temperatures and the report
/// come from three folds. Errors: config, there are fewer than two intents, or no out_of_scope
/// examples. `key` and `names`, which have no fault, go into the model: see Model::key().
Result<TrainedModel> train(const std::vector<Example>& examples, const Grammars& grammars,
                           std::uint64_t key = 0, const Names& names = {});

}  // namespace conserje::nlu
