/* What a module shows its host. Built into another module (PLUMB_INSIDE), the same
 * functions are that one's own affair. */

#ifndef EXPORT_H
#define EXPORT_H

#ifdef PLUMB_INSIDE
#define EXPORT(name) name
#else
#define EXPORT(name) __attribute__((export_name(#name))) name
#endif

#endif
