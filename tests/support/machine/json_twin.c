/* A document as a plain text, by the functions of json.h: strings as hex, numbers as they
 * are written. For comparison with another parser. */

#include "json.h"
#include "text.h"

static void tell(struct text *t, struct json value) {
  static uint8_t room[1 << 20];
  struct json_walk walk;
  struct json key, inner;
  switch (json_kind(value)) {
  case STRING:
    put(t, "s");
    put_hex(t, room, json_text(value, room));
    put(t, ";");
    return;
  case OBJECT:
  case ARRAY:
    put(t, json_kind(value) == OBJECT ? "{" : "[");
    walk = json_inside(value);
    while (json_next(&walk, &key, &inner)) {
      if (json_kind(key) != NOTHING)
        tell(t, key);
      tell(t, inner);
    }
    put(t, json_kind(value) == OBJECT ? "}" : "]");
    return;
  default:
    put_bytes(t, value.text, value.bytes);
    put(t, ";");
  }
}

/* How many bytes it takes; 0 if the text is no document. */
uint32_t twin_tell(const uint8_t *text, uint32_t bytes, uint8_t *out, uint32_t room);
uint32_t twin_tell(const uint8_t *text, uint32_t bytes, uint8_t *out, uint32_t room) {
  struct text t = {out, 0, room};
  struct json value;
  if (!json_parse(text, bytes, &value))
    return 0;
  tell(&t, value);
  return t.count;
}

uint32_t twin_says(const uint8_t *text, uint32_t bytes, const char *name);
uint32_t twin_says(const uint8_t *text, uint32_t bytes, const char *name) {
  struct json value;
  return json_parse(text, bytes, &value) && json_says(value, name);
}

/* 1 and the number, or 0. */
uint32_t twin_whole(const uint8_t *text, uint32_t bytes, uint64_t *number);
uint32_t twin_whole(const uint8_t *text, uint32_t bytes, uint64_t *number) {
  struct json value;
  return json_parse(text, bytes, &value) && json_whole(value, number);
}

uint32_t twin_base64(const uint8_t *text, uint32_t bytes, uint8_t *out, uint32_t *count);
uint32_t twin_base64(const uint8_t *text, uint32_t bytes, uint8_t *out, uint32_t *count) {
  return read_base64(text, bytes, out, count);
}

uint32_t twin_to_base64(const uint8_t *bytes, uint32_t count, uint8_t *out);
uint32_t twin_to_base64(const uint8_t *bytes, uint32_t count, uint8_t *out) {
  struct text t = {out, 0, base64_bytes(count)};
  put_base64(&t, bytes, count);
  return t.count;
}
