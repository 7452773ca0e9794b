#include "conserje/export.hpp"
#include "waha.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::waha::Waha)
