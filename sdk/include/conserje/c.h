/* What a plugin in C needs beside cj.h: structs of any size as whole ones, answers, JSON, one HTTP
 * exchange. Header only; C11, also C++17. Nothing here keeps anything between calls. Threads: any.
 */
#ifndef CONSERJE_C_H
#define CONSERJE_C_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conserje/cj.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Structs and texts
 * ------------------------------------------------------------------------------------- */

/* What the sender's struct has of ours; the rest is zero (cj.h, rule "structs only grow"). */
#define CJ_COPY(to, from)                                                            \
  do {                                                                               \
    memset((to), 0, sizeof *(to));                                                   \
    memcpy((to), (from), (from)->size < sizeof *(to) ? (from)->size : sizeof *(to)); \
  } while (0)

/* A C string as cj_str; borrowed. */
static inline cj_str cj_text(const char *text) {
  cj_str out = {text, strlen(text)};
  return out;
}

/* Whether both are the same bytes. */
static inline int cj_is(cj_str text, const char *expected) {
  return text.size == strlen(expected) &&
         (text.size == 0 || memcmp(text.data, expected, (size_t)text.size) == 0);
}

/* A host service's table, or null. `host` is a whole one (CJ_COPY). */
static inline const void *cj_service(const cj_host *host, const char *id) {
  return host->get_extension == NULL ? NULL
                                     : (const void *)host->get_extension(host->ctx, cj_text(id));
}

/* ---- Methods of the core, beside CJ_CORE_TIMER: sdk/schema/state.v1.json. Only asked of a plugin
 * whose manifest says "state_export": true. -------------------------------------------------- */

/* What the instance knows, for the one that takes its place. */
#define CJ_CORE_EXPORT_STATE CJ_METHOD(CJ_KIND_CORE, 2)
/* What the instance before it knew; asked once, before start. */
#define CJ_CORE_IMPORT_STATE CJ_METHOD(CJ_KIND_CORE, 3)

/* ---- Answers
 * -----------------------------------------------------------------------------------------------
 */

/* A text that grows. Zero it first; when memory runs out, `failed` is set and nothing more is
 * written. */
typedef struct cj_out {
  char *data;  /* ends in a NUL; null: nothing was written */
  size_t size; /* bytes, without the NUL */
  size_t room; /* bytes at `data` */
  int failed;  /* 1: memory ran out */
} cj_out;

/* Appends `size` bytes, as they are. */
static inline void cj_put_bytes(cj_out *out, const char *bytes, size_t size) {
  if (out->failed) return;
  if (out->size + size + 1 > out->room) {
    size_t room = (out->size + size + 1) * 2;
    char *grown = (char *)realloc(out->data, room);
    if (grown == NULL) {
      out->failed = 1;
      return;
    }
    out->data = grown;
    out->room = room;
  }
  if (size > 0) memcpy(out->data + out->size, bytes, size);
  out->size += size;
  out->data[out->size] = '\0';
}

/* Appends a C string, as it is. */
static inline void cj_put(cj_out *out, const char *text) { cj_put_bytes(out, text, strlen(text)); }
/* Appends a text, as it is. */
static inline void cj_put_raw(cj_out *out, cj_str text) {
  cj_put_bytes(out, text.data, (size_t)text.size);
}

/* Appends a number in decimal. */
static inline void cj_put_number(cj_out *out, long long number) {
  char text[32];
  snprintf(text, sizeof text, "%lld", number);
  cj_put(out, text);
}

/* `text` (UTF-8) as a JSON text, in quotes. */
static inline void cj_put_quoted(cj_out *out, cj_str text) {
  cj_put(out, "\"");
  for (uint64_t i = 0; i < text.size; ++i) {
    const unsigned char c = (unsigned char)text.data[i];
    char escaped[8];
    if (c == '"' || c == '\\') {
      cj_put(out, "\\");
      cj_put_bytes(out, text.data + i, 1);
    } else if (c < 0x20) {
      snprintf(escaped, sizeof escaped, "\\u%04x", (unsigned)c);
      cj_put(out, escaped);
    } else {
      cj_put_bytes(out, text.data + i, 1);
    }
  }
  cj_put(out, "\"");
}

/* Frees what was written and empties it, for another use. */
static inline void cj_out_free(cj_out *out) {
  free(out->data);
  memset(out, 0, sizeof *out);
}

/* Fails with a constant text. */
static inline void cj_fail(cj_result *result, uint32_t status, const char *text) {
  result->status = status;
  result->message.data = text;
  result->message.size = strlen(text);
}

