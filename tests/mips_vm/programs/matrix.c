/* Input: u32 n, then two n x n matrices of i32, row-major. Output: their product, wrapping,
 * then the determinant of the first mod 65521, a prime, by elimination. */

#include "plumb.h"

#define MOST 24
#define PRIME 65521

typedef int32_t row_t[MOST];

static uint32_t inverse(uint32_t x) {
  uint32_t power = 1;
  for (uint32_t bits = PRIME - 2; bits; bits >>= 1) {
    if (bits & 1)
      power = (uint32_t)((uint64_t)power * x % PRIME);
    x = (uint32_t)((uint64_t)x * x % PRIME);
  }
  return power;
}

static int32_t residue(int32_t x) { return (x % PRIME + PRIME) % PRIME; }

static void swap_rows(row_t *m, uint32_t i, uint32_t j, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) {
    int32_t held = m[i][k];
    m[i][k] = m[j][k];
    m[j][k] = held;
  }
}

static uint32_t determinant(row_t *m, uint32_t n) {
  uint64_t result = 1;
  for (uint32_t c = 0; c < n; c++) {
    uint32_t pivot = c;
    while (pivot < n && m[pivot][c] == 0)
      pivot++;
    if (pivot == n)
      return 0;
    if (pivot != c) {
      swap_rows(m, pivot, c, n);
      result = PRIME - result;
    }
    result = result * (uint32_t)m[c][c] % PRIME;
    uint64_t scale = inverse((uint32_t)m[c][c]);
    for (uint32_t r = c + 1; r < n; r++) {
      uint64_t factor = (uint32_t)m[r][c] * scale % PRIME;
      for (uint32_t k = c; k < n; k++)
        m[r][k] = residue((int32_t)(m[r][k] - (int64_t)(factor * (uint32_t)m[c][k] % PRIME)));
    }
  }
  return (uint32_t)result;
}

int main(void) {
  const uint32_t n = *(const uint32_t *)PLUMB_INPUT;
  const uint32_t *a = (const uint32_t *)PLUMB_INPUT + 1, *b = a + n * n;
  uint32_t *out = (uint32_t *)PLUMB_OUTPUT;
  static row_t work[MOST];
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = 0; j < n; j++) {
      uint32_t sum = 0;
      for (uint32_t k = 0; k < n; k++)
        sum += a[i * n + k] * b[k * n + j];
      *out++ = sum;
      work[i][j] = residue((int32_t)a[i * n + j]);
    }
  *out = determinant(work, n);
  PLUMB_OUTPUT_SIZE = 4 * (n * n + 1);
  return 0;
}
