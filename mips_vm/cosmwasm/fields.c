#include "contract.h"

/* What of a stranger's words is told back. */
#define TOLD_BYTES 64u

static const char *kind_name(struct json value) {
  static const char *const names[] = {"nothing",  "an object", "an array", "a string",
                                      "a number", "a truth",   "null"};
  return names[json_kind(value)];
}

/* A string of a stranger's, shortened, and escaped: a refusal becomes a JSON string. */
static void put_told(struct text *t, struct json string) {
  struct text words = text_of(string.bytes);
  words.count = json_text(string, words.bytes);
  const bool cut = words.count > TOLD_BYTES;
  uint32_t count = cut ? TOLD_BYTES : words.count;
  while (cut && (words.bytes[count] & 0xc0) == 0x80)
    count--; /* not within a character */
  put(t, "\\\"");
  put_escaped(t, words.bytes, count);
  put(t, cut ? "...\\\"" : "\\\"");
}

static struct field *field_of(struct field *fields, uint32_t count, struct json key) {
  for (uint32_t i = 0; i < count; i++)
    if (json_says(key, fields[i].name))
      return &fields[i];
  return 0;
}

static void put_names(struct text *t, const struct field *fields, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    put(t, i ? ", " : "");
    put(t, fields[i].name);
  }
  put(t, count ? "" : "no fields");
}

static bool refuse_fields(struct call *c, const char *where, const struct field *fields,
                          uint32_t count, const char *got) {
  struct text *t = refusal(c);
  put(t, where);
  put(t, ": expected ");
  put_names(t, fields, count);
  put(t, ", got ");
  put(t, got);
  return false;
}

bool read_fields(struct call *c, const char *where, struct json object,
                 struct field *fields, uint32_t count) {
  if (json_kind(object) != OBJECT)
    return refuse_fields(c, where, fields, count, kind_name(object));
  struct json_walk walk = json_inside(object);
  struct json key, value;
  while (json_next(&walk, &key, &value)) {
    struct field *field = field_of(fields, count, key);
    if (field && !field->value.bytes) {
      field->value = value;
      continue;
    }
    refuse_fields(c, where, fields, count, field ? "twice " : "");
    put_told(&c->refusal, key);
    return false;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (json_kind(fields[i].value) == NULL_VALUE && fields[i].optional)
      fields[i].value.bytes = 0;
    if (fields[i].value.bytes || fields[i].optional)
      continue;
    refuse_fields(c, where, fields, count, "no ");
    put(&c->refusal, fields[i].name);
    return false;
  }
  return true;
}

bool refuse_value(struct call *c, const struct field *field, const char *expected) {
  struct text *t = refusal(c);
  put(t, field->name);
  put(t, ": expected ");
  put(t, expected);
  put(t, ", got ");
  put(t, kind_name(field->value));
  switch (json_kind(field->value)) {
  case STRING:
    put(t, " ");
    put_told(t, field->value);
    break;
  case NUMBER:
    put(t, " ");
    put_bytes(t, field->value.text,
              field->value.bytes < TOLD_BYTES ? field->value.bytes : TOLD_BYTES);
    break;
  default:
    break;
  }
  return false;
}

bool read_text(struct call *c, const struct field *field, struct slice *text) {
  if (json_kind(field->value) != STRING)
    return refuse_value(c, field, "a string");
  uint8_t *room = take(field->value.bytes);
  *text = (struct slice){room, json_text(field->value, room)};
  return true;
}

bool read_bytes_of(struct call *c, const struct field *field, struct slice *bytes) {
  if (!read_text(c, field, bytes))
    return false;
  return read_base64(bytes->bytes, bytes->count, (uint8_t *)bytes->bytes, &bytes->count) ||
         refuse_value(c, field, "bytes in base64");
}

bool read_hash(struct call *c, const struct field *field, uint8_t *hash) {
  struct slice text;
  if (!read_text(c, field, &text))
    return false;
  return read_hex(text.bytes, text.count, hash, 32) ||
         refuse_value(c, field, "64 hex digits");
}

bool read_whole(struct call *c, const struct field *field, uint64_t most,
                uint64_t *number) {
  if (json_whole(field->value, number) && *number <= most)
    return true;
  refuse_value(c, field, "a whole number");
  put(&c->refusal, " (at most ");
  put_decimal(&c->refusal, most);
  put(&c->refusal, ")");
  return false;
}

bool dispatch(struct call *c, const struct handler *handlers, uint32_t count) {
  struct json key = {0, 0}, body = {0, 0}, other, more;
  const bool object = json_kind(c->message) == OBJECT;
  if (object) {
    struct json_walk walk = json_inside(c->message);
    if (json_next(&walk, &key, &body) && json_next(&walk, &other, &more))
      key.bytes = 0;
  }
  for (uint32_t i = 0; i < count; i++)
    if (json_says(key, handlers[i].name))
      return handlers[i].handle(c, body);
  struct text *t = refusal(c);
  put(t, "message: expected an object with one of ");
  for (uint32_t i = 0; i < count; i++) {
    put(t, i ? ", " : "");
    put(t, handlers[i].name);
  }
  put(t, ", got ");
  if (key.bytes)
    put_told(t, key);
  else
    put(t, !object ? kind_name(c->message) : body.bytes ? "several" : "an empty one");
  return false;
}
