/* What a C program takes for granted before main and after it. */

#include "plumb.h"

typedef void Constructor(int, char **, char **);

extern const uint32_t plumb_data_image[];
extern uint32_t plumb_data[], plumb_data_end[];
extern Constructor *const __init_array_start[], *const __init_array_end[];

int main(int, char **, char **);
_Noreturn void exit(int);
_Noreturn void plumb_start(void);

static char name[] = "program";
static char *arguments[] = {name, 0};
static char *environment[] = {0};

/* Entered with a stack and nothing else; initialised variables are not there yet. */
_Noreturn void plumb_start(void) {
  const uint32_t *from = plumb_data_image;
  for (uint32_t *to = plumb_data; to < plumb_data_end; to++)
    *(volatile uint32_t *)to = *from++;
  for (Constructor *const *next = __init_array_start; next < __init_array_end; next++)
    (*next)(1, arguments, environment);
  exit(main(1, arguments, environment));
}
