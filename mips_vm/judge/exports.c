/* The judge as a host calls it: everything lies in one block of notes, whose layout is
 * below. `judge(bytes)` tries the witness of so many bytes; 0, and the post-root is there,
 * or the kind of its refusal, and the refusal is. */

#include "judge.h"

#define EXPORT(name) __attribute__((visibility("default"))) name

#define MOST_WITNESS_BYTES 4096

static struct notes {
  uint8_t pre_root[HASH_BYTES], program_root[HASH_BYTES], model_root[HASH_BYTES];
  uint8_t post_root[HASH_BYTES];
  struct refusal refusal;
  uint8_t witness[MOST_WITNESS_BYTES];
} notes;

uint8_t *EXPORT(judge_notes)(void);
uint32_t EXPORT(judge)(uint32_t witness_bytes);

uint8_t *judge_notes(void) { return (uint8_t *)&notes; }

uint32_t judge(uint32_t witness_bytes) {
  if (witness_bytes > MOST_WITNESS_BYTES)
    return WRONG_WITNESS_LENGTH;
  step(notes.pre_root, notes.program_root, notes.model_root, notes.witness, witness_bytes,
       notes.post_root, &notes.refusal);
  return notes.refusal.kind;
}
