/* The least that can be loaded, with one thing wrong in each build. */
#include <stddef.h>

#include "conserje/cj.h"

#ifdef UNDEFINED_SYMBOL
int nobody_defines_this(void);
#endif
#ifdef USES_GONE
int gone(void);
#endif
#ifdef SECOND_SYMBOL
int second(void);
int second(void) { return 2; }
#endif

/* Says that all is well and makes no instance. */
static void create(const cj_host *host, const cj_call *call, cj_str config,
                   const cj_instance **instance, cj_result *result) {
  (void)host, (void)call, (void)config, (void)instance, (void)result;
#ifdef UNDEFINED_SYMBOL
  (void)nobody_defines_this();
#endif
#ifdef USES_GONE
  (void)gone();
#endif
}

#ifdef SHORT_TABLE
static const cj_plugin plugin = {offsetof(cj_plugin, create), CJ_ABI_VERSION, create, NULL};
#else
static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};
#endif

const cj_plugin *cj_entry(uint32_t abi) {
#ifdef NULL_ENTRY
  abi = 0;
#endif
  return abi == CJ_ABI_VERSION ? &plugin : NULL;
}
