#include "json.h"

/* ------------------------------------------------------------------------------------
 * Reading: each function takes a reader past what it names, or says that it is not there.
 * ---------------------------------------------------------------------------------- */

struct reader {
  const uint8_t *next, *end;
};

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static bool is_space(uint8_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_spaces(struct reader *r) {
  while (r->next != r->end && is_space(*r->next))
    r->next++;
}

static bool take(struct reader *r, uint8_t c) {
  if (r->next == r->end || *r->next != c)
    return false;
  r->next++;
  return true;
}

static bool take_word(struct reader *r, const char *word) {
  for (; *word; word++)
    if (!take(r, (uint8_t)*word))
      return false;
  return true;
}

static bool take_digits(struct reader *r) {
  const uint8_t *start = r->next;
  while (r->next != r->end && is_digit(*r->next))
    r->next++;
  return r->next != start;
}

static bool take_number(struct reader *r) {
  take(r, '-');
  if (!take(r, '0') && !take_digits(r))
    return false;
  if (take(r, '.') && !take_digits(r))
    return false;
  if (take(r, 'e') || take(r, 'E')) {
    if (!take(r, '+'))
      take(r, '-');
    return take_digits(r);
  }
  return true;
}

static bool take_hex(struct reader *r, uint32_t *unit) {
  *unit = 0;
  for (int i = 0; i < 4; i++, r->next++) {
    if (r->next == r->end)
      return false;
    const uint8_t c = *r->next, letter = c | 0x20;
    if (is_digit(c))
      *unit = *unit << 4 | (uint32_t)(c - '0');
    else if (letter >= 'a' && letter <= 'f')
      *unit = *unit << 4 | (uint32_t)(letter - 'a' + 10);
    else
      return false;
  }
  return true;
}

/* Behind a backslash. */
static bool take_escape(struct reader *r, uint32_t *point) {
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  if (take(r, 'u')) {
    uint32_t low;
    if (!take_hex(r, point) || (*point >= 0xdc00 && *point < 0xe000))
      return false;
    if (*point < 0xd800 || *point > 0xdbff)
      return true;
    if (!take_word(r, "\\u") || !take_hex(r, &low) || low < 0xdc00 || low > 0xdfff)
      return false;
    *point = 0x10000 + ((*point - 0xd800) << 10 | (low - 0xdc00));
    return true;
  }
  for (int i = 0; letters[i]; i++)
    if (take(r, (uint8_t)letters[i])) {
      *point = (uint32_t)meanings[i];
      return true;
    }
  return false;
}

/* A code point of UTF-8 whose first byte is not below 0x80: the shortest form, and no
 * surrogate (Unicode, table 3-7). */
static bool take_utf8(struct reader *r, uint32_t *point) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  const uint8_t first = *r->next++;
  const uint32_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
  if (first < 0xc2 || first > 0xf4 || r->end - r->next < (long)more)
    return false;
  *point = first & (0x3fu >> more);
  for (uint32_t i = 0; i < more; i++, r->next++) {
    if ((*r->next & 0xc0) != 0x80)
      return false;
    *point = *point << 6 | (*r->next & 0x3f);
  }
  return *point >= least[more] && *point <= 0x10ffff &&
         (*point < 0xd800 || *point > 0xdfff);
}

/* One character of a string. */
static bool take_point(struct reader *r, uint32_t *point) {
  if (r->next == r->end || *r->next < 0x20)
    return false;
  if (take(r, '\\'))
    return take_escape(r, point);
  if (*r->next >= 0x80)
    return take_utf8(r, point);
  *point = *r->next++;
  return true;
}

