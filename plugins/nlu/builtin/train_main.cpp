// Files of examples into a model, or into one file of examples with all slots filled in. The build
// runs it over config/nlu.
#include <fstream>
#include <iostream>

#include "training.hpp"

namespace {

using namespace conserje;

int fail(const std::string& why) {
  std::cerr << why << '\n';
  return 1;
}

int write_file(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary);
  out << bytes;
  return out.flush() ? 0 : fail(path + ": cannot be written");
}

int compile(const std::string& path, const std::vector<nlu::Example>& examples,
            const nlu::Names& names) {
  for (const auto& finding : nlu::review(examples)) std::cerr << finding << '\n';
  const auto trained = nlu::train(examples, nlu::Grammars(), nlu::content_hash(examples), names);
  if (!trained) return fail(trained.error().message);
  const auto& report = trained->report;
  std::cout << report.examples << " examples, three folds: accuracy " << report.accuracy
            << ", calibration error " << report.calibration_error << ", out of scope found "
            << report.out_of_scope_recall << ", good ones refused " << report.refused << "; "
            << trained->bytes.size() << " bytes\n";
  return write_file(path, trained->bytes);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool write = !arguments.empty() && arguments.front() == "--write";
  if (write) arguments.erase(arguments.begin());
  if (arguments.size() < 2)
    return fail(
        "usage: conserje_nlu_train OUT FILE...          a model\n"
        "       conserje_nlu_train --write OUT FILE...  the examples as Rasa NLU YAML");
  const std::string out = arguments.front();
  arguments.erase(arguments.begin());
  const auto examples = nlu::read_example_files(arguments);
  if (!examples) return fail(examples.error().message);
  const auto names = nlu::read_name_files(arguments);
  if (!names) return fail(names.error().message);
  return write ? write_file(out, nlu::write_examples(*examples) + nlu::write_names(*names))
               : compile(out, *examples, *names);
}
