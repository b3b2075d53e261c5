/* A model as a contract: whoever asks has the answer in the same transaction, computed by
 * every validator. docs/cosmos.md has its messages.
 *
 * An image that the validator would not pass can spoil what this contract answers and
 * holds, and nothing else: nobody should send it fees, as nobody should ask it.
 */

#include "image.h"
#include "request.h"

#define EVENT_ROOM 1024u

static const struct slice zero = {(const uint8_t *)"0", 1};

static bool check_owner(struct call *c, const struct config *config) {
  if (is_same(c->sender, config->owner))
    return true;
  struct text *t = refusal(c);
  put(t, "sender: expected the owner ");
  put_bytes(t, config->owner.bytes, config->owner.count);
  put(t, ", got ");
  put_bytes(t, c->sender.bytes, c->sender.count);
  return false;
}

static bool check_open(struct call *c, const struct config *config) {
  if (!config->sealed)
    return true;
  put(refusal(c), "image: expected one that may still change, got a sealed one");
  return false;
}

static void tell_number(struct call *c, const char *name, uint64_t number) {
  put_decimal(attribute_open(c, name), number);
  attribute_close(c);
}

static void tell_words(struct call *c, const char *name, struct slice words) {
  put_bytes(attribute_open(c, name), words.bytes, words.count);
  attribute_close(c);
}

static void tell_hash(struct call *c, const char *name, const uint8_t *hash) {
  put_hex(attribute_open(c, name), hash, HASH_BYTES);
  attribute_close(c);
}

/* ------------------------------------------------------------------------------------
 * The image
 * ---------------------------------------------------------------------------------- */

static bool chunk(struct call *c, struct json body) {
  struct config config;
  struct field fields[] = {{.name = "index"}, {.name = "bytes"}};
  struct slice bytes;
  uint64_t index;
  if (!config_read(c, &config) || !check_owner(c, &config) || !check_open(c, &config) ||
      !check_funds(c, zero, zero) || !read_fields(c, "chunk", body, fields, 2) ||
      !read_whole(c, &fields[0], chunks_of(&config) - 1, &index) ||
      !read_bytes_of(c, &fields[1], &bytes))
    return false;
  const uint32_t expected = bytes_of_chunk(&config, (uint32_t)index);
  if (bytes.count != expected) {
    struct text *t = refusal(c);
    put(t, "bytes: expected ");
    put_decimal(t, expected);
    put(t, ", got ");
    put_decimal(t, bytes.count);
    return false;
  }
  store_write(chunk_key((uint32_t)index), bytes.bytes, bytes.count);
  return true;
}

static bool seal_now(struct call *c, struct config *config) {
  if (!image_seal(c, config))
    return false;
  config_write(config);
  event_open(c, "plumb-model", EVENT_ROOM);
  tell_hash(c, "model_root", config->model_root);
  return true;
}

static bool seal(struct call *c, struct json body) {
  struct config config;
  return config_read(c, &config) && check_open(c, &config) &&
         check_funds(c, zero, zero) && read_fields(c, "seal", body, 0, 0) &&
         seal_now(c, &config);
}

/* ------------------------------------------------------------------------------------
 * Answers
 * ---------------------------------------------------------------------------------- */

static void open_answer(struct call *c, const uint8_t *input_hash, struct slice answer) {
  event_open(c, "plumb-answer", EVENT_ROOM + base64_bytes(answer.count));
  tell_hash(c, "input_hash", input_hash);
  put_base64(attribute_open(c, "output"), answer.bytes, answer.count);
  attribute_close(c);
  c->data = answer;
}

static bool ask(struct call *c, struct json body) {
  struct config config;
  struct slice input, answer;
  uint8_t hash[HASH_BYTES];
  if (!config_read(c, &config) || !check_funds(c, config.denom, config.price) ||
      !read_input(c, "ask", body, &input) || !image_run(c, &config, input, &answer))
    return false;
  keccak256(input.bytes, input.count, hash);
  send(c, config.owner, config.denom, config.price);
  open_answer(c, hash, answer);
  return true;
}

