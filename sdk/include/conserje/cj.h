/* The boundary between a Conserje host and its plugins: C11, and C++17 or later.
 *
 * A plugin is a shared object that exports one symbol, `cj_entry`, and carries a manifest (JSON) in
 * an ELF note (section ".note.conserje", name "Conserje", type CJ_NOTE_MANIFEST), which the host
 * reads before it runs any of the plugin's code. Every call has one shape: (method number, request)
 * -> (status, reply), where a request and a reply are one JSON head and any number of binary
 * attachments. The heads are described by sdk/schema.
 *
 * Rules that hold for everything below:
 *  - Structs only grow, at their end. `size` is the writer's sizeof; a reader copies the smaller of
 *    both sizes and takes what is missing as zero. A null function means "not supported".
 *  - Inputs are borrowed for the call. Outputs are cj_buf and are released by the receiver, exactly
 *    once.
 *  - Nothing else crosses: no FILE, no errno, no locale, no descriptor, no C++ object, no
 *    exception.
 *  - Text is UTF-8, with a length and without a promise of a final NUL.
 *  - Thread rules stand in brackets: [main thread] never overlaps any other call on the same
 *    instance; [pool thread] as many at once as the manifest's `concurrency` says; [any thread] at
 *    any time.
 */
#ifndef CONSERJE_CJ_H
#define CONSERJE_CJ_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CJ_ABI_VERSION 1u /* what a manifest names the range of */

/* The ELF note that holds the manifest. */
#define CJ_NOTE_SECTION ".note.conserje"
#define CJ_NOTE_NAME "Conserje" /* with its NUL, 9 bytes */
#define CJ_NOTE_MANIFEST 1u     /* the note's type; its bytes are the JSON */

/* ---- Data ----------------------------------------------------------------------------------- */

/* Borrowed bytes; valid until the call that received them returns. */
typedef struct cj_str {
  const char *data; /* may be null only when size is 0 */
  uint64_t size;    /* bytes */
} cj_str;

/* Bytes with an owner. Whoever fills it sets release (or leaves it null for static bytes); the
 * receiver calls release exactly once, and before the instance's destroy. [release: any thread] */
typedef struct cj_buf {
  const char *data;             /* may be null only when size is 0 */
  uint64_t size;                /* bytes */
  void *owner;                  /* what release takes; the receiver looks at nothing else of it */
  void (*release)(void *owner); /* null: static bytes, which nobody frees */
} cj_buf;

/* The context of one call. Made by the host; valid until the call returns. */
typedef struct cj_call {
  uint32_t size;          /* the writer's sizeof */
  uint32_t attempt;       /* 1 at the first try */
  uint64_t call_id;       /* unique in this process; 0 is never used */
  uint64_t deadline_ns;   /* of the monotonic clock; give up by then; 0: none */
  cj_str trace_id;        /* W3C traceparent, or empty */
  cj_str idempotency_key; /* same key, same effect; empty: none */
  cj_str tenant;          /* on whose behalf */
  const uint32_t
      *cancelled; /* not 0 once the caller has lost interest; read it atomically; may be null */
} cj_call;

/* What is asked: the JSON head and its attachments. Made by the caller; borrowed. */
typedef struct cj_request {
  uint32_t size;             /* the writer's sizeof */
  uint32_t method;           /* CJ_METHOD of a kind; for host services, the service's own */
  cj_str head;               /* JSON object, or empty for {} */
  const cj_str *attachments; /* what they are, the method says */
  uint64_t attachment_count; /* at `attachments` */
} cj_request;

/* What came of it. The caller zeroes it and sets size; the callee fills it; the caller releases its
 * buffers. */
typedef struct cj_result {
  uint32_t size;           /* the writer's sizeof */
  uint32_t status;         /* CJ_OK or CJ_STATUS(class, code) */
  uint64_t retry_after_ms; /* with class retry; 0: the caller's own schedule */
  cj_buf head;             /* JSON object; empty: {} */
  cj_buf message;      /* for people: no secret, no personal data; may be empty even on failure */
  cj_buf vendor_code;  /* the third party's own code, such as "131047"; may be empty */
  cj_buf *attachments; /* owned by attachments_owner, each buffer released on its own before it */
  uint64_t attachment_count; /* at `attachments` */
  void *attachments_owner;   /* of the array alone */
  void (*release_attachments)(void *attachments_owner);
} cj_result;

