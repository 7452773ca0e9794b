#include "conserje/export.hpp"
#include "example.hpp"

CONSERJE_EXPORT_PLUGIN(example::Example)