/* Whether a byte of a string is itself a character, as nearly all are. */
static bool is_plain(uint8_t c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

static bool take_string(struct reader *r) {
  uint32_t point;
  if (!take(r, '"'))
    return false;
  while (!take(r, '"')) {
    if (!take_point(r, &point))
      return false;
    while (r->next != r->end && is_plain(*r->next))
      r->next++;
  }
  return true;
}

static bool take_scalar(struct reader *r) {
  if (r->next == r->end)
    return false;
  switch (*r->next) {
  case '"':
    return take_string(r);
  case 't':
    return take_word(r, "true");
  case 'f':
    return take_word(r, "false");
  case 'n':
    return take_word(r, "null");
  default:
    return take_number(r);
  }
}

/* ------------------------------------------------------------------------------------
 * The document
 * ---------------------------------------------------------------------------------- */

/* The containers that are open: bit i of `objects` says what the ith from outside is. */
struct nest {
  uint32_t depth;
  uint32_t objects;
};

_Static_assert(JSON_DEPTH == 32, "a bit a container");

static bool is_in_object(const struct nest *n) { return n->objects >> (n->depth - 1) & 1; }

static bool take_key(struct reader *r) {
  skip_spaces(r);
  if (!take_string(r))
    return false;
  skip_spaces(r);
  return take(r, ':');
}

/* What comes before a value: brackets that open. `empty`: one closes at once. */
static bool take_openings(struct reader *r, struct nest *n, bool *empty) {
  *empty = false;
  for (;;) {
    skip_spaces(r);
    const bool object = take(r, '{');
    if (!object && !take(r, '['))
      return true;
    if (n->depth == JSON_DEPTH)
      return false;
    n->objects = (n->objects & ~(1u << n->depth)) | (uint32_t)object << n->depth;
    n->depth++;
    skip_spaces(r);
    if (r->next != r->end && *r->next == (object ? '}' : ']')) {
      *empty = true;
      return true;
    }
    if (object && !take_key(r))
      return false;
  }
}

/* What comes behind a value: brackets that close, then a comma, unless all is closed. */
static bool take_closings(struct reader *r, struct nest *n) {
  for (; n->depth; n->depth--) {
    skip_spaces(r);
    if (take(r, ','))
      return !is_in_object(n) || take_key(r);
    if (!take(r, is_in_object(n) ? '}' : ']'))
      return false;
  }
  return true;
}

static bool take_value(struct reader *r) {
  struct nest nest = {0, 0};
  bool empty;
  do {
    if (!take_openings(r, &nest, &empty) || (!empty && !take_scalar(r)) ||
        !take_closings(r, &nest))
      return false;
  } while (nest.depth);
  return true;
}

bool json_parse(const uint8_t *text, uint32_t bytes, struct json *value) {
  struct reader r = {text, text + bytes};
  skip_spaces(&r);
  value->text = r.next;
  if (!take_value(&r))
    return false;
  value->bytes = (uint32_t)(r.next - value->text);
  skip_spaces(&r);
  return r.next == r.end;
}

/* ------------------------------------------------------------------------------------
 * Documents that are ones: no check from here on.
 * ---------------------------------------------------------------------------------- */

enum json_kind json_kind(struct json value) {
  if (!value.bytes)
    return NOTHING;
  switch (*value.text) {
  case '{':
    return OBJECT;
  case '[':
    return ARRAY;
  case '"':
    return STRING;
  case 't':
  case 'f':
    return TRUTH;
  case 'n':
    return NULL_VALUE;
  default:
    return NUMBER;
  }
}

static const uint8_t *behind_string(const uint8_t *at) {
  for (at++; *at != '"'; at++)
    at += *at == '\\';
  return at + 1;
}

static const uint8_t *behind_value(const uint8_t *at) {
  uint32_t depth = 0;
  do {
    if (*at == '"') {
      at = behind_string(at);
      continue;
    }
    depth += *at == '{' || *at == '[';
    depth -= *at == '}' || *at == ']';
    at++;
  } while (depth);
  return at;
}

static const uint8_t *behind_spaces(const uint8_t *at) {
  while (is_space(*at))
    at++;
  return at;
}

static bool is_in_scalar(uint8_t c) {
  return !is_space(c) && c != ',' && c != ']' && c != '}';
}

/* A value inside a container, so that something stands behind it. */
static struct json value_at(const uint8_t *at) {
  const uint8_t *end = at;
  if (*at == '"' || *at == '{' || *at == '[')
    end = behind_value(at);
  else
    while (is_in_scalar(*end))
      end++;
  return (struct json){at, (uint32_t)(end - at)};
}

struct json_walk json_inside(struct json container) {
  return (struct json_walk){container.text + 1, *container.text == '{'};
}

bool json_next(struct json_walk *walk, struct json *key, struct json *value) {
  const uint8_t *at = behind_spaces(walk->next);
  if (*at == ',')
    at = behind_spaces(at + 1);
  if (*at == '}' || *at == ']')
    return false;
  *key = (struct json){0, 0};
  if (walk->object) {
    *key = value_at(at);
    at = behind_spaces(key->text + key->bytes) + 1; /* the colon */
    at = behind_spaces(at);
  }
  *value = value_at(at);
  walk->next = value->text + value->bytes;
  return true;
}

static uint32_t put_utf8(uint32_t point, uint8_t *out) {
  if (point < 0x80) {
    *out = (uint8_t)point;
    return 1;
  }
  const uint32_t more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  for (uint32_t i = more; i; i--, point >>= 6)
    out[i] = 0x80 | (point & 0x3f);
  out[0] = (uint8_t)(0xf80u >> more) | (uint8_t)point;
  return more + 1;
}

uint32_t json_text(struct json string, uint8_t *out) {
  struct reader r = {string.text + 1, string.text + string.bytes - 1};
  uint32_t count = 0, point;
  while (take_point(&r, &point)) {
    count += put_utf8(point, out + count);
    while (r.next != r.end && is_plain(*r.next))
      out[count++] = *r.next++;
  }
  return count;
}

bool json_says(struct json string, const char *name) {
  if (json_kind(string) != STRING)
    return false;
  struct reader r = {string.text + 1, string.text + string.bytes - 1};
  uint32_t point;
  for (; take_point(&r, &point); name++)
    if (!*name || point != (uint8_t)*name)
      return false;
  return !*name;
}

bool json_whole(struct json value, uint64_t *number) {
  *number = 0;
  for (uint32_t i = 0; i < value.bytes; i++) {
    const uint8_t digit = (uint8_t)(value.text[i] - '0');
    if (digit > 9 || *number > (UINT64_MAX - digit) / 10)
      return false;
    *number = *number * 10 + digit;
  }
  return value.bytes;
}
