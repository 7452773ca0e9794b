/* A library that is there when the plugin is linked, and not where it is loaded. */
int gone(void);
int gone(void) { return 1; }
