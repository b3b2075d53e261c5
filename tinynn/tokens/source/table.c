#include "table.h"

#define HEADER_WORDS 32u
#define FIRST_PART 8u
#define MOST_SHORTER 64u
#define MOST_ADDED_BYTES 256u

/* Bytes of a row, by part. */
static const uint8_t row_bytes[PARTS] = {4, 1, 4, 4, 4, 12, 16, 16, 4, 4, 20, 12};

void table_open(struct table *t, const uint8_t *bytes, uint32_t size) {
  const uint32_t *words = (const uint32_t *)bytes;
  const bool known = size >= 4 * HEADER_WORDS && words[0] == TABLE_MAGIC &&
                     words[1] == TABLE_VERSION;
  t->kind = known ? words[2] : 0;
  t->words = known ? words[3] : 0;
  t->flags = known ? words[4] : 0;
  t->vocabulary = known ? words[5] : 0;
  t->unknown = known ? words[6] : NONE;
  for (uint32_t i = 0; i < PARTS; i++) {
    uint32_t offset = known ? words[FIRST_PART + 2 * i] : 0;
    uint32_t count = known ? words[FIRST_PART + 2 * i + 1] : 0;
    if (offset > size || offset % 4 || count > (size - offset) / row_bytes[i])
      offset = count = 0;
    t->part[i] = (struct rows){(const uint32_t *)(bytes + offset), count};
  }
  t->text = (const uint8_t *)t->part[TEXT].at;
  t->text_bytes = t->part[TEXT].count;
}

struct span table_symbol(const struct table *t, uint32_t id) {
  const struct rows ends = t->part[ENDS];
  if (id >= ends.count)
    return (struct span){t->text, 0};
  const uint32_t begin = id ? ends.at[id - 1] : 0, end = ends.at[id];
  if (begin > end || end > t->text_bytes)
    return (struct span){t->text, 0};
  return (struct span){t->text + begin, end - begin};
}

/* How many bytes two spans begin with alike. */
static uint32_t alike(struct span a, struct span b) {
  const uint32_t most = a.length < b.length ? a.length : b.length;
  uint32_t i = 0;
  while (i < most && a.at[i] == b.at[i])
    i++;
  return i;
}

/* Whether a comes before b, of which they have the first `same` bytes alike. */
static bool before(struct span a, struct span b, uint32_t same) {
  return same == b.length ? false : same == a.length || a.at[same] < b.at[same];
}

uint32_t table_find(const struct table *t, struct span text) {
  const struct rows sorted = t->part[SORTED];
  uint32_t low = 0, high = sorted.count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2, id = sorted.at[middle];
    const struct span found = table_symbol(t, id);
    const uint32_t same = alike(found, text);
    if (same == text.length && same == found.length)
      return id;
    if (before(found, text, same))
      low = middle + 1;
    else
      high = middle;
  }
  return NONE;
}

const uint32_t *table_pair(const struct table *t, uint32_t left, uint32_t right) {
  const struct rows ends = t->part[LEFT];
  if (left >= ends.count)
    return 0;
  const uint32_t begin = left ? ends.at[left - 1] : 0, end = ends.at[left];
  if (begin > end || end > t->part[PAIRS].count)
    return 0;
  const struct rows mine = {t->part[PAIRS].at + PAIR_WIDTH * begin, end - begin};
  return table_row(mine, PAIR_WIDTH, &right, 1);
}

static struct span added_text(const struct table *t, const uint32_t *row) {
  if (row[1] > MOST_ADDED_BYTES || row[0] > t->text_bytes ||
      row[1] > t->text_bytes - row[0])
    return (struct span){t->text, 0};
  return (struct span){t->text + row[0], row[1]};
}

/* Of the rows that come after none of the text, the last: any that the text begins with
 * is that row or one that it begins with itself. */
uint32_t table_added(const struct table *t, enum part part, struct span text,
                     uint32_t *id) {
  const struct rows added = t->part[part];
  uint32_t low = 0, high = added.count, same = 0;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const struct span found = added_text(t, added.at + ADDED_WIDTH * middle);
    const uint32_t like = alike(found, text);
    if (before(text, found, like)) {
      high = middle;
    } else {
      low = middle + 1;
      same = like;
    }
  }
  for (uint32_t i = low - 1, tries = 0; i < added.count && tries <= MOST_SHORTER; tries++) {
    const uint32_t *row = added.at + ADDED_WIDTH * i;
    if (row[1] <= same) {
      *id = row[3];
      return row[1];
    }
    i = row[2];
  }
  return 0;
}

uint32_t table_property(const struct table *t, enum part part, uint32_t code) {
  const struct rows rows = t->part[part];
  uint32_t low = 0, high = rows.count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (rows.at[middle] >> 8 <= code)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? rows.at[low - 1] & 0xff : 0;
}

const uint32_t *table_row(struct rows rows, uint32_t width, const uint32_t *key,
                          uint32_t keys) {
  uint32_t low = 0, high = rows.count;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    const uint32_t *row = rows.at + width * middle;
    const uint32_t i = keys == 2 && row[0] == key[0];
    if (row[i] == key[i])
      return row;
    if (row[i] < key[i])
      low = middle + 1;
    else
      high = middle;
  }
  return 0;
}
