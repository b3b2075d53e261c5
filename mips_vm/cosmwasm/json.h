/* JSON (RFC 8259), read where it lies. Total: any bytes are a document or none, in time
 * that grows with their number, without recursion.
 *
 * Stricter than others where they differ among themselves: escapes of half a surrogate
 * pair are refused, since there is no UTF-8 for them, and so are more than JSON_DEPTH
 * containers in one another.
 */

#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>

#define JSON_DEPTH 32u

/* A value's own bytes, in a document that is one. `bytes` is 0 where there is no value. */
struct json {
  const uint8_t *text;
  uint32_t bytes;
};

enum json_kind { NOTHING, OBJECT, ARRAY, STRING, NUMBER, TRUTH, NULL_VALUE };

/* Whether this is a document; then, `value` is what it says. */
bool json_parse(const uint8_t *text, uint32_t bytes, struct json *value);

enum json_kind json_kind(struct json value);

/* A walk over an object's members or an array's elements. */
struct json_walk {
  const uint8_t *next;
  bool object;
};

struct json_walk json_inside(struct json container);

/* The next one, if there is any; in arrays `key` is nothing. */
bool json_next(struct json_walk *walk, struct json *key, struct json *value);

/* What a string says, as UTF-8: never more bytes than it takes. Their number. */
uint32_t json_text(struct json string, uint8_t *out);

/* Whether that is `name`, which ends with a 0. */
bool json_says(struct json string, const char *name);

/* Whether a number is written as a whole one from 0 to 2^64 - 1; then, it is `number`. */
bool json_whole(struct json value, uint64_t *number);

#endif
