/* Tokens to text. */

#include "table.h"
#include "utf8.h"

struct writer {
  uint8_t *text;
  uint32_t room;
  uint32_t stored;
  bool full;
  bool strip;
  /* What has begun a character. */
  uint8_t held[MOST_BYTES];
  uint32_t count;
};

static void put(struct writer *w, uint32_t code) {
  uint8_t bytes[MOST_BYTES];
  const bool strip = w->strip && code == ' ';
  w->strip = false;
  if (strip)
    return;
  const uint32_t length = utf8_put(bytes, code);
  if (length > w->room - w->stored) {
    w->full = true;
    return;
  }
  for (uint32_t i = 0; w->text && i < length; i++)
    w->text[w->stored + i] = bytes[i];
  w->stored += length;
}

static void take(struct writer *w, uint8_t byte) {
  w->held[w->count++] = byte;
  while (w->count && !w->full) {
    uint32_t length;
    const uint32_t code = utf8_next(w->held, w->count, &length);
    if (code == UTF8_CUT)
      return;
    put(w, code);
    w->count -= length;
    for (uint32_t i = 0; i < w->count; i++)
      w->held[i] = w->held[length + i];
  }
}

uint32_t tokens_decode(const uint8_t *table, uint32_t table_bytes, const uint32_t *ids,
                       uint32_t count, uint32_t strip, uint8_t *text, uint32_t room) {
  struct writer w = {.text = text, .room = room, .strip = strip != 0};
  struct table t;
  table_open(&t, table, table_bytes);
  for (uint32_t i = 0; i < count && !w.full; i++) {
    if (ids[i] >= t.vocabulary)
      continue;
    const struct span piece = table_symbol(&t, ids[i]);
    for (uint32_t j = 0; j < piece.length && !w.full; j++)
      take(&w, piece.at[j]);
  }
  return w.stored;
}
