/* The regular expressions of pre-tokenizers, as scanners. Each alternative of
 *
 *   GPT-2    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *   Qwen 2   (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|
 *            ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 *   Llama 3  the same with \p{N}{1,3}
 *
 * is tried where a word begins, in this order. SmolLM2 has each \p{N} by itself, and
 * GPT-2's expression on what lies between. */

#include "parts.h"
#include "utf8.h"

enum class { OTHER, LETTER, NUMBER, SPACE, END };

struct letter {
  uint32_t code;
  uint32_t length;
  enum class class;
};

struct text {
  const struct table *table;
  const uint8_t *bytes;
  uint32_t end;
  /* Whether a number ends the text before it. */
  bool numbers_end;
};

/* Those of ASCII need no table; so no table can say that a word has no characters. */
static enum class class_of(const struct table *t, uint32_t code) {
  if (code >= 0x80)
    return (enum class)(table_property(t, CLASSES, code) & 3);
  if ((code | 0x20) - 'a' < 26)
    return LETTER;
  if (code - '0' < 10)
    return NUMBER;
  return code == ' ' || code - '\t' < 5 ? SPACE : OTHER;
}

static struct letter letter_at(const struct text *x, uint32_t i) {
  struct letter found = {NONE, 0, END};
  if (i < x->end) {
    found.code = utf8_next(x->bytes + i, x->end - i, &found.length);
    found.class = class_of(x->table, found.code);
  }
  if (x->numbers_end && found.class == NUMBER)
    found.class = END;
  return found;
}

/* Behind at most `most` characters of a class. */
static uint32_t run_of(const struct text *x, uint32_t i, enum class class, uint32_t most) {
  for (struct letter c; most-- && (c = letter_at(x, i)).class == class;)
    i += c.length;
  return i;
}

static bool is_line_end(const struct text *x, uint32_t i) {
  return i < x->end && (x->bytes[i] == '\r' || x->bytes[i] == '\n');
}

static uint32_t lower(const struct text *x, uint32_t i, bool fold) {
  const uint32_t code = letter_at(x, i).code;
  if (!fold)
    return code;
  if (code == 0x17f)
    return 's';
  return code >= 'A' && code <= 'Z' ? code + 32 : code;
}

/* Behind a contraction whose apostrophe is at i, or i; with `fold`, of any case. The
 * long s is one, of two bytes. */
static uint32_t contraction_end(const struct text *x, uint32_t i, bool fold) {
  if (letter_at(x, i).code != '\'')
    return i;
  const uint32_t second = i + 1, first = lower(x, second, fold);
  const uint32_t third = second + letter_at(x, second).length;
  if (first == 's' || first == 't' || first == 'm' || first == 'd')
    return third;
  if (first != 'r' && first != 'v' && first != 'l')
    return i;
  return lower(x, third, fold) == (first == 'l' ? 'l' : 'e') ? third + 1 : i;
}

/* Spaces: all of them at the text's end, else all but the last, if there are two. With
 * `lines`, up to the last end of a line, if there is one. */
static uint32_t spaces_end(const struct text *x, uint32_t i, bool lines) {
  uint32_t end = i, last = i, line = 0;
  for (struct letter c; (c = letter_at(x, end)).class == SPACE; end += c.length) {
    last = end;
    if (is_line_end(x, end))
      line = end + 1;
  }
  if (lines && line)
    return line;
  return letter_at(x, end).class == END || last == i ? end : last;
}

/* A class that follows an optional space; END if none does. */
static enum class after_space(const struct text *x, uint32_t i, uint32_t *begin) {
  *begin = i + (letter_at(x, i).code == ' ');
  return letter_at(x, *begin).class;
}

static uint32_t gpt2_end(const struct text *x, uint32_t i) {
  const struct letter c = letter_at(x, i);
  if (c.class == END)
    return i + c.length;
  uint32_t begin, end = contraction_end(x, i, false);
  if (end != i)
    return end;
  const enum class class = after_space(x, i, &begin);
  if (class != SPACE && class != END)
    return run_of(x, begin, class, NONE);
  return spaces_end(x, i, false);
}

static uint32_t later_end(const struct text *x, uint32_t i, uint32_t digits) {
  const struct letter c = letter_at(x, i);
  uint32_t begin = i, end = contraction_end(x, i, true);
  if (end != i)
    return end;
  if (c.class == NUMBER)
    return run_of(x, i, NUMBER, digits);
  if (c.class != LETTER && !is_line_end(x, i))
    begin += c.length;
  end = run_of(x, begin, LETTER, NONE);
  if (end != begin)
    return end;
  if (after_space(x, i, &begin) != OTHER)
    return spaces_end(x, i, true);
  end = run_of(x, begin, OTHER, NONE);
  while (is_line_end(x, end))
    end++;
  return end;
}

uint32_t word_end(const struct table *t, const uint8_t *text, uint32_t i, uint32_t end) {
  const struct text x = {t, text, end, t->words == SMOLLM};
  switch (t->words) {
  case GPT2:
  case SMOLLM:
    return gpt2_end(&x, i);
  case QWEN2:
    return later_end(&x, i, 1);
  case LLAMA3:
    return later_end(&x, i, 3);
  default:
    return end;
  }
}