/* Gives the text to the receiver as a buffer, which frees it. */
static inline void cj_give(cj_buf *buffer, cj_out *out) {
  buffer->data = out->data;
  buffer->size = out->size;
  buffer->owner = out->data;
  buffer->release = free;
  memset(out, 0, sizeof *out);
}

/* Answers CJ_OK with this head, which is the receiver's from now on. */
static inline void cj_answer(cj_result *result, cj_out *head) {
  if (head->failed) {
    cj_out_free(head);
    cj_fail(result, CJ_STATUS(CJ_CLASS_RETRY, 0), "no memory");
    return;
  }
  result->status = CJ_OK;
  cj_give(&result->head, head);
}

/* The same, with one attachment. */
static inline void cj_answer_with(cj_result *result, cj_out *head, cj_out *attachment) {
  cj_buf *buffer = (cj_buf *)calloc(1, sizeof *buffer);
  if (buffer == NULL || attachment->failed || head->failed) {
    free(buffer);
    cj_out_free(attachment);
    head->failed = 1;
    cj_answer(result, head);
    return;
  }
  cj_give(buffer, attachment);
  result->attachments = buffer;
  result->attachment_count = 1;
  result->attachments_owner = buffer;
  result->release_attachments = free;
  cj_answer(result, head);
}

/* Releases a buffer and empties it: a second time does nothing. */
static inline void cj_release(cj_buf *buffer) {
  if (buffer->release != NULL) buffer->release(buffer->owner);
  memset(buffer, 0, sizeof *buffer);
}

/* Releases all of a result that a host service has filled. */
static inline void cj_release_result(cj_result *result) {
  for (uint64_t i = 0; i < result->attachment_count; ++i) cj_release(&result->attachments[i]);
  if (result->release_attachments != NULL) result->release_attachments(result->attachments_owner);
  cj_release(&result->head);
  cj_release(&result->message);
  cj_release(&result->vendor_code);
  memset(result, 0, sizeof *result);
}

/* ---- JSON
 * --------------------------------------------------------------------------------------------------
 */

#define CJ_JSON_DEPTH 64 /* of objects and arrays inside one another */

/* A place in a JSON text. */
typedef struct cj_cursor {
  const char *at;  /* the next byte */
  const char *end; /* behind the last */
} cj_cursor;

/* Past white space. */
static inline void cj_skip_space(cj_cursor *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
    ++c->at;
}

/* Past `word`; 0: it does not stand there. */
static inline int cj_skip_word(cj_cursor *c, const char *word) {
  const size_t size = strlen(word);
  if ((size_t)(c->end - c->at) < size || memcmp(c->at, word, size) != 0) return 0;
  c->at += size;
  return 1;
}

/* How many bytes the UTF-8 character at `at` has; 0: it is none. */
static inline int cj_utf8_size(const char *at, const char *end) {
  const unsigned char *b = (const unsigned char *)at;
  const int size = b[0] < 0x80   ? 1
                   : b[0] < 0xc2 ? 0
                   : b[0] < 0xe0 ? 2
                   : b[0] < 0xf0 ? 3
                   : b[0] < 0xf5 ? 4
                                 : 0;
  if (size == 0 || end - at < size) return 0;
  for (int i = 1; i < size; ++i)
    if ((b[i] & 0xc0) != 0x80) return 0;
  if (b[0] == 0xe0 && b[1] < 0xa0) return 0;
  if (b[0] == 0xed && b[1] > 0x9f) return 0;
  if (b[0] == 0xf0 && b[1] < 0x90) return 0;
  if (b[0] == 0xf4 && b[1] > 0x8f) return 0;
  return size;
}

/* The number that four hexadecimal digits are; -1: they are not. */
static inline long cj_hex4(const char *at, const char *end) {
  long out = 0;
  if (end - at < 4) return -1;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return -1;
    out = out * 16 + digit;
  }
  return out;
}

