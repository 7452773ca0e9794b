#include "conserje/export.hpp"
#include "console.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::console::Console)
