#include "conserje/export.hpp"
#include "vapi.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::vapi::Vapi)
