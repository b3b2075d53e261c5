/* A contract's side of a call: what was said, by whom, with which funds, and what is
 * answered. A contract is its three functions at the end of this. */

#ifndef CONTRACT_H
#define CONTRACT_H

#include "json.h"
#include "text.h"
#include "vm.h"

/* Some bytes, a string's text among them. */
struct slice {
  const uint8_t *bytes;
  uint32_t count;
};

bool is_same(struct slice a, struct slice b);

/* An empty text with room for so many bytes, in memory of its own. */
struct text text_of(uint32_t room);

struct call {
  struct json message;
  struct slice sender;
  struct json funds;
  struct text refusal, messages, event;
  struct slice data;
};

/* Where the reason is written why this call is refused; every check that fails writes
 * there, says what was expected and then what came, and returns false. */
struct text *refusal(struct call *c);

/* ------------------------------------------------------------------------------------
 * What was said
 * ---------------------------------------------------------------------------------- */

/* A member of an object: its name, whether it may be left out or null, and its value. */
struct field {
  const char *name;
  bool optional;
  struct json value;
};

/* Fills in the values. Refuses what is no object, and names that are unknown, missing or
 * there twice. `where` is for the reason. */
bool read_fields(struct call *c, const char *where, struct json object,
                 struct field *fields, uint32_t count);

/* Each refuses another kind of value. */
bool read_text(struct call *c, const struct field *field, struct slice *text);
bool read_bytes_of(struct call *c, const struct field *field, struct slice *bytes);
bool read_hash(struct call *c, const struct field *field, uint8_t *hash);
bool read_whole(struct call *c, const struct field *field, uint64_t most,
                uint64_t *number);

/* Refuses a field's value: what was expected, and what kind it is. */
bool refuse_value(struct call *c, const struct field *field, const char *expected);

struct handler {
  const char *name;
  bool (*handle)(struct call *c, struct json body);
};

/* Hands the message, {"name": body}, to the handler of that name. */
bool dispatch(struct call *c, const struct handler *handlers, uint32_t count);

/* ------------------------------------------------------------------------------------
 * Money
 * ---------------------------------------------------------------------------------- */

/* Amounts are decimal numbers without leading zeros, so that any size is exact. */
#define MOST_DIGITS 38u
#define MOST_DENOM_BYTES 128u

/* Refuses what no denomination, or no amount, looks like. */
bool read_denom(struct call *c, const struct field *field, struct slice *denom);
bool read_amount(struct call *c, const struct field *field, struct slice *amount);

bool is_zero(struct slice amount);

/* The sum, in memory of its own. */
struct slice add_amounts(struct slice a, struct slice b);

/* Refuses other funds than exactly this coin; none, if its amount is zero. */
bool check_funds(struct call *c, struct slice denom, struct slice amount);

/* Sends a coin from the contract's own, unless its amount is zero. */
void send(struct call *c, struct slice to, struct slice denom, struct slice amount);

/* ------------------------------------------------------------------------------------
 * What is answered
 * ---------------------------------------------------------------------------------- */

/* Begins this call's event, whose attributes take at most so many bytes; `type` gets a
 * prefix from the chain. */
void event_open(struct call *c, const char *type, uint32_t room);

/* A value is what is written between these; what is no plain text is the caller's to
 * escape. */
struct text *attribute_open(struct call *c, const char *name);
void attribute_close(struct call *c);

/* A JSON document as a query's result, of at most so many bytes. */
struct text *result_open(uint32_t room);
void result_close(struct call *c, struct text *result);

/* ------------------------------------------------------------------------------------
 * The contract. False: refused, and nothing of the call stays.
 * ---------------------------------------------------------------------------------- */

bool contract_instantiate(struct call *c);
bool contract_execute(struct call *c);
bool contract_query(struct call *c);

#endif
