#include "conserje/export.hpp"
#include "llm.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::llm::Llm)
