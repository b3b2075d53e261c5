#include "contract.h"

#define REFUSAL_BYTES 2048u
#define MESSAGES_BYTES 4096u
#define MOST_SENDER_BYTES 128u

bool is_same(struct slice a, struct slice b) {
  if (a.count != b.count)
    return false;
  for (uint32_t i = 0; i < a.count; i++)
    if (a.bytes[i] != b.bytes[i])
      return false;
  return true;
}

struct text text_of(uint32_t room) { return (struct text){take(room), 0, room}; }

struct text *refusal(struct call *c) {
  c->refusal.count = 0;
  return &c->refusal;
}

/* ------------------------------------------------------------------------------------
 * Answers
 * ---------------------------------------------------------------------------------- */

void event_open(struct call *c, const char *type, uint32_t room) {
  c->event = text_of(room + 128);
  put(&c->event, "{\"type\":\"");
  put(&c->event, type);
  put(&c->event, "\",\"attributes\":[");
}

struct text *attribute_open(struct call *c, const char *name) {
  if (c->event.bytes[c->event.count - 1] != '[')
    put(&c->event, ",");
  put(&c->event, "{\"key\":\"");
  put(&c->event, name);
  put(&c->event, "\",\"value\":\"");
  return &c->event;
}

void attribute_close(struct call *c) { put(&c->event, "\"}"); }

struct text *result_open(uint32_t room) {
  struct text *result = take(sizeof *result);
  *result = text_of(room);
  return result;
}

void result_close(struct call *c, struct text *result) {
  c->data = (struct slice){result->bytes, result->count};
}

static struct region *region_of_text(struct text t) {
  struct region *region = region_of(t.bytes, t.count);
  vm_finish();
  return region;
}

static struct region *refused(struct call *c) {
  struct text t = text_of(c->refusal.count + 64);
  put(&t, "{\"error\":\"");
  put_bytes(&t, c->refusal.bytes, c->refusal.count);
  put(&t, "\"}");
  return region_of_text(t);
}

static void put_quoted_base64(struct text *t, struct slice bytes) {
  put(t, "\"");
  put_base64(t, bytes.bytes, bytes.count);
  put(t, "\"");
}

static struct region *responded(struct call *c) {
  struct text t =
      text_of(c->messages.count + c->event.count + base64_bytes(c->data.count) + 256);
  put(&t, "{\"ok\":{\"messages\":[");
  put_bytes(&t, c->messages.bytes, c->messages.count);
  put(&t, "],\"attributes\":[],\"events\":[");
  put_bytes(&t, c->event.bytes, c->event.count);
  put(&t, c->event.count ? "]}],\"data\":" : "],\"data\":");
  if (c->data.bytes)
    put_quoted_base64(&t, c->data);
  else
    put(&t, "null");
  put(&t, "}}");
  return region_of_text(t);
}

static struct region *told(struct call *c) {
  struct text t = text_of(base64_bytes(c->data.count) + 64);
  put(&t, "{\"ok\":");
  put_quoted_base64(&t, c->data);
  put(&t, "}");
  return region_of_text(t);
}

/* ------------------------------------------------------------------------------------
 * Entries
 * ---------------------------------------------------------------------------------- */

static bool parse(struct call *c, const char *what, const struct region *region,
                  struct json *value) {
  if (json_parse(region->bytes, region->count, value))
    return true;
  put(refusal(c), what);
  put(&c->refusal, ": expected JSON, at most 32 levels deep, got something else");
  return false;
}

/* The sender as the chain writes addresses: they go into JSON as they are. */
static bool is_address(struct slice s) {
  if (!s.count || s.count > MOST_SENDER_BYTES)
    return false;
  for (uint32_t i = 0; i < s.count; i++)
    if (!is_letter(s.bytes[i]) && !is_digit(s.bytes[i]) && s.bytes[i] != '_' &&
        s.bytes[i] != '-')
      return false;
  return true;
}

static bool read_info(struct call *c, const struct region *region) {
  struct json info;
  struct field fields[] = {{.name = "sender"}, {.name = "funds"}};
  if (!parse(c, "info", region, &info) || !read_fields(c, "info", info, fields, 2) ||
      !read_text(c, &fields[0], &c->sender))
    return false;
  c->funds = fields[1].value;
  if (!is_address(c->sender))
    return refuse_value(c, &fields[0], "an address");
  return json_kind(c->funds) == ARRAY || refuse_value(c, &fields[1], "an array");
}

static struct call opened(void) {
  return (struct call){.refusal = text_of(REFUSAL_BYTES),
                       .messages = text_of(MESSAGES_BYTES)};
}

struct region *ENTRY(instantiate)(const struct region *env, const struct region *info,
                                  const struct region *message) {
  (void)env;
  struct call c = opened();
  if (parse(&c, "message", message, &c.message) && read_info(&c, info) &&
      contract_instantiate(&c))
    return responded(&c);
  return refused(&c);
}

struct region *ENTRY(execute)(const struct region *env, const struct region *info,
                              const struct region *message) {
  (void)env;
  struct call c = opened();
  if (parse(&c, "message", message, &c.message) && read_info(&c, info) &&
      contract_execute(&c))
    return responded(&c);
  return refused(&c);
}

struct region *ENTRY(query)(const struct region *env, const struct region *message) {
  (void)env;
  struct call c = opened();
  if (parse(&c, "message", message, &c.message) && contract_query(&c))
    return told(&c);
  return refused(&c);
}
