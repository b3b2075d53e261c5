/* Calls and branches: the library's qsort, a recursive search, a tree of blocks. */
#include <stdint.h>
#include <stdlib.h>

#include "rounds.h"

#define COUNT 20000

typedef struct Node {
  struct Node *left, *right;
  uint32_t key;
} Node;

static uint32_t values[COUNT];

static int by_value(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

static Node *insert(Node *node, uint32_t key) {
  if (!node) {
    node = calloc(1, sizeof *node);
    node->key = key;
  } else if (key < node->key) {
    node->left = insert(node->left, key);
  } else {
    node->right = insert(node->right, key);
  }
  return node;
}

static uint32_t fold(Node *node, uint32_t sum) {
  if (!node)
    return sum;
  sum = fold(node->left, sum) * 31 + node->key;
  sum = fold(node->right, sum);
  free(node);
  return sum;
}

static uint32_t fibonacci(uint32_t n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

uint32_t round_of(uint32_t seed) {
  Node *root = 0;
  for (uint32_t i = 0; i < COUNT; i++)
    values[i] = seed = seed * 1664525u + 1013904223u;
  for (uint32_t i = 0; i < COUNT; i++)
    root = insert(root, values[i]);
  qsort(values, COUNT, sizeof *values, by_value);
  return fold(root, values[COUNT / 2]) + fibonacci(22);
}
