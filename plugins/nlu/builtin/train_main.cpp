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
  const auto examples = nlu::read_example_files({arguments + 2, arguments + count});
  if (!examples) {
    std::cerr << examples.error().message << "\n";
    return 1;
  }
  for (const auto& finding : nlu::review(*examples)) std::cerr << finding << "\n";
  const auto trained = nlu::train(*examples, nlu::Grammars(), nlu::content_hash(*examples));
  if (!trained) {
    std::cerr << trained.error().message << "\n";
    return 1;
  }
  std::ofstream out(arguments[1], std::ios::binary);
  out << trained->bytes;
  const auto& report = trained->report;
  std::cout << report.examples << " examples, three folds: accuracy " << report.accuracy
            << ", calibration error " << report.calibration_error << ", out of scope found "
            << report.out_of_scope_recall << ", good ones refused " << report.refused << "; "
            << trained->bytes.size() << " bytes\n";
  return out.flush() ? 0 : 1;
}
