#include "conserje/export.hpp"
#include "webhook.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::webhook::Webhook)
