/* nlu/example: finds a guest's intent by the words that he uses. Threads: any number; nothing here
 * changes after create. */
#include "conserje/c.h"

#define PARSE CJ_METHOD(CJ_KIND_NLU, 1)

typedef struct example {
  cj_instance table;
  cj_out language; /* As JSON, of a guest who has not said another. */
} example;

/* A word's beginning in any of the languages, and what it stands for. */
typedef struct keyword {
  const char* word;
  const char* intent;
} keyword;

static const keyword kKeywords[] = {
    {"reserv", "make_reservation"},    {"book", "create_reservation"},
    {"cancel", "cancel_reservation"},  {"dispon", "check_availability"},
    {"availab", "check_availability"}, {"wifi", "hotel_info"},
};

/* Whether `text` has `word` in it, whatever its case; ASCII letters alone. */
static int has_word(const char* text, const char* word) {
  for (; *text != '\0'; ++text) {
    size_t same = 0;
    while (word[same] != '\0' &&
           ((unsigned)(text[same] - 'A') < 26 ? text[same] + 32 : text[same]) == word[same])
      ++same;
    if (word[same] == '\0') return 1;
  }
  return 0;
}

static const char* intent_of(const char* text) {
  for (size_t i = 0; i < sizeof kKeywords / sizeof *kKeywords; ++i)
    if (has_word(text, kKeywords[i].word)) return kKeywords[i].intent;
  return "fallback";
}

static void parse(const example* self, cj_str head, cj_result* result) {
  const cj_str language = cj_json_member(head, "language");
  cj_out text = {0};
  cj_out reply = {0};
  if (!cj_json_text(cj_json_member(head, "text"), &text)) {
    cj_out_free(&text);
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "text is needed");
    return;
  }
  const char* intent = intent_of(text.data);
  cj_put(&reply, "{\"language\":");
  if (cj_json_is(language, '"') && language.size > 2)
    cj_put_raw(&reply, language);
  else
    cj_put_bytes(&reply, self->language.data, self->language.size);
  cj_put(&reply, ",\"intent\":{\"name\":\"");
  cj_put(&reply, intent);
  cj_put(&reply,
         strcmp(intent, "fallback") == 0 ? "\",\"confidence\":0.1}}" : "\",\"confidence\":0.8}}");
  cj_out_free(&text);
  cj_answer(result, &reply);
}

static void invoke(void* self, const cj_call* call, const cj_request* given, cj_result* result) {
  cj_request request;
  (void)call;
  CJ_COPY(&request, given);
  if (request.method == CJ_CORE_TIMER) return; /* It sets none. */
  if (request.method != PARSE)
    cj_fail(result, CJ_UNSUPPORTED, "no such method");
  else if (!cj_json_is(request.head, '{'))
    cj_fail(result, CJ_STATUS(CJ_CLASS_PERMANENT, 0), "the head is no JSON object");
  else
    parse((const example*)self, request.head, result);
}

static void destroy(void* given) {
  example* self = (example*)given;
  cj_out_free(&self->language);
  free(self);
}

static void create(const cj_host* host, const cj_call* call, cj_str config,
                   const cj_instance** instance, cj_result* result) {
  (void)host;
  (void)call;
  const cj_str language =
      cj_json_is(config, '{') ? cj_json_member(config, "language") : cj_text("");
  example* self = (example*)calloc(1, sizeof *self);
  if (self != NULL)
    cj_put_raw(&self->language, cj_json_is(language, '"') ? language : cj_text("\"es\""));
  if (self == NULL || self->language.failed || !(config.size == 0 || cj_json_is(config, '{'))) {
    if (self != NULL) destroy(self);
    cj_fail(result, CJ_STATUS(CJ_CLASS_CONFIG, 0),
            "the configuration is a JSON object with a language, or empty");
    return;
  }
  self->table.size = sizeof self->table;
  self->table.self = self;
  self->table.invoke = invoke;
  self->table.destroy = destroy;
  *instance = &self->table;
}

__attribute__((visibility("default"))) const cj_plugin* cj_entry(uint32_t abi) {
  static const cj_plugin plugin = {sizeof(cj_plugin), CJ_ABI_VERSION, create, NULL};
  return abi == CJ_ABI_VERSION ? &plugin : NULL;
}
