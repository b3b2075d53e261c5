/* The part of <signal.h> that needs no system: a program's signals to itself. */

#include <errno.h>
#include <signal.h>

_Noreturn void plumb_fail(int status);

static void (*handlers[_NSIG])(int);

void (*signal(int number, void (*handler)(int)))(int) {
  if (number <= 0 || number >= _NSIG) {
    errno = EINVAL;
    return SIG_ERR;
  }
  void (*before)(int) = handlers[number];
  handlers[number] = handler;
  return before;
}

int raise(int number) {
  if (number <= 0 || number >= _NSIG) {
    errno = EINVAL;
    return -1;
  }
  void (*handler)(int) = handlers[number];
  if (handler == SIG_DFL)
    plumb_fail(128 + number);
  if (handler != SIG_IGN)
    handler(number);
  return 0;
}
