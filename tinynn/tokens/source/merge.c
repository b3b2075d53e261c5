#include "parts.h"

struct queue {
  struct pair *heap;
  uint32_t count;
};

static inline bool earlier(struct pair a, struct pair b) {
  return a.rank < b.rank || (a.rank == b.rank && a.at < b.at);
}

static void push(struct queue *q, struct pair pair) {
  uint32_t i = q->count++;
  while (i) {
    const uint32_t parent = (i - 1) / 2;
    if (!earlier(pair, q->heap[parent]))
      break;
    q->heap[i] = q->heap[parent];
    i = parent;
  }
  q->heap[i] = pair;
}

static struct pair pop(struct queue *q) {
  const struct pair first = q->heap[0], last = q->heap[--q->count];
  uint32_t i = 0;
  for (uint32_t child = 1; child < q->count; child = 2 * i + 1) {
    if (child + 1 < q->count && earlier(q->heap[child + 1], q->heap[child]))
      child++;
    if (!earlier(q->heap[child], last))
      break;
    q->heap[i] = q->heap[child];
    i = child;
  }
  q->heap[i] = last;
  return first;
}

/* Finds out what the symbol and the one after it make. */
static void pair_up(const struct table *t, struct symbol *symbols, uint32_t count,
                    uint32_t at, struct queue *q) {
  struct symbol *left = &symbols[at];
  left->rank = NONE;
  if (left->after >= count)
    return;
  const uint32_t *row = table_pair(t, left->id, symbols[left->after].id);
  if (!row || row[1] == NONE)
    return;
  left->rank = row[1];
  left->made = row[2];
  push(q, (struct pair){left->rank, at});
}

/* A pair in the queue stands for what its place has now, if that has the same rank; a
 * merge adds two pairs at most, so three a symbol are all that there ever are. */
void merge(const struct table *t, struct symbol *symbols, uint32_t count,
           struct pair *heap) {
  struct queue q = {heap, 0};
  for (uint32_t i = 0; i < count; i++) {
    symbols[i].before = i - 1;
    symbols[i].after = i + 1;
  }
  for (uint32_t i = 0; i < count; i++)
    pair_up(t, symbols, count, i, &q);
  while (q.count) {
    const struct pair next = pop(&q);
    struct symbol *left = &symbols[next.at];
    if (left->rank != next.rank)
      continue;
    struct symbol *right = &symbols[left->after];
    left->id = left->made;
    left->after = right->after;
    right->rank = NONE;
    if (left->after < count)
      symbols[left->after].before = next.at;
    pair_up(t, symbols, count, next.at, &q);
    if (left->before < count)
      pair_up(t, symbols, count, left->before, &q);
  }
}
