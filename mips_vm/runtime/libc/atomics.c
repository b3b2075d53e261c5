/* Atomic operations that are no single instruction, for one hart: plain ones.
 *
 * The compiler calls these for objects of 8 bytes and of odd sizes; smaller ones it
 * compiles inline. The names are its own, so they are given as labels.
 */

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *, const void *, size_t);
int memcmp(const void *, const void *, size_t);

void load(size_t, const void *, void *, int) __asm__("__atomic_load");
void store(size_t, void *, const void *, int) __asm__("__atomic_store");
void exchange(size_t, void *, const void *, void *, int) __asm__("__atomic_exchange");
int compare_exchange(size_t, void *, void *, const void *, int,
                     int) __asm__("__atomic_compare_exchange");
int is_lock_free(size_t, const void *) __asm__("__atomic_is_lock_free");

uint64_t load_8(const uint64_t *, int) __asm__("__atomic_load_8");
void store_8(uint64_t *, uint64_t, int) __asm__("__atomic_store_8");
uint64_t exchange_8(uint64_t *, uint64_t, int) __asm__("__atomic_exchange_8");
int compare_exchange_8(uint64_t *, uint64_t *, uint64_t, int,
                       int) __asm__("__atomic_compare_exchange_8");

void load(size_t size, const void *object, void *out, int order) {
  (void)order;
  memcpy(out, object, size);
}

void store(size_t size, void *object, const void *value, int order) {
  (void)order;
  memcpy(object, value, size);
}

void exchange(size_t size, void *object, const void *value, void *out, int order) {
  (void)order;
  memcpy(out, object, size);
  memcpy(object, value, size);
}

int compare_exchange(size_t size, void *object, void *expected, const void *desired,
                     int success, int failure) {
  (void)success, (void)failure;
  int same = !memcmp(object, expected, size);
  memcpy(same ? object : expected, same ? desired : object, size);
  return same;
}

int is_lock_free(size_t size, const void *object) {
  (void)size, (void)object;
  return 1;
}

uint64_t load_8(const uint64_t *object, int order) {
  (void)order;
  return *object;
}

void store_8(uint64_t *object, uint64_t value, int order) {
  (void)order;
  *object = value;
}

uint64_t exchange_8(uint64_t *object, uint64_t value, int order) {
  (void)order;
  uint64_t before = *object;
  *object = value;
  return before;
}

int compare_exchange_8(uint64_t *object, uint64_t *expected, uint64_t desired,
                       int success, int failure) {
  (void)success, (void)failure;
  uint64_t before = *object;
  if (before == *expected) {
    *object = desired;
    return 1;
  }
  *expected = before;
  return 0;
}

#define FETCH(name, value)                                                             \
  uint64_t fetch_##name(uint64_t *, uint64_t, int) __asm__("__atomic_fetch_" #name     \
                                                           "_8");                      \
  uint64_t fetch_##name(uint64_t *object, uint64_t operand, int order) {               \
    (void)order;                                                                       \
    uint64_t before = *object;                                                         \
    *object = value;                                                                   \
    return before;                                                                     \
  }

FETCH(add, before + operand)
FETCH(sub, before - operand)
FETCH(and, before &operand)
FETCH(or, before | operand)
FETCH(xor, before ^ operand)
FETCH(nand, ~(before & operand))