/* Past a text in quotes, which is checked whole; 0: there is none. */
static inline int cj_skip_text(cj_cursor *c) {
  if (c->at >= c->end || *c->at != '"') return 0;
  for (++c->at; c->at < c->end;) {
    if (*c->at == '"') {
      ++c->at;
      return 1;
    }
    if ((unsigned char)*c->at < 0x20) return 0;
    if (*c->at != '\\') {
      const int size = cj_utf8_size(c->at, c->end);
      if (size == 0) return 0;
      c->at += size;
      continue;
    }
    if (++c->at >= c->end) return 0;
    if (*c->at == 'u') {
      long unit = cj_hex4(c->at + 1, c->end);
      if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
      c->at += 5;
      if (unit < 0xd800 || unit > 0xdbff) continue;
      if (c->end - c->at < 6 || c->at[0] != '\\' || c->at[1] != 'u') return 0;
      unit = cj_hex4(c->at + 2, c->end);
      if (unit < 0xdc00 || unit > 0xdfff) return 0;
      c->at += 6;
    } else {
      if (*c->at == '\0' || strchr("\"\\/bfnrt", *c->at) == NULL) return 0;
      ++c->at;
    }
  }
  return 0;
}

/* Past digits; 0: there are none. */
static inline int cj_skip_digits(cj_cursor *c) {
  const char *from = c->at;
  while (c->at < c->end && *c->at >= '0' && *c->at <= '9') ++c->at;
  return c->at > from;
}

/* Past a number as JSON writes them; 0: there is none. */
static inline int cj_skip_number(cj_cursor *c) {
  if (c->at < c->end && *c->at == '-') ++c->at;
  if (c->at < c->end && *c->at == '0')
    ++c->at;
  else if (!cj_skip_digits(c))
    return 0;
  if (c->at < c->end && *c->at == '.') {
    ++c->at;
    if (!cj_skip_digits(c)) return 0;
  }
  if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
    ++c->at;
    if (c->at < c->end && (*c->at == '+' || *c->at == '-')) ++c->at;
    return cj_skip_digits(c);
  }
  return 1;
}

/* Past one value, which is checked whole. */
static inline int cj_skip_value(cj_cursor *c, int depth) {
  cj_skip_space(c);
  if (c->at >= c->end || depth > CJ_JSON_DEPTH) return 0;
  if (*c->at == '"') return cj_skip_text(c);
  if (*c->at != '{' && *c->at != '[') {
    return cj_skip_word(c, "true") || cj_skip_word(c, "false") || cj_skip_word(c, "null") ||
           cj_skip_number(c);
  }
  const int is_object = *c->at == '{';
  const char close = is_object ? '}' : ']';
  ++c->at;
  cj_skip_space(c);
  if (c->at < c->end && *c->at == close) {
    ++c->at;
    return 1;
  }
  for (;;) {
    cj_skip_space(c);
    if (is_object) {
      if (!cj_skip_text(c)) return 0;
      cj_skip_space(c);
      if (c->at >= c->end || *c->at != ':') return 0;
      ++c->at;
    }
    if (!cj_skip_value(c, depth + 1)) return 0;
    cj_skip_space(c);
    if (c->at >= c->end) return 0;
    if (*c->at == close) {
      ++c->at;
      return 1;
    }
    if (*c->at++ != ',') return 0;
  }
}

/* Whether `text` is one JSON value of that first character ('{', '[', '"'), nested at most
 * CJ_JSON_DEPTH deep. The functions below want texts that have been found to be so. */
static inline int cj_json_is(cj_str text, char first) {
  cj_cursor c;
  c.at = text.data;
  c.end = text.data + text.size;
  if (text.size == 0) return 0;
  cj_skip_space(&c);
  if (c.at >= c.end || *c.at != first || !cj_skip_value(&c, 0)) return 0;
  cj_skip_space(&c);
  return c.at == c.end;
}

/* The value of a member as it stands in the text; empty: there is none. `name` is plain ASCII. */
static inline cj_str cj_json_member(cj_str object, const char *name) {
  cj_str found = {NULL, 0};
  cj_cursor c;
  c.at = object.data;
  c.end = object.data + object.size;
  if (object.size == 0) return found;
  cj_skip_space(&c);
  if (c.at >= c.end || *c.at != '{') return found;
  ++c.at;
  for (;;) {
    cj_skip_space(&c);
    const char *key = c.at + 1;
    if (!cj_skip_text(&c)) return found;
    const cj_str key_text = {key, (uint64_t)(c.at - 1 - key)};
    cj_skip_space(&c);
    ++c.at; /* : */
    cj_skip_space(&c);
    const char *value = c.at;
    if (!cj_skip_value(&c, 0)) return found;
    if (cj_is(key_text, name)) {
      found.data = value;
      found.size = (uint64_t)(c.at - value);
      return found;
    }
    cj_skip_space(&c);
    if (c.at >= c.end || *c.at++ != ',') return found;
  }
}

/* The items of an array, one after the other: begin with *rest = the array. 0: there are no more.
 */
