/* Unicode's normalization form C (UAX 15): characters taken apart, marks sorted by their
 * classes, and put together again. Hangul is reckoned. */

#include "parts.h"
#include "utf8.h"

#define HANGUL 0xac00u
#define HANGULS 11172u
#define LEADS 0x1100u
#define VOWELS 0x1161u
#define TAILS 0x11a7u
#define LEAD_COUNT 19u
#define VOWEL_COUNT 21u
#define TAIL_COUNT 28u

#define MOST_APART (APART_WIDTH - 1)

/* Characters below U+0300 are in the normal form, and stay in it before others below. */
#define FIRST_LEAD 0xcc

static bool is_normal(struct span text) {
  for (uint32_t i = 0; i < text.length; i++)
    if (text.at[i] >= FIRST_LEAD)
      return false;
  return true;
}

/* What a character is made of, at `to`; how many there are. */
static uint32_t apart(const struct table *t, uint32_t code, uint32_t *to) {
  const uint32_t number = code - HANGUL;
  if (number < HANGULS) {
    const uint32_t tail = number % TAIL_COUNT;
    to[0] = LEADS + number / TAIL_COUNT / VOWEL_COUNT;
    to[1] = VOWELS + number / TAIL_COUNT % VOWEL_COUNT;
    to[2] = TAILS + tail;
    return tail ? 3 : 2;
  }
  const uint32_t *row = table_row(t->part[APART], APART_WIDTH, &code, 1);
  uint32_t count = 0;
  while (row && count < MOST_APART && row[1 + count]) {
    to[count] = row[1 + count];
    count++;
  }
  if (!count)
    to[count++] = code;
  return count;
}

/* The character that two make, or NONE. */
static uint32_t together(const struct table *t, uint32_t a, uint32_t b) {
  if (a - LEADS < LEAD_COUNT && b - VOWELS < VOWEL_COUNT)
    return HANGUL + ((a - LEADS) * VOWEL_COUNT + b - VOWELS) * TAIL_COUNT;
  if (a - HANGUL < HANGULS && (a - HANGUL) % TAIL_COUNT == 0 &&
      b - TAILS - 1 < TAIL_COUNT - 1)
    return a + b - TAILS;
  const uint32_t pair[] = {a, b};
  const uint32_t *row = table_row(t->part[TOGETHER], TOGETHER_WIDTH, pair, 2);
  return row ? row[2] : NONE;
}

static inline uint32_t mark_class(const struct table *t, uint32_t code) {
  return table_property(t, MARKS, code);
}

/* Marks that follow one another, by their classes; those of one class stay in order. */
static void sort_marks(const struct table *t, uint32_t *codes, uint32_t count,
                       uint32_t *sorted) {
  uint32_t places[256] = {0}, place = 0;
  for (uint32_t i = 0; i < count; i++)
    places[mark_class(t, codes[i])]++;
  for (uint32_t i = 0; i < 256; i++) {
    const uint32_t many = places[i];
    places[i] = place;
    place += many;
  }
  for (uint32_t i = 0; i < count; i++)
    sorted[places[mark_class(t, codes[i])]++] = codes[i];
  for (uint32_t i = 0; i < count; i++)
    codes[i] = sorted[i];
}

static void sort_all(const struct table *t, uint32_t *codes, uint32_t count,
                     uint32_t *sorted) {
  for (uint32_t i = 0, end; i < count; i = end) {
    end = i;
    while (end < count && mark_class(t, codes[end]))
      end++;
    if (end > i + 1)
      sort_marks(t, codes + i, end - i, sorted);
    end += end == i;
  }
}

/* What is left of the characters once they are put together. One is kept from the
 * starter by any between them that is of its class or above, or a starter. */
static uint32_t join_all(const struct table *t, uint32_t *codes, uint32_t count) {
  uint32_t left = 0, starter = NONE, last = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t code = codes[i], class = mark_class(t, code);
    if (starter != NONE && (last < class || left == starter + 1)) {
      const uint32_t joined = together(t, codes[starter], code);
      if (joined != NONE) {
        codes[starter] = joined;
        continue;
      }
    }
    if (!class)
      starter = left;
    last = class;
    codes[left++] = code;
  }
  return left;
}

uint32_t compose(const struct table *t, struct span text, uint8_t *to, uint32_t room,
                 uint32_t *codes, uint32_t *sorted) {
  uint32_t count = 0, stored = 0, length;
  if (is_normal(text)) {
    for (; stored < text.length && stored < room; stored++)
      to[stored] = text.at[stored];
    return stored;
  }
  for (uint32_t i = 0; i < text.length; i += length) {
    const uint32_t code = utf8_next(text.at + i, text.length - i, &length);
    count += apart(t, code, codes + count);
  }
  sort_all(t, codes, count, sorted);
  count = join_all(t, codes, count);
  for (uint32_t i = 0; i < count && room - stored >= MOST_BYTES; i++)
    stored += utf8_put(to + stored, codes[i]);
  return stored;
}
