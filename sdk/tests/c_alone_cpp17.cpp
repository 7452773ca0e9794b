#include "conserje/c.h"