static inline int cj_json_next(cj_str *rest, cj_str *item) {
  cj_cursor c;
  c.at = rest->data;
  c.end = rest->data + rest->size;
  if (rest->size == 0) return 0;
  cj_skip_space(&c);
  if (c.at >= c.end || (*c.at != '[' && *c.at != ',')) return 0;
  ++c.at;
  cj_skip_space(&c);
  item->data = c.at;
  if (!cj_skip_value(&c, 0)) return 0;
  item->size = (uint64_t)(c.at - item->data);
  cj_skip_space(&c);
  rest->data = c.at;
  rest->size = (uint64_t)(c.end - c.at);
  return 1;
}

/* Appends the character of a code point below 0x110000. */
static inline void cj_put_utf8(cj_out *out, unsigned long c) {
  char bytes[4];
  if (c < 0x80) {
    bytes[0] = (char)c;
    cj_put_bytes(out, bytes, 1);
  } else if (c < 0x800) {
    bytes[0] = (char)(0xc0 | (c >> 6));
    bytes[1] = (char)(0x80 | (c & 0x3f));
    cj_put_bytes(out, bytes, 2);
  } else if (c < 0x10000) {
    bytes[0] = (char)(0xe0 | (c >> 12));
    bytes[1] = (char)(0x80 | ((c >> 6) & 0x3f));
    bytes[2] = (char)(0x80 | (c & 0x3f));
    cj_put_bytes(out, bytes, 3);
  } else {
    bytes[0] = (char)(0xf0 | (c >> 18));
    bytes[1] = (char)(0x80 | ((c >> 12) & 0x3f));
    bytes[2] = (char)(0x80 | ((c >> 6) & 0x3f));
    bytes[3] = (char)(0x80 | (c & 0x3f));
    cj_put_bytes(out, bytes, 4);
  }
}

/* What a JSON text says, without its quotes and escapes. 0: `raw` is no text. */
static inline int cj_json_text(cj_str raw, cj_out *out) {
  if (!cj_json_is(raw, '"')) return 0;
  const char *at = (const char *)memchr(raw.data, '"', (size_t)raw.size) + 1;
  for (; *at != '"'; ++at) {
    if (*at != '\\') {
      cj_put_bytes(out, at, 1);
      continue;
    }
    ++at;
    static const char kEscapes[] = "bfnrt";
    static const char kMeanings[] = "\b\f\n\r\t";
    const char *escape = strchr(kEscapes, *at);
    if (*at == 'u') {
      unsigned long c = (unsigned long)cj_hex4(at + 1, at + 5);
      at += 4;
      if (c >= 0xd800 && c <= 0xdbff) {
        c = 0x10000 + ((c - 0xd800) << 10) + ((unsigned long)cj_hex4(at + 3, at + 7) - 0xdc00);
        at += 6;
      }
      cj_put_utf8(out, c);
    } else if (escape != NULL) {
      cj_put_bytes(out, &kMeanings[escape - kEscapes], 1);
    } else {
      cj_put_bytes(out, at, 1);
    }
  }
  cj_put_bytes(out, "", 0); /* Also an empty text is one. */
  return !out->failed;
}

/* A whole number; `otherwise` when it is none. */
static inline long long cj_json_number(cj_str raw, long long otherwise) {
  char text[24];
  if (raw.size == 0 || raw.size >= sizeof text ||
      (*raw.data != '-' && (*raw.data < '0' || *raw.data > '9')))
    return otherwise;
  memcpy(text, raw.data, (size_t)raw.size);
  text[raw.size] = '\0';
  return strtoll(text, NULL, 10);
}

/* ---- HTTP
 * --------------------------------------------------------------------------------------------------
 */

/* What came of an exchange: `status` of cj.h; with CJ_OK, the HTTP status and the body. Ends with
 * cj_http_end. */
typedef struct cj_exchange {
  uint32_t status;  /* CJ_OK: there was an answer, whatever it says */
  int http_status;  /* such as 404; 0: none */
  cj_str body;      /* valid until cj_http_end */
  cj_result result; /* what the host gave */
} cj_exchange;

