/* Requests that wait in the store for whoever answers them. */

#ifndef REQUEST_H
#define REQUEST_H

#include "config.h"

enum request_status { PENDING, ANSWERED, CANCELLED, STATUS_COUNT };

struct request {
  uint64_t id;
  enum request_status status;
  struct slice requester;
  uint8_t input_hash[HASH_BYTES];
  /* Of one that is pending, the input; of one that is answered, the output. */
  struct slice bytes;
};

void request_write(const struct request *request);

/* Refuses an id that nothing was requested by. */
bool request_read(struct call *c, uint64_t id, struct request *request);

/* The one of {"id": number}. */
bool request_named(struct call *c, const char *where, struct json body,
                   struct request *request);

/* Refuses a request that is not pending any more. */
bool check_pending(struct call *c, const struct request *request);

const char *status_name(enum request_status status);

#endif
