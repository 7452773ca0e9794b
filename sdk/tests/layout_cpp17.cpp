// cj.h is C++17 as well: a vendor need not have a newer compiler.
#include "layout.h"
