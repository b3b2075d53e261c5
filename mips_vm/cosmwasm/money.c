#include "contract.h"

/* How long an amount of the VM's own may be to be told back. */
#define TOLD_BYTES 80u

/* As the SDK has it: [a-zA-Z][a-zA-Z0-9/:._-]{2,127}. */
static bool is_denom(struct slice s) {
  if (s.count < 3 || s.count > MOST_DENOM_BYTES || !is_letter(s.bytes[0]))
    return false;
  for (uint32_t i = 1; i < s.count; i++) {
    const uint8_t b = s.bytes[i];
    if (!is_letter(b) && !is_digit(b) && b != '/' && b != ':' && b != '.' && b != '_' &&
        b != '-')
      return false;
  }
  return true;
}

static bool is_amount(struct slice s) {
  if (!s.count || s.count > MOST_DIGITS || (s.count > 1 && s.bytes[0] == '0'))
    return false;
  for (uint32_t i = 0; i < s.count; i++)
    if (!is_digit(s.bytes[i]))
      return false;
  return true;
}

bool read_denom(struct call *c, const struct field *field, struct slice *denom) {
  return read_text(c, field, denom) &&
         (is_denom(*denom) || refuse_value(c, field, "a denomination"));
}

bool read_amount(struct call *c, const struct field *field, struct slice *amount) {
  return read_text(c, field, amount) &&
         (is_amount(*amount) ||
          refuse_value(c, field, "a whole amount in a string, of at most 38 digits"));
}

bool is_zero(struct slice amount) { return amount.count == 1 && amount.bytes[0] == '0'; }

struct slice add_amounts(struct slice a, struct slice b) {
  const uint32_t longer = a.count > b.count ? a.count : b.count;
  uint8_t *sum = take(longer + 1), carried = 0;
  for (uint32_t i = 0; i <= longer; i++) {
    uint8_t digit = carried;
    if (i < a.count)
      digit += a.bytes[a.count - 1 - i] - '0';
    if (i < b.count)
      digit += b.bytes[b.count - 1 - i] - '0';
    sum[longer - i] = '0' + digit % 10;
    carried = digit / 10;
  }
  const uint32_t skipped = sum[0] == '0';
  return (struct slice){sum + skipped, longer + 1 - skipped};
}

static void put_slice(struct text *t, struct slice s) { put_bytes(t, s.bytes, s.count); }

/* A string of the VM's own, which may be long, or NULL where it isn't one. */
static void put_coin(struct text *t, struct json coin) {
  struct json_walk walk = json_inside(coin);
  struct json key, value, denom = {0, 0};
  while (json_next(&walk, &key, &value)) {
    if (json_says(key, "denom"))
      denom = value;
    if (json_says(key, "amount") && json_kind(value) == STRING &&
        value.bytes <= TOLD_BYTES)
      put_bytes(t, value.text + 1, value.bytes - 2);
  }
  if (json_kind(denom) == STRING && denom.bytes <= MOST_DENOM_BYTES + 2)
    put_bytes(t, denom.text + 1, denom.bytes - 2);
}

static bool refuse_funds(struct call *c, struct slice denom, struct slice amount) {
  struct text *t = refusal(c);
  put(t, "funds: expected ");
  if (is_zero(amount)) {
    put(t, "none");
  } else {
    put_slice(t, amount);
    put_slice(t, denom);
  }
  put(t, ", got ");
  struct json_walk walk = json_inside(c->funds);
  struct json key, coin;
  uint32_t told = 0;
  for (; told < 3 && json_next(&walk, &key, &coin); told++) {
    put(t, told ? " and " : "");
    if (json_kind(coin) == OBJECT)
      put_coin(t, coin);
  }
  put(t, told ? "" : "none");
  return false;
}

/* Whether a coin is this; the VM escapes nothing in either. */
static bool is_coin(struct json coin, struct slice denom, struct slice amount) {
  if (json_kind(coin) != OBJECT)
    return false;
  struct json_walk walk = json_inside(coin);
  struct json key, value;
  uint32_t same = 0;
  while (json_next(&walk, &key, &value)) {
    const bool is_amount = json_says(key, "amount");
    if (!is_amount && !json_says(key, "denom"))
      return false;
    if (json_kind(value) != STRING)
      return false;
    same += is_same((struct slice){value.text + 1, value.bytes - 2},
                    is_amount ? amount : denom);
  }
  return same == 2;
}

bool check_funds(struct call *c, struct slice denom, struct slice amount) {
  struct json_walk walk = json_inside(c->funds);
  struct json key, coin, other;
  const bool any = json_next(&walk, &key, &coin);
  if (is_zero(amount))
    return !any || refuse_funds(c, denom, amount);
  return (any && is_coin(coin, denom, amount) && !json_next(&walk, &key, &other)) ||
         refuse_funds(c, denom, amount);
}

void send(struct call *c, struct slice to, struct slice denom, struct slice amount) {
  if (is_zero(amount))
    return;
  struct text *t = &c->messages;
  put(t, t->count ? "," : "");
  put(t, "{\"id\":0,\"msg\":{\"bank\":{\"send\":{\"to_address\":\"");
  put_slice(t, to);
  put(t, "\",\"amount\":[{\"denom\":\"");
  put_slice(t, denom);
  put(t, "\",\"amount\":\"");
  put_slice(t, amount);
  put(t, "\"}]}}},\"gas_limit\":null,\"reply_on\":\"never\"}");
}