/* ---- Status --------------------------------------------------------------------------------- */

#define CJ_OK 0u /* it was done */
/* The class (high byte) says what the caller can do; the code below it tells apart, and unknown
 * codes are handled by their class, so codes can be added. */
#define CJ_STATUS(class_, code) (((uint32_t)(class_) << 24) | ((uint32_t)(code)&0xffffffu))
#define CJ_STATUS_CLASS(status) ((uint32_t)(status) >> 24) /* CJ_CLASS_*; of CJ_OK 0 */
#define CJ_CLASS_RETRY 1u                                  /* the same call may succeed later */
#define CJ_CLASS_PERMANENT 2u                              /* this request will never succeed */
#define CJ_CLASS_AUTH 3u      /* the sender, or our credential, was not accepted */
#define CJ_CLASS_CONFIG 4u    /* an operator must act */
#define CJ_CLASS_CANCELLED 5u /* the caller asked for the end */
#define CJ_CLASS_DEADLINE 6u  /* time ran out; the outcome is unknown */
#define CJ_CLASS_BUG 7u       /* the callee is wrong */
#define CJ_UNSUPPORTED CJ_STATUS(CJ_CLASS_PERMANENT, 1) /* no such method here */
#define CJ_NOT_FOUND CJ_STATUS(CJ_CLASS_PERMANENT, 2)   /* nothing has that key */
#define CJ_CONFLICT CJ_STATUS(CJ_CLASS_PERMANENT, 3)    /* kv: another revision is stored */
#define CJ_TOO_LARGE CJ_STATUS(CJ_CLASS_PERMANENT, 4)   /* over a quota or a limit */
#define CJ_DENIED CJ_STATUS(CJ_CLASS_CONFIG, 1)         /* by the manifest or by the operator */

/* ---- Kinds and methods ---------------------------------------------------------------------- */

/* A kind is a range of method numbers; a plugin may serve several kinds. Numbers are never reused;
 * the request and reply of each method stand in sdk/schema/<kind>.v1.json, which is where these
 * names come from. */
#define CJ_METHOD(kind, number) (((uint32_t)(kind) << 16) | (uint32_t)(number))
#define CJ_KIND_CORE 0u    /* asked of every plugin */
#define CJ_KIND_CHANNEL 1u /* how guests write */
#define CJ_KIND_PMS 2u     /* reservations */
#define CJ_KIND_SINK 3u    /* where events are told */
#define CJ_KIND_NLU 4u     /* what a guest means */
#define CJ_KIND_SPEECH 5u  /* audio to text and back */

/* A timer set through cj.timer/1 is due. Head: {"name": string}. Reply: {}. */
#define CJ_CORE_TIMER CJ_METHOD(CJ_KIND_CORE, 1)

/* ---- Extensions ----------------------------------------------------------------------------- */

/* First member of every extension table. Ids look like "cj.http/1"; an incompatible change is a new
 * id. */
typedef struct cj_ext_header {
  uint32_t size;     /* the writer's sizeof */
  uint32_t revision; /* grows with each function appended to the table */
  uint64_t features; /* bits, defined by the extension */
} cj_ext_header;

/* ---- What the host offers ------------------------------------------------------------------- */
/* What an instance is given; its functions may be called from any thread until drain. */
typedef struct cj_host {
  uint32_t size; /* the writer's sizeof */
  uint32_t abi;  /* CJ_ABI_VERSION of the host's choice, within the manifest's range */
  void *ctx;     /* first argument of every host function; one per instance */
  /* The table of a host service, or null when there is none. Valid until destroy returns. [any
   * thread] */
  const cj_ext_header *(*get_extension)(void *ctx, cj_str id);
} cj_host;

/* "cj.log/1": structured, leveled. message is constant text; fields is a JSON object or empty. */
typedef struct cj_log_v1 {
  cj_ext_header header;                                                    /* as in every table */
  void (*write)(void *ctx, uint32_t level, cj_str message, cj_str fields); /* [any thread] */
} cj_log_v1;
#define CJ_LOG_DEBUG 1u /* for whoever writes the plugin */
#define CJ_LOG_INFO 2u  /* a state changed */
#define CJ_LOG_WARN 3u  /* it was coped with */
#define CJ_LOG_ERROR 4u /* a person must act */

