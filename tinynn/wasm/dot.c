/* The sums of dot.h by the host's float unit: the same products and sums in the same
 * order, for many columns at once. A NaN is made one at the end, since it stays one. */

#include "../guest/dot.h"

/* Columns whose sums stay in the nearest cache, and terms that are added to them at a
 * time. */
#define TOGETHER 2048u
#define TERMS 8

/* Floats that are added at once, where the engine has vectors, and how many of them are
 * added to while they stay in registers. Vectors are not a power of two: rows of weights
 * mostly lie such a distance apart, and caches tell their places badly apart. */
#ifdef __wasm_simd128__
typedef float wide __attribute__((vector_size(16)));
#define WIDES 7u
#else
typedef float wide;
#define WIDES 8u
#endif
#define WIDE (sizeof(wide) / sizeof(float))

#define COLUMNS 8u

struct term *terms;

void list_row(struct list *list, const f32 *inputs, uint32_t count, uint32_t stride,
              bool skip_zeros) {
  for (uint32_t k = 0; k < count; k++)
    if (!skip_zeros || inputs[k] << 1)
      list_add(list, inputs[k], k * stride);
}

/* A walk over a list: `unusual` is the first unusual term from `next` on. */
struct reader {
  const struct term *next, *unusual;
};

static struct reader read_list(const struct list *list) {
  return (struct reader){terms, (const struct term *)list->first_unusual};
}

static float next_input(struct reader *r) {
  const struct term *t = r->next++;
  f32 bits = (t->scale + PRODUCT_BIAS) | (t->significand >> 8 & F32_FRACTION);
  if (t == r->unusual) {
    bits = t->significand;
    r->unusual = (const struct term *)t->scale;
  }
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

static f32 canonical(float x) {
  f32 bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return x != x ? F32_NAN : bits;
}

/* `sums` and the products of some terms with a few columns, which lie `at` bytes from the
 * first: sums stay in registers meanwhile. */
ALWAYS_INLINE void add_strip(float *sums, const uint8_t *const *w, const float *x,
                             uint32_t terms_, uint32_t at, uint32_t wides) {
  wide total[WIDES];
  __builtin_memcpy(total, (uint8_t *)sums + at, wides * sizeof(wide));
  for (uint32_t i = 0; i < terms_; i++) {
    wide weights[WIDES];
    __builtin_memcpy(weights, w[i] + at, wides * sizeof(wide));
    for (uint32_t k = 0; k < wides; k++)
      total[k] += x[i] * weights[k];
  }
  __builtin_memcpy((uint8_t *)sums + at, total, wides * sizeof(wide));
}

ALWAYS_INLINE void add_terms(float *sums, struct reader *r, const uint8_t *first,
                             uint32_t count, uint32_t terms_) {
  const uint8_t *w[TERMS];
  float x[TERMS];
  for (uint32_t i = 0; i < terms_; i++) {
    w[i] = first + r->next->offset;
    x[i] = next_input(r);
  }
  uint32_t j = 0;
  for (; j + WIDES * WIDE <= count; j += WIDES * WIDE)
    add_strip(sums, w, x, terms_, j * sizeof(float), WIDES);
  for (; j + WIDE <= count; j += WIDE)
    add_strip(sums, w, x, terms_, j * sizeof(float), 1);
  for (; j < count; j++)
    for (uint32_t i = 0; i < terms_; i++)
      sums[j] += x[i] * ((const float *)w[i])[j];
}

/* Neighbouring columns: their weights for a term are neighbours, too. */
static void add_rows(const struct list *list, const uint8_t *first, uint32_t count,
                     float *sums) {
  struct reader r = read_list(list);
  for (uint32_t j = 0; j < count; j++)
    sums[j] = 0;
  while (list->end - r.next >= TERMS)
    add_terms(sums, &r, first, count, TERMS);
  while (r.next != list->end)
    add_terms(sums, &r, first, count, 1);
}

static void neighbours(const struct list *list, const uint8_t *first, uint32_t count,
                       f32 *results) {
  float sums[TOGETHER];
  for (uint32_t part; count; count -= part, first += sizeof(f32) * part) {
    part = count < TOGETHER ? count : TOGETHER;
    add_rows(list, first, part, sums);
    for (uint32_t j = 0; j < part; j++)
      *results++ = canonical(sums[j]);
  }
}

f32 dot(const struct list *list, const void *column) {
  struct reader r = read_list(list);
  float sum = 0;
  while (r.next != list->end) {
    const float *w = (const float *)((const uint8_t *)column + r.next->offset);
    sum += next_input(&r) * *w;
  }
  return canonical(sum);
}

static void columns(const struct list *list, const uint8_t *first, uint32_t step,
                    f32 *results, uint32_t result_step) {
  struct reader r = read_list(list);
  float sums[COLUMNS] = {0};
  while (r.next != list->end) {
    const uint8_t *w = first + r.next->offset;
    const float x = next_input(&r);
    for (uint32_t c = 0; c < COLUMNS; c++)
      sums[c] += x * *(const float *)(w + c * step);
  }
  for (uint32_t c = 0; c < COLUMNS; c++)
    results[c * result_step] = canonical(sums[c]);
}

void dots(const struct list *list, const void *first, uint32_t step, uint32_t count,
          f32 *results, uint32_t result_step) {
  const uint8_t *column = first;
  if (step == sizeof(f32) && result_step == 1) {
    neighbours(list, column, count, results);
    return;
  }
  for (; count >= COLUMNS; count -= COLUMNS) {
    columns(list, column, step, results, result_step);
    column += COLUMNS * step;
    results += COLUMNS * result_step;
  }
  for (; count; count--, column += step, results += result_step)
    *results = dot(list, column);
}