/* One exchange through the host. `bearer` may be null. */
static inline cj_exchange cj_http(const cj_host *host, const cj_call *call, const char *method,
                                  const char *url, const char *bearer, cj_str body) {
  cj_exchange out;
  cj_out head;
  cj_request request;
  memset(&out, 0, sizeof out);
  memset(&head, 0, sizeof head);
  memset(&request, 0, sizeof request);
  out.result.size = sizeof out.result;
  const cj_http_v1 *http = (const cj_http_v1 *)cj_service(host, "cj.http/1");
  out.status = CJ_STATUS(CJ_CLASS_CONFIG, 0);
  if (http == NULL) return out;
  cj_put(&head, "{\"method\":");
  cj_put_quoted(&head, cj_text(method));
  cj_put(&head, ",\"url\":");
  cj_put_quoted(&head, cj_text(url));
  cj_put(&head, ",\"headers\":[{\"name\":\"content-type\",\"value\":\"application/json\"}");
  if (bearer != NULL) {
    cj_out value;
    memset(&value, 0, sizeof value);
    cj_put(&value, "Bearer ");
    cj_put(&value, bearer);
    const cj_str text = {value.data, value.size};
    cj_put(&head, ",{\"name\":\"authorization\",\"value\":");
    cj_put_quoted(&head, text);
    cj_put(&head, "}");
    if (value.failed) head.failed = 1;
    cj_out_free(&value);
  }
  cj_put(&head, "]}");
  request.size = sizeof request;
  request.head.data = head.data;
  request.head.size = head.size;
  request.attachments = &body;
  request.attachment_count = 1;
  out.status = CJ_STATUS(CJ_CLASS_RETRY, 0);
  if (!head.failed) {
    http->send(host->ctx, call, &request, &out.result);
    out.status = out.result.status;
  }
  cj_out_free(&head);
  if (out.status != CJ_OK) return out;
  const cj_str reply = {out.result.head.data, out.result.head.size};
  if (cj_json_is(reply, '{'))
    out.http_status = (int)cj_json_number(cj_json_member(reply, "status"), 0);
  if (out.result.attachment_count > 0) {
    out.body.data = out.result.attachments[0].data;
    out.body.size = out.result.attachments[0].size;
  }
  return out;
}

/* Releases what an exchange holds; its body is gone then. */
static inline void cj_http_end(cj_exchange *exchange) { cj_release_result(&exchange->result); }

/* The status that an exchange is worth to the host: CJ_OK for 2xx. */
static inline uint32_t cj_http_worth(const cj_exchange *exchange) {
  const int status = exchange->http_status;
  if (exchange->status != CJ_OK) return exchange->status;
  if (status >= 200 && status <= 299) return CJ_OK;
  if (status == 401 || status == 403) return CJ_STATUS(CJ_CLASS_AUTH, 0);
  if (status == 429 || status >= 500 || status < 200) return CJ_STATUS(CJ_CLASS_RETRY, 0);
  return CJ_STATUS(CJ_CLASS_PERMANENT, 0);
}

/* The value of a header in a webhook's block (lines `name: value`, ended by CR LF); empty: it is
 * not there, or twice. `name` is given in lower case. */
static inline cj_str cj_header(cj_str block, const char *name) {
  cj_str found = {NULL, 0};
  const size_t size = strlen(name);
  for (uint64_t at = 0; at < block.size;) {
    uint64_t end = at;
    while (end < block.size && block.data[end] != '\n') ++end;
    uint64_t same = 0;
    while (same < size && at + same < end &&
           (block.data[at + same] | ((unsigned)(block.data[at + same] - 'A') < 26 ? 0x20 : 0)) ==
               name[same])
      ++same;
    if (same == size && at + size < end && block.data[at + size] == ':') {
      uint64_t from = at + size + 1;
      uint64_t to = end;
      while (from < to && (block.data[from] == ' ' || block.data[from] == '\t')) ++from;
      while (to > from && (block.data[to - 1] == '\r' || block.data[to - 1] == ' ')) --to;
      if (found.data != NULL) {
        found.data = NULL;
        found.size = 0;
        return found; /* A doubled header is none. */
      }
      found.data = block.data + from;
      found.size = to - from;
    }
    at = end + 1;
  }
  return found;
}

/* The value of a secret's handle as a text that ends with a NUL; 0: there is none. */
static inline int cj_secret(const cj_host *host, const char *handle, cj_out *value) {
  const cj_secrets_v1 *secrets = (const cj_secrets_v1 *)cj_service(host, "cj.secrets/1");
  cj_buf buffer;
  memset(&buffer, 0, sizeof buffer);
  if (secrets == NULL || secrets->get(host->ctx, cj_text(handle), &buffer) != CJ_OK) return 0;
  cj_put_bytes(value, buffer.data, (size_t)buffer.size);
  cj_release(&buffer);
  return !value->failed;
}

#ifdef __cplusplus
}
#endif

#endif /* CONSERJE_C_H */
