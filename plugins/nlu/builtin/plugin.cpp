#include "builtin.hpp"
#include "conserje/export.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::nlu::Builtin)