/* "cj.http/1": one outbound HTTP(S) exchange through the host's client: pooled, TLS verified,
 * limited to the hosts that the manifest asks for, bounded by call->deadline_ns. Blocks. Request
 * head: sdk/schema/http.v1.json (HttpCall), attachment 0 is the body. Reply head: HttpReply,
 * attachment 0 is the body. Every HTTP status is CJ_OK; class retry is a connection that failed
 * before the request was sent, deadline an outcome that is unknown. [any thread] */
typedef struct cj_http_v1 {
  cj_ext_header header; /* as in every table */
  void (*send)(void *ctx, const cj_call *call, const cj_request *request, cj_result *result);
} cj_http_v1;

/* "cj.kv/1": small durable values of this instance. A revision starts at 1 and grows with each put;
 * key at most 256 bytes, value 64 KiB. Statuses: CJ_OK, CJ_NOT_FOUND, CJ_CONFLICT, CJ_TOO_LARGE,
 * class retry. [any thread] */
typedef struct cj_kv_v1 {
  cj_ext_header header; /* as in every table */
  uint32_t (*get)(void *ctx, cj_str key, cj_buf *value, uint64_t *revision);
  /* expected: CJ_KV_ANY, 0 (must not exist) or a revision. */
  uint32_t (*put)(void *ctx, cj_str key, cj_str value, uint64_t expected, uint64_t *revision);
  uint32_t (*remove)(void *ctx, cj_str key, uint64_t expected);
  /* All keys that begin with prefix, as a JSON array of strings in byte order. */
  uint32_t (*list)(void *ctx, cj_str prefix, cj_buf *keys);
} cj_kv_v1;
#define CJ_KV_ANY UINT64_MAX /* whatever stands there */

/* "cj.metrics/1": names get the plugin's prefix; labels is a JSON object of strings or empty, from
 * a closed set. */
typedef struct cj_metrics_v1 {
  cj_ext_header header;                                             /* as in every table */
  void (*add)(void *ctx, cj_str name, cj_str labels, double value); /* counter [any thread] */
  void (*set)(void *ctx, cj_str name, cj_str labels, double value); /* gauge [any thread] */
  void (*observe)(void *ctx, cj_str name, cj_str labels,
                  double value); /* histogram, seconds [any thread] */
} cj_metrics_v1;

/* "cj.clock/1": virtual in tests. */
typedef struct cj_clock_v1 {
  cj_ext_header header;                /* as in every table */
  int64_t (*wall_ms)(void *ctx);       /* since 1970-01-01T00:00:00Z [any thread] */
  uint64_t (*monotonic_ns)(void *ctx); /* the clock of cj_call.deadline_ns [any thread] */
} cj_clock_v1;

/* "cj.secrets/1": a config property marked "secret" holds a handle; this gives its value. Do not
 * keep it longer than needed, never log it. CJ_NOT_FOUND for an unknown handle. [any thread] */
typedef struct cj_secrets_v1 {
  cj_ext_header header; /* as in every table */
  uint32_t (*get)(void *ctx, cj_str handle, cj_buf *value);
} cj_secrets_v1;

/* "cj.emit/1": hands inbound events to the host. Request head: sdk/schema/channel.v1.json
 * (EmitRequest). CJ_OK means stored durably; with "wait" it also means that the replies have been
 * delivered. Blocks. [any thread; never in an inline method, and inside an invoke only without
 * "wait"] */
typedef struct cj_emit_v1 {
  cj_ext_header header; /* as in every table */
  void (*emit)(void *ctx, const cj_call *call, const cj_request *request, cj_result *result);
} cj_emit_v1;

/* "cj.timer/1": the host calls invoke(CJ_CORE_TIMER) after after_ms, then every every_ms (0: once).
 * Setting a name again replaces it. At most 64 names. [any thread] */
typedef struct cj_timer_v1 {
  cj_ext_header header; /* as in every table */
  uint32_t (*set)(void *ctx, cj_str name, uint64_t after_ms, uint64_t every_ms);
  uint32_t (*clear)(void *ctx, cj_str name);
} cj_timer_v1;

