/* The system beneath musl: standard input is the machine's input, standard output
 * its output, and each look at a clock is a second after the one before. There are no
 * files, processes or signals. */

#include <errno.h>
#include <stddef.h>
#include <sys/uio.h>
#include <time.h>

#include "../plumb.h"
#include "pthread_impl.h"
#include "stdio_impl.h"

#define OUTPUT_MOST (PLUMB_STACK_BASE - PLUMB_OUTPUT_BASE - 4)
#define ERRORS ((struct text *)PLUMB_ERRORS_BASE)
#define ERRORS_MOST (PLUMB_ERRORS_BYTES - 4)

enum { STDIN, STDOUT, STDERR };

struct text {
  uint32_t size;
  uint8_t bytes[];
};

_Noreturn void plumb_fail(int status);
void *memcpy(void *, const void *, size_t);

struct pthread plumb_thread = {
    .self = &plumb_thread,
    .tid = 1,
    .locale = &__libc.global_locale,
};

static uint32_t taken; /* bytes of the input */
static uint32_t looks; /* at a clock */

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* Appends; what does not fit is left out. The count that it took. */
static uint32_t append(struct text *text, uint32_t most, const void *from,
                       uint32_t count) {
  count = least(count, most - least(text->size, most));
  memcpy(text->bytes + text->size, from, count);
  text->size += count;
  return count;
}

static long put(long file, const void *from, uint32_t count) {
  if (file == STDERR) {
    append(ERRORS, ERRORS_MOST, from, count);
    return (long)count;
  }
  if (file != STDOUT)
    return -EBADF;
  uint32_t done =
      append((struct text *)PLUMB_OUTPUT_BASE, OUTPUT_MOST, from, count);
  return done || !count ? (long)done : -ENOSPC;
}

static long take(long file, void *to, uint32_t count) {
  if (file != STDIN)
    return -EBADF;
  count = least(count, PLUMB_INPUT_SIZE - taken);
  memcpy(to, PLUMB_INPUT + taken, count);
  taken += count;
  return (long)count;
}

/* Over all parts, until one is not done in full. */
static long each(long (*move)(long, void *, uint32_t), long file,
                 const struct iovec *parts, long count) {
  long sum = 0;
  for (; count > 0; count--, parts++) {
    long done = move(file, parts->iov_base, parts->iov_len);
    if (done < 0)
      return sum ? sum : done;
    sum += done;
    if ((size_t)done < parts->iov_len)
      break;
  }
  return sum;
}

static long put_part(long file, void *from, uint32_t count) {
  return put(file, from, count);
}

/* The result, or an error's number, negated. */
long plumb_call(long number, long a, long b, long c) {
  switch (number) {
  case SYS_write:
    return put(a, (const void *)b, (uint32_t)c);
  case SYS_writev:
    return each(put_part, a, (const struct iovec *)b, c);
  case SYS_read:
    return take(a, (void *)b, (uint32_t)c);
  case SYS_readv:
    return each(take, a, (const struct iovec *)b, c);
  case SYS_close:
    return 0;
  case SYS_ioctl:
    return -ENOTTY;
  case SYS__llseek:
    return -ESPIPE;
  case SYS_clock_gettime64:
    *(struct timespec *)b = (struct timespec){.tv_sec = looks++};
    return 0;
  case SYS_exit:
  case SYS_exit_group:
    if (a == 0)
      plumb_halt();
    plumb_fail(a & 0xff);
  default:
    return -ENOSYS;
  }
}

_Noreturn void abort(void) { plumb_fail(134); }

long(__syscall_cp)(long n, long a, long b, long c, long d, long e, long f) {
  return plumb_call(n, a, b, c);
}

/* What there is no file for. */
const char unsigned *__map_file(const char *path, size_t *size) { return 0; }
int __munmap(void *start, size_t size) { return 0; }
weak_alias(__munmap, munmap);
int __dup3(int from, int to, int flags) { return __syscall_ret(-ENOSYS); }

/* One thread never waits for another. */
int __lockfile(FILE *file) { return 0; }
void __unlockfile(FILE *file) {}
void __lock(volatile int *lock) {}
void __unlock(volatile int *lock) {}
