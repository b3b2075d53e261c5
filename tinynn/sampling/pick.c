#include "pick.h"

#define LEAST_KEY INT32_MIN
#define TWO_TO_MINUS_24 0x33800000u

/* A logit's key, an integer in the order of the logits, and its number. */
struct candidate {
  int32_t key;
  uint32_t index;
};

/* ------------------------------------------------------------------------------------
 * The penalty
 * ---------------------------------------------------------------------------------- */


/* Marks the tokens that the text has, or takes the marks away. */
static void mark(const struct draw *d, uint8_t as) {
  if (penalises(d))
    for (uint32_t i = 0; i < d->count; i++)
      if (d->ids[i] < d->vocabulary)
        d->marks[d->ids[i]] = as;
}

static f32 penalised(f32 x, f32 penalty) {
  return f32_less(0, x) ? f32_div(x, penalty) : f32_mul(x, penalty);
}

/* What counts instead of a logit. */
static f32 logit_of(const struct draw *d, uint32_t index) {
  f32 x = d->logits[index];
  return d->marks[index] ? penalised(x, d->options[PENALTY]) : x;
}

/* ------------------------------------------------------------------------------------
 * Candidates
 * ---------------------------------------------------------------------------------- */

/* Of equal logits the later is worse. */
static bool is_worse(struct candidate a, struct candidate b) {
  return a.key < b.key || (a.key == b.key && a.index > b.index);
}

/* Puts `new` in the root's place of a heap whose root is the worst of `count`. */
static void sink(struct candidate *heap, uint32_t count, struct candidate new) {
  uint32_t at = 0;
  for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
    if (child + 1 < count && is_worse(heap[child + 1], heap[child]))
      child++;
    if (!is_worse(heap[child], new))
      break;
    heap[at] = heap[child];
  }
  heap[at] = new;
}

/* The first `k` of all logits, the best first. */
static void candidates_of(const struct draw *d, struct candidate *found, uint32_t k) {
  /* Nothing is as bad as what is there at first: later and no higher. */
  for (uint32_t i = 0; i < k; i++)
    found[i] = (struct candidate){LEAST_KEY, UINT32_MAX - i};
  int32_t least = LEAST_KEY;
  for (uint32_t i = 0; (i = next_above(d, i, least)) < d->vocabulary; i++) {
    int32_t key = key_of(logit_of(d, i));
    if (key > least) {
      sink(found, k, (struct candidate){key, i});
      least = found[0].key;
    }
  }
  for (uint32_t left = k; left > 1;) {
    struct candidate worst = found[0];
    left--;
    sink(found, left, found[left]);
    found[left] = worst;
  }
}

static uint32_t candidate_count(const struct draw *d) {
  int32_t k = (int32_t)d->options[TOP_K];
  uint32_t most = d->vocabulary < MOST_CANDIDATES ? d->vocabulary : MOST_CANDIDATES;
  if (k < 1)
    return 1;
  return (uint32_t)k < most ? (uint32_t)k : most;
}

/* ------------------------------------------------------------------------------------
 * The draw
 * ---------------------------------------------------------------------------------- */

/* How many of the shares, from the first on, come to `least`, or all; their sum. */
static uint32_t nucleus(const f32 *shares, uint32_t count, f32 least, f32 *sum) {
  f32 total = 0;
  uint32_t i = 0;
  do
    total = f32_add(total, shares[i++]);
  while (i < count && !f32_less_equal(least, total));
  *sum = total;
  return i;
}

/* Which of the candidates the random number falls on. */
static uint32_t drawn(const struct draw *d, const struct candidate *found, uint32_t k) {
  f32 logits[MOST_CANDIDATES], shares[MOST_CANDIDATES], sum, running = 0;
  f32 inverse = f32_div(F32_ONE, d->options[TEMPERATURE]);
  for (uint32_t i = 0; i < k; i++)
    logits[i] = f32_mul(logit_of(d, found[i].index), inverse);
  softmax_row(logits, shares, k, 1);
  k = nucleus(shares, k, d->options[TOP_P], &sum);
  f32 fraction = f32_mul(f32_from_u32(random_24(d->seed, d->pass)), TWO_TO_MINUS_24);
  f32 r = f32_mul(fraction, sum);
  for (uint32_t i = 0; i + 1 < k; i++) {
    running = f32_add(running, shares[i]);
    if (f32_less(r, running))
      return i;
  }
  return k - 1;
}

uint32_t pick_token(const struct draw *d) {
  struct candidate found[MOST_CANDIDATES];
  const bool samples = f32_less(0, d->options[TEMPERATURE]);
  const uint32_t k = samples ? candidate_count(d) : 1;
  mark(d, 1);
  candidates_of(d, found, k);
  uint32_t chosen = k > 1 ? drawn(d, found, k) : 0;
  mark(d, 0);
  return found[chosen].index;
}
