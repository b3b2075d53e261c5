/* What C++ without exceptions needs besides: new and delete, over malloc. */

#include <stddef.h>
#include <stdlib.h>

void *make(size_t) __asm__("_Znwj");
void *make_array(size_t) __asm__("_Znaj");
void destroy(void *) __asm__("_ZdlPv");
void destroy_array(void *) __asm__("_ZdaPv");
void destroy_sized(void *, size_t) __asm__("_ZdlPvj");
void destroy_array_sized(void *, size_t) __asm__("_ZdaPvj");

void *__dso_handle = &__dso_handle;

/* There is nothing to throw, so without memory the run fails. */
void *make(size_t bytes) {
  void *object = malloc(bytes ? bytes : 1);
  if (!object)
    abort();
  return object;
}

void *make_array(size_t bytes) { return make(bytes); }
void destroy(void *object) { free(object); }
void destroy_array(void *object) { free(object); }
void destroy_sized(void *object, size_t bytes) { free(object); }
void destroy_array_sized(void *object, size_t bytes) { free(object); }

_Noreturn void __cxa_pure_virtual(void) { abort(); }
