/* Arrays that an operator needs beside its data, each for one operator at a time.
 *
 * In the machine they lie in the stack's region, as large as any operator may need, and
 * are zeros at each boot. Where memory has its price (PLUMB_SCRATCH, from plumb.h) they
 * are as large as the operator at hand needs, so each says that before it uses one.
 */

#ifndef SCRATCH_H
#define SCRATCH_H

#include "plumb.h"

#ifdef PLUMB_SCRATCH
#define SCRATCH(type, name, most) type *name
#define EXTERN_SCRATCH(type, name, most) extern type *name
#define SCRATCH_TAKE(name, count) ((name) = PLUMB_SCRATCH((count) * sizeof *(name)))
#else
#define SCRATCH(type, name, most) type name[most]
#define EXTERN_SCRATCH(type, name, most) extern type name[most]
#define SCRATCH_TAKE(name, count) ((void)0)
#endif

#endif
