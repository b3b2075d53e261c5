/* Functions of one number, from exact operations; docs/float.md defines their bits. */

#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include "softfloat.h"

f32 exponential(f32 z);

#endif
