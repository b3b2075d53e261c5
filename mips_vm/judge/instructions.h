/* The instructions that touch registers only: all but loads, stores and system calls. */

#ifndef INSTRUCTIONS_H
#define INSTRUCTIONS_H

#include "state.h"

/* Executes `word`. False if it faults or is no instruction of this machine; then the
 * state is to be thrown away. */
bool execute_registers(struct state *s, uint32_t word);

#endif
