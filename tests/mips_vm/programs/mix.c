/* A mix of chores, as embedded benchmarks have them: a linked list that is sorted and
 * searched, a matrix of shorts, a state machine over text, a checksum over it all.
 * Input: text. Output: the checksum after each of eight rounds. */

#include "plumb.h"

#define NODES 64
#define N 9

typedef struct node {
  struct node *next;
  int16_t key;
  uint16_t data;
} node_t;

typedef enum { START, INTEGER, FRACTION, WORD, OTHER, STATES } lexer_t;

static node_t nodes[NODES];
static int16_t matrix[N][N];
static uint16_t sum;

static void fold(uint32_t value) {
  for (int i = 0; i < 16; i++) {
    uint16_t bit = (uint16_t)((sum ^ value >> i) & 1);
    sum = (uint16_t)(sum >> 1 ^ (bit ? 0xA001 : 0));
  }
}

static node_t *merge(node_t *a, node_t *b, int (*before)(const node_t *, const node_t *)) {
  node_t *head = 0, **tail = &head;
  while (a && b) {
    node_t **from = before(b, a) ? &b : &a;
    *tail = *from;
    tail = &(*tail)->next;
    *from = (*from)->next;
  }
  *tail = a ? a : b;
  return head;
}

static node_t *sort(node_t *list, int (*before)(const node_t *, const node_t *)) {
  if (!list || !list->next)
    return list;
  node_t *slow = list, *fast = list->next;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
  }
  node_t *half = slow->next;
  slow->next = 0;
  return merge(sort(list, before), sort(half, before), before);
}

static int by_key(const node_t *a, const node_t *b) { return a->key < b->key; }
static int by_data(const node_t *a, const node_t *b) {
  return (uint8_t)a->data < (uint8_t)b->data;
}

static node_t *reverse(node_t *list) {
  node_t *done = 0;
  while (list) {
    node_t *next = list->next;
    list->next = done;
    done = list;
    list = next;
  }
  return done;
}

static void list_chores(uint32_t seed) {
  for (uint32_t i = 0; i < NODES; i++) {
    seed = seed * 1103515245 + 12345;
    nodes[i] = (node_t){i + 1 < NODES ? &nodes[i + 1] : 0, (int16_t)(seed >> 16), (uint16_t)seed};
  }
  node_t *list = reverse(sort(nodes, by_key));
  fold((uint32_t)list->key);
  list = sort(list, by_data);
  for (node_t *node = list; node; node = node->next)
    fold(node->data ^ (uint32_t)node->key);
}

static void matrix_chores(int16_t seed) {
  int32_t product[N][N];
  for (int i = 0; i < N * N; i++)
    matrix[i / N][i % N] = (int16_t)(i * seed - (i << 7));
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      product[i][j] = 0;
      for (int k = 0; k < N; k++)
        product[i][j] += matrix[i][k] * matrix[k][j] >> 2;
      fold((uint32_t)product[i][j] >> 3 & 0xFFFF);
    }
}

static lexer_t next_state(lexer_t state, uint8_t c) {
  int digit = c >= '0' && c <= '9', letter = (c | 32) >= 'a' && (c | 32) <= 'z';
  switch (state) {
  case START:
    return digit || c == '-' ? INTEGER : letter ? WORD : OTHER;
  case INTEGER:
    return digit ? INTEGER : c == '.' ? FRACTION : c <= ' ' ? START : OTHER;
  case FRACTION:
    return digit ? FRACTION : c <= ' ' ? START : OTHER;
  case WORD:
    return letter ? WORD : c <= ' ' ? START : OTHER;
  default:
    return c <= ' ' ? START : OTHER;
  }
}

static void text_chores(uint8_t change) {
  uint32_t visits[STATES] = {0};
  lexer_t state = START;
  for (uint32_t i = 0; i < PLUMB_INPUT_SIZE; i++) {
    uint8_t c = PLUMB_INPUT[i];
    state = next_state(state, i % 7 ? c : c ^ change);
    visits[state]++;
  }
  for (int i = 0; i < STATES; i++)
    fold(visits[i]);
}

int main(void) {
  uint16_t *out = (uint16_t *)PLUMB_OUTPUT;
  for (uint32_t round = 0; round < 8; round++) {
    list_chores(round + PLUMB_INPUT_SIZE);
    matrix_chores((int16_t)(round * 37 - 100));
    text_chores((uint8_t)round);
    *out++ = sum;
  }
  PLUMB_OUTPUT_SIZE = (uint32_t)((uint8_t *)out - PLUMB_OUTPUT);
  return 0;
}
