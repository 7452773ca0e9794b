#include "conserje/export.hpp"
#include "rasa.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::rasa::Rasa)
