#include "layout.h"

int conserje_layout_c(void);
int conserje_layout_c(void) { return 0; }
