#include "conserje/export.hpp"
#include "whatsapp.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::whatsapp::WhatsApp)
