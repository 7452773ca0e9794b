#include "conserje/export.hpp"
#include "espeak.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::espeak::Espeak)
