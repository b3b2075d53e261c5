/* Much of the C library, its results as text. The host's library prints the same. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

static int by_value(const void *a, const void *b) {
  int left = *(const int *)a, right = *(const int *)b;
  return (left > right) - (left < right);
}

static void formatting(void) {
  char text[64];
  int length = snprintf(text, 8, "%s-%d", "snprintf", 42);
  printf("%d %s|%5d|%-5d|%05d|%+d|%x|%#X|%o\n", length, text, 42, 42, 42, 42, 255, 255, 8);
  printf("%lld %llu %hhd %zu %c %%\n", LLONG_MIN, ULLONG_MAX, 300, sizeof(int), 'x');
  printf("%f %.3e %g %g %a %10.2f|%-10.1f|\n", 3.25, 12345.678, 1e-5, 1e20, 0.5, 2.005, 9.95);
  printf("%.17g %.17g %g %g %g\n", 0.1, 1.0 / 3, INFINITY, -INFINITY, 0.0);
  printf("%.*s|%*d|%-8.3s|\n", 3, "abcdef", 6, 7, "abcdef");
  int a, n;
  double d;
  char word[16];
  int found = sscanf(" 12 3.5e2 word 0x1f", "%d %lf %15s %i%n", &a, &d, word, &n, &n);
  printf("%d %d %g %s\n", found, a, d, word);
}

static void strings(void) {
  char text[32] = "one,two;;three", *rest = 0;
  for (char *part = strtok_r(text, ",;", &rest); part; part = strtok_r(0, ",;", &rest))
    printf("[%s]", part);
  printf(" %s %s %zu %zu\n", strchr("hello", 'l'), strrchr("hello", 'l'),
         strspn("aabbc", "ab"), strcspn("hello", "lo"));
  printf("%d %d %d %s\n", strcmp("a", "b") < 0, strncmp("abc", "abd", 2),
         memcmp("x\0y", "x\0z", 3) < 0, strstr("needle in hay", "in"));
  char copy[16];
  memset(copy, '.', 15), copy[15] = 0;
  memcpy(copy + 1, "abc", 3), memmove(copy + 2, copy + 1, 3);
  printf("%s %s %d%d%d%d\n", copy, strncat(strcpy(text, "ab"), "cdef", 2), !!isalpha('q'),
         !!isdigit('q'), toupper('q'), !!isspace('\t'));
}

static void numbers(void) {
  char *end;
  long hexadecimal = strtol("  -0x1fz", &end, 0);
  printf("%ld %s %lu %lld\n", hexadecimal, end, strtoul("777", 0, 8), strtoll("-9", 0, 10));
  errno = 0;
  long big = strtol("99999999999", 0, 10);
  double decimal = strtod("1.5e3q", &end);
  printf("%d %d %.6g %s\n", big == LONG_MAX || sizeof(long) > 4, atoi("31x"), decimal, end);
  int values[] = {5, 3, 9, -2, 7, 0, 3};
  qsort(values, 7, sizeof *values, by_value);
  int key = 7, *at = bsearch(&key, values, 7, sizeof *values, by_value);
  for (int i = 0; i < 7; i++)
    printf("%d ", values[i]);
  div_t parts = div(-17, 5);
  printf("| %d | %d %d | %d\n", (int)(at - values), parts.quot, parts.rem, abs(-4));
}

static void mathematics(void) {
  double x[] = {0.1, 0.9, 1.7, 12.5};
  for (int i = 0; i < 4; i++) {
    double v = x[i];
    printf("%.12g %.12g %.12g %.12g %.12g ", sin(v), cos(v), tan(v), exp(v), log(v));
    printf("%.12g %.12g %.12g %.12g ", sqrt(v), cbrt(v), pow(v, 2.7), atan2(v, -1));
    printf("%g %g %g %g %ld ", floor(v), ceil(-v), trunc(v), round(v), lround(v));
    printf("%.12g %.12g %.12g %.12g\n", sinh(v), fmod(v, 0.7), hypot(v, 3), log1p(v));
  }
  int power;
  double fraction = frexp(80, &power), whole;
  double part = modf(3.25, &whole);
  printf("%g %d %g %g %g %d\n", fraction, power, ldexp(0.75, 4), part, whole,
         isnan(NAN) && signbit(-0.0));
  printf("%.6g %.6g %.6g %.9g\n", sinf(1), powf(2, 0.5f), acosf(0.3f), tgamma(4.5));
}

static jmp_buf back;

static void jump(int depth) {
  if (depth == 0)
    longjmp(back, 7);
  jump(depth - 1);
}

static int sum(int count, ...) {
  va_list list;
  va_start(list, count);
  int total = 0;
  while (count--)
    total += va_arg(list, int);
  va_end(list);
  return total;
}

static volatile int signalled;

static void on_signal(int number) { signalled = number; }

static void rest(void) {
  int value = setjmp(back);
  if (value == 0)
    jump(5);
  signal(SIGTERM, on_signal);
  raise(SIGTERM);
  printf("%d %d %d\n", value, sum(4, 1, 2, 3, 4), signalled == SIGTERM);
  time_t moment = 86400 * 365;
  char text[64];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a", gmtime(&moment));
  printf("%s %s %s\n", text, strerror(ENOENT), setlocale(LC_ALL, "C"));
  wchar_t wide[8];
  size_t count = mbstowcs(wide, "wide", 8);
  printf("%zu %ls %zu\n", count, wide, wcslen(wide));
  char *grown = calloc(3, 1);
  for (int i = 0; i < 200; i++)
    grown = realloc(grown, (size_t)i + 4), grown[i] = (char)('a' + i % 26), grown[i + 1] = 0;
  printf("%s\n", grown);
  free(grown);
}

static void read_all(void) {
  char line[64];
  int number, lines = 0;
  if (scanf("%d", &number) == 1)
    printf("number %d\n", number);
  while (fgets(line, sizeof line, stdin))
    printf("%d:%s", ++lines, line);
  printf("end %d %d\n", feof(stdin), getchar());
}

int main(void) {
  assert(sizeof(char) == 1);
  formatting();
  strings();
  numbers();
  mathematics();
  rest();
  read_all();
  fputs("done\n", stdout);
  return 0;
}