static bool request(struct call *c, struct json body) {
  struct config config;
  struct request made = {.status = PENDING, .requester = c->sender};
  if (!config_read(c, &config) || !check_funds(c, config.denom, config.total) ||
      !read_input(c, "request", body, &made.bytes) ||
      !check_input(c, &config, made.bytes))
    return false;
  made.id = requests_read();
  keccak256(made.bytes.bytes, made.bytes.count, made.input_hash);
  requests_write(made.id + 1);
  request_write(&made);
  event_open(c, "plumb-request", EVENT_ROOM);
  tell_number(c, "id", made.id);
  tell_words(c, "requester", made.requester);
  tell_hash(c, "input_hash", made.input_hash);
  struct text *result = result_open(20);
  put_decimal(result, made.id);
  result_close(c, result);
  return true;
}

static bool answer(struct call *c, struct json body) {
  struct config config;
  struct request request;
  if (!config_read(c, &config) || !check_funds(c, zero, zero) ||
      !request_named(c, "answer", body, &request) || !check_pending(c, &request))
    return false;
  const struct slice input = request.bytes;
  if (!image_run(c, &config, input, &request.bytes))
    return false;
  request.status = ANSWERED;
  request_write(&request);
  send(c, config.owner, config.denom, config.price);
  send(c, c->sender, config.denom, config.reward);
  open_answer(c, request.input_hash, request.bytes);
  tell_number(c, "id", request.id);
  tell_words(c, "requester", request.requester);
  return true;
}

static bool cancel(struct call *c, struct json body) {
  struct config config;
  struct request request;
  if (!config_read(c, &config) || !check_funds(c, zero, zero) ||
      !request_named(c, "cancel", body, &request) || !check_pending(c, &request))
    return false;
  if (!is_same(c->sender, request.requester)) {
    put(refusal(c), "sender: expected who requested it, got another");
    return false;
  }
  request.status = CANCELLED;
  request.bytes.count = 0;
  request_write(&request);
  send(c, request.requester, config.denom, config.total);
  event_open(c, "plumb-cancel", EVENT_ROOM);
  tell_number(c, "id", request.id);
  return true;
}

/* ------------------------------------------------------------------------------------
 * Entries
 * ---------------------------------------------------------------------------------- */

static bool read_fees(struct call *c, struct json fees, struct config *config) {
  struct field fields[] = {{.name = "denom"}, {.name = "price"}, {.name = "reward"}};
  if (!fees.bytes)
    return true;
  if (!read_fields(c, "fees", fees, fields, 3) ||
      !read_denom(c, &fields[0], &config->denom) ||
      !read_amount(c, &fields[1], &config->price) ||
      !read_amount(c, &fields[2], &config->reward))
    return false;
  config->total = add_amounts(config->price, config->reward);
  return true;
}

bool contract_instantiate(struct call *c) {
  struct field fields[] = {
      {.name = "model_root"}, {.name = "image_bytes"}, {.name = "fees", .optional = true}};
  struct config config = {.owner = c->sender,
                          .price = zero,
                          .reward = zero,
                          .total = zero,
                          .denom = {(const uint8_t *)"", 0}};
  uint64_t bytes;
  if (!check_funds(c, zero, zero) ||
      !read_fields(c, "message", c->message, fields, 3) ||
      !read_hash(c, &fields[0], config.model_root) ||
      !read_whole(c, &fields[1], MOST_IMAGE_BYTES, &bytes) ||
      !read_fees(c, fields[2].value, &config))
    return false;
  uint32_t carried;
  cargo(&carried);
  if (!bytes || (carried && carried != bytes)) {
    put(refusal(c), "image_bytes: expected the image's size, got ");
    put_decimal(&c->refusal, bytes);
    return false;
  }
  config.image_bytes = (uint32_t)bytes;
  if (carried)
    return seal_now(c, &config);
  config_write(&config);
  return true;
}

bool contract_execute(struct call *c) {
  static const struct handler handlers[] = {{"ask", ask},       {"request", request},
                                            {"answer", answer}, {"cancel", cancel},
                                            {"chunk", chunk},   {"seal", seal}};
  return dispatch(c, handlers, sizeof handlers / sizeof *handlers);
}