/* "cj.random/1": cryptographically strong; seeded in tests. [any thread] */
typedef struct cj_random_v1 {
  cj_ext_header header; /* as in every table */
  void (*fill)(void *ctx, void *out, uint64_t size);
} cj_random_v1;

/* "cj.crypto/1": so that a plugin needs no crypto library. [any thread] */
typedef struct cj_crypto_v1 {
  cj_ext_header header; /* as in every table */
  /* out has room for 64 bytes; *out_size gets the digest's length. */
  uint32_t (*digest)(void *ctx, uint32_t algorithm, cj_str data, void *out, uint64_t *out_size);
  uint32_t (*hmac)(void *ctx, uint32_t algorithm, cj_str key, cj_str data, void *out,
                   uint64_t *out_size); /* as digest; 64 bytes at out */
  /* 1 when both are equal; the time depends on the sizes alone. */
  uint32_t (*equal)(void *ctx, cj_str a, cj_str b);
  /* key: 32-byte seed, or 64 bytes seed and public key; out: 64 bytes. */
  uint32_t (*ed25519_sign)(void *ctx, cj_str key, cj_str data, void *out);
  /* CJ_OK, or class auth when the signature is not the key's. */
  uint32_t (*ed25519_verify)(void *ctx, cj_str public_key, cj_str data, cj_str signature);
  /* RSASSA-PKCS1-v1_5 with SHA-256; n and e big-endian, as a JWK holds them after base64url. */
  uint32_t (*rs256_verify)(void *ctx, cj_str n, cj_str e, cj_str data, cj_str signature);
} cj_crypto_v1;
#define CJ_SHA1 1u   /* 20 bytes */
#define CJ_SHA256 2u /* 32 bytes */
#define CJ_SHA512 3u /* 64 bytes */

/* ---- What a plugin offers ------------------------------------------------------------------- */

/* One configured use of a plugin. */
typedef struct cj_instance {
  uint32_t size; /* the writer's sizeof */
  void *self;    /* first argument of each function below */
  /* Begins background work (timers, a reader thread). CJ_OK or why not. [main thread] */
  void (*start)(void *self, const cj_call *call, cj_result *result);
  /* Answers one method; gives up at call->deadline_ns. [pool thread; methods that the manifest
   * lists as inline run on the host's I/O thread and must neither block nor do I/O] */
  void (*invoke)(void *self, const cj_call *call, const cj_request *request, cj_result *result);
  /* Makes a running invoke return soon; must not block. [any thread, start to destroy] */
  void (*cancel)(void *self, uint64_t call_id);
  /* Ends background work; after it returns the plugin calls the host no more. [main thread] */
  void (*drain)(void *self, const cj_call *call, cj_result *result);
  /* Head: {"state": "ok"|"degraded"|"down", "detail": string}. No I/O: what it knows. [any thread]
   */
  void (*health)(void *self, cj_result *result);
  /* "cj.async/1", "cj.stream/1", ... or null. [any thread] */
  const cj_ext_header *(*get_extension)(void *self, cj_str id);
  /* Frees the instance; no other call is running, all buffers are released. [main thread] */
  void (*destroy)(void *self);
} cj_instance;

/* What cj_entry returns; static in the plugin. */
typedef struct cj_plugin {
  uint32_t size; /* the writer's sizeof */
  uint32_t abi;  /* the CJ_ABI_VERSION it was built with */
  /* Makes an instance. config is a JSON object that fits the manifest's schema, with handles in
   * place of secrets. On success *instance points to a table that lives until its destroy. [main
   * thread] */
  void (*create)(const cj_host *host, const cj_call *call, cj_str config,
                 const cj_instance **instance, cj_result *result);
  const cj_ext_header *(*get_extension)(cj_str id); /* [any thread] */
} cj_plugin;

/* The only exported symbol. Idempotent; starts no thread, does no I/O. Null: this ABI is not
 * supported. [any thread] */
typedef const cj_plugin *(*cj_entry_fn)(uint32_t abi);
const cj_plugin *cj_entry(uint32_t abi); /* cj_entry_fn: what a plugin defines */

#ifdef __cplusplus
}
#endif

#endif /* CONSERJE_CJ_H */
