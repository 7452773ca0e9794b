// conserje_nlu_train OUT FILE...: compiles example files into a model. The build runs it over
// config/nlu.
#include <fstream>
#include <iostream>

#include "training.hpp"

int main(int count, char** arguments) {
  using namespace conserje;
  if (count < 3) {
    std::cerr << "usage: conserje_nlu_train OUT FILE...\n";
    return 2;
  }
  std::vector<nlu::Example> examples;
  for (int i = 2; i < count; ++i) {
    const auto read = nlu::read_example_file(arguments[i]);
    if (!read) {
      std::cerr << read.error().message << "\n";
      return 1;
    }
    examples.insert(examples.end(), read->begin(), read->end());
  }
  const auto trained = nlu::train(examples, nlu::Grammars());
  if (!trained) {
    std::cerr << trained.error().message << "\n";
    return 1;
  }
  std::ofstream out(arguments[1], std::ios::binary);
  out << trained->bytes;
  const auto& report = trained->report;
  std::cout << report.examples << " examples, five folds: accuracy " << report.accuracy
            << ", calibration error " << report.calibration_error << ", out of scope found "
            << report.out_of_scope_recall << ", good ones refused " << report.refused << "; "
            << trained->bytes.size() << " bytes\n";
  return out.flush() ? 0 : 1;
}
