#include "conserje/export.hpp"
#include "gmail.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::gmail::Gmail)
