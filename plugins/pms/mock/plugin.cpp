#include "conserje/export.hpp"
#include "mock.hpp"

CONSERJE_EXPORT_PLUGIN(conserje::mock::Mock)
