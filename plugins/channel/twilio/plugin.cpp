#include "conserje/export.hpp"
#include "twilio.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::twilio::Twilio)
