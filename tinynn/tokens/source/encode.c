/* Text to tokens: made valid; added tokens found in it as it is; spaces or normal form;
 * added tokens found in that; words; symbols; merges. */

#include "parts.h"
#include "utf8.h"

/* U+2581, by which pieces of text have a space. */
#define SPACE_MARK 0x2581u

struct encoder {
  struct table table;
  uint32_t room;
  uint32_t *ids;
  uint32_t id_room;
  uint32_t stored;
  bool unknown_before;
  uint8_t *valid;
  uint8_t *normal;
  struct symbol *symbols;
  struct pair *heap;
};

static void store(struct encoder *e, uint32_t id) {
  if (id != NONE && e->stored < e->id_room)
    e->ids[e->stored++] = id;
}

/* The token of a byte; the unknown one if it has none. */
static uint32_t single(const struct table *t, uint8_t byte) {
  const struct rows singles = t->part[SINGLES];
  const uint32_t id = byte < singles.count ? singles.at[byte] : NONE;
  return id == NONE ? t->unknown : id;
}

/* Bytes of which no token is made: a token each, or all of them the unknown one. */
static void store_unknown(struct encoder *e, struct span text) {
  const struct table *t = &e->table;
  if (t->flags & FALLBACK) {
    for (uint32_t i = 0; i < text.length; i++)
      store(e, single(t, text.at[i]));
  } else if (t->unknown != NONE) {
    if (!(t->flags & FUSE) || !e->unknown_before)
      store(e, t->unknown);
    e->unknown_before = true;
  }
}

/* Sets a word's symbols: characters, or bytes, but for those of which there is nothing.
 * How many there are. */
static uint32_t symbols_of(struct encoder *e, struct span word) {
  const bool bytes = e->table.kind == BYTES;
  uint32_t count = 0, length = 1;
  for (uint32_t i = 0; i < word.length; i += length) {
    const uint8_t *at = word.at + i;
    struct symbol *symbol = &e->symbols[count];
    symbol->start = i;
    if (!bytes)
      utf8_next(at, word.length - i, &length);
    symbol->id = bytes ? single(&e->table, *at)
                       : table_find(&e->table, (struct span){at, length});
    count += !bytes || symbol->id != NONE;
  }
  return count;
}

static void encode_word(struct encoder *e, struct span word) {
  if (e->stored == e->id_room)
    return;
  e->unknown_before = false;
  if (e->table.flags & WHOLE) {
    const uint32_t id = table_find(&e->table, word);
    if (id != NONE) {
      store(e, id);
      return;
    }
  }
  const uint32_t count = symbols_of(e, word);
  merge(&e->table, e->symbols, count, e->heap);
  for (uint32_t i = 0, after; i < count; i = after) {
    const struct symbol *symbol = &e->symbols[i];
    after = symbol->after;
    const uint32_t end = after < count ? e->symbols[after].start : word.length;
    if (symbol->id < e->table.vocabulary) {
      store(e, symbol->id);
      e->unknown_before = false;
    } else {
      store_unknown(e, (struct span){word.at + symbol->start, end - symbol->start});
    }
  }
}

/* A text without added tokens. */
static void encode_words(struct encoder *e, struct span text) {
  for (uint32_t i = 0, end; i < text.length; i = end) {
    end = word_end(&e->table, text.at, i, text.length);
    encode_word(e, (struct span){text.at + i, end - i});
  }
}

typedef void encode_rest(struct encoder *e, struct span text);

/* Added tokens, leftmost longest, and what lies between. Those without a number only
 * keep others from being found in them. */
static void split(struct encoder *e, enum part part, struct span text, encode_rest *rest) {
  uint32_t begin = 0, i = e->table.part[part].count ? 0 : text.length;
  while (i < text.length) {
    const struct span left = {text.at + i, text.length - i};
    uint32_t id = NONE, length = table_added(&e->table, part, left, &id);
    if (length && id != NONE) {
      rest(e, (struct span){text.at + begin, i - begin});
      store(e, id);
      begin = i + length;
    } else if (!length) {
      utf8_next(left.at, left.length, &length);
    }
    i += length;
  }
  rest(e, (struct span){text.at + begin, text.length - begin});
}

/* How many bytes of a space, or of the mark for one, are at i; or 0. */
static uint32_t space_at(const struct table *t, struct span text, uint32_t i) {
  uint32_t length;
  const uint32_t code = utf8_next(text.at + i, text.length - i, &length);
  return code == ' ' || (t->flags & MARK && code == SPACE_MARK) ? length : 0;
}

/* A text as pieces of text are written: a space in front, no spaces too many. */
static struct span spaced(struct encoder *e, struct span text) {
  const uint32_t flags = e->table.flags;
  uint32_t i = 0, stored = 0, length;
  while (flags & TRIM && i < text.length && text.at[i] == ' ')
    i++;
  if (i < text.length) {
    const bool first = text.at == e->valid;
    if ((flags & SPACE_EACH || (flags & SPACE_FIRST && first)) &&
        !(flags & SPACE_ONCE && space_at(&e->table, text, i)))
      e->normal[stored++] = ' ';
  }
  for (; i < text.length; i += length) {
    length = space_at(&e->table, text, i);
    if (!length) {
      length = 1;
      e->normal[stored++] = text.at[i];
    } else if (!(flags & TRIM && text.at[i] == ' ' && i && text.at[i - 1] == ' ')) {
      e->normal[stored++] = ' ';
    }
  }
  while (flags & TRIM && stored && e->normal[stored - 1] == ' ')
    stored--;
  return (struct span){e->normal, stored};
}

/* A text between tokens that were added as they are. */
static void encode_between(struct encoder *e, struct span text) {
  if (!text.length)
    return;
  if (e->table.kind == CHARACTERS) {
    text = spaced(e, text);
  } else if (e->table.flags & NORMAL) {
    /* Nothing of the words is needed yet. Of n bytes valid text has n characters, and
     * two more if an added token cuts one to bytes: so 4 n + 8 codes will do. */
    uint32_t *codes = (uint32_t *)e->symbols;
    const uint32_t length =
        compose(&e->table, text, e->normal, e->room, codes, codes + 2 * e->room);
    text = (struct span){e->normal, length};
  }
  split(e, ADDED, text, encode_words);
}

uint32_t tokens_encode(const uint8_t *table, uint32_t table_bytes, const uint8_t *text,
                       uint32_t text_bytes, uint32_t *ids, uint32_t room,
                       uint32_t *scratch) {
  struct encoder e = {.room = TEXT_ROOM(text_bytes), .ids = ids, .id_room = room};
  table_open(&e.table, table, table_bytes);
  if (e.table.kind != CHARACTERS && e.table.kind != BYTES)
    return 0;
  e.symbols = (struct symbol *)scratch;
  e.heap = (struct pair *)(e.symbols + e.room);
  e.valid = (uint8_t *)(e.heap + 3 * e.room);
  e.normal = e.valid + e.room;
  uint32_t valid = 0, length;
  for (uint32_t i = 0; i < text_bytes; i += length)
    valid += utf8_put(e.valid + valid, utf8_next(text + i, text_bytes - i, &length));
  split(&e, ADDED_RAW, (struct span){e.valid, valid}, encode_between);
  return e.stored;
}
