/* What anyone may ask for free. */

#include "image.h"
#include "request.h"

#define RESULT_ROOM 1024u

static void put_string(struct text *t, const char *before, struct slice words) {
  put(t, before);
  put(t, "\"");
  put_bytes(t, words.bytes, words.count);
  put(t, "\"");
}

static void put_hash(struct text *t, const char *before, const uint8_t *hash) {
  put(t, before);
  put(t, "\"");
  put_hex(t, hash, HASH_BYTES);
  put(t, "\"");
}

static void put_number(struct text *t, const char *before, uint64_t number) {
  put(t, before);
  put_decimal(t, number);
}

static void put_fees(struct text *t, const struct config *config) {
  if (!config->denom.count) {
    put(t, ",\"fees\":null");
    return;
  }
  put_string(t, ",\"fees\":{\"denom\":", config->denom);
  put_string(t, ",\"price\":", config->price);
  put_string(t, ",\"reward\":", config->reward);
  put(t, "}");
}

static bool tell_config(struct call *c, struct json body) {
  struct config config;
  if (!read_fields(c, "config", body, 0, 0) || !config_read(c, &config))
    return false;
  struct text *t = result_open(RESULT_ROOM);
  put_hash(t, "{\"model_root\":", config.model_root);
  put_number(t, ",\"image_bytes\":", config.image_bytes);
  put_number(t, ",\"chunk_bytes\":", image_is_cargo() ? 0 : CHUNK_BYTES);
  put(t, config.sealed ? ",\"sealed\":true" : ",\"sealed\":false");
  put_number(t, ",\"input_bytes\":", config.input_bytes);
  put(t, config.varies ? ",\"varies\":true" : ",\"varies\":false");
  put_string(t, ",\"owner\":", config.owner);
  put_fees(t, &config);
  put_number(t, ",\"requests\":", requests_read());
  put(t, "}");
  result_close(c, t);
  return true;
}

/* So that an upload that was cut off goes on where it stopped. */
static bool tell_chunk(struct call *c, struct json body) {
  struct field field = {.name = "index"};
  uint64_t index;
  uint8_t hash[HASH_BYTES];
  if (!read_fields(c, "chunk", body, &field, 1) ||
      !read_whole(c, &field, MOST_IMAGE_BYTES / CHUNK_BYTES, &index))
    return false;
  const struct region *chunk = store_read(chunk_key((uint32_t)index));
  struct text *t = result_open(RESULT_ROOM);
  if (chunk) {
    keccak256(chunk->bytes, chunk->count, hash);
    put_hash(t, "{\"hash\":", hash);
    put(t, "}");
  } else {
    put(t, "{\"hash\":null}");
  }
  result_close(c, t);
  return true;
}

static void put_base64_or_null(struct text *t, const char *before, bool there,
                               struct slice bytes) {
  put(t, before);
  if (there) {
    put(t, "\"");
    put_base64(t, bytes.bytes, bytes.count);
    put(t, "\"");
  } else {
    put(t, "null");
  }
}

static bool tell_request(struct call *c, struct json body) {
  struct request request;
  if (!request_named(c, "request", body, &request))
    return false;
  struct text *t = result_open(RESULT_ROOM + base64_bytes(request.bytes.count));
  put_string(t, "{\"requester\":", request.requester);
  put(t, ",\"status\":\"");
  put(t, status_name(request.status));
  put_hash(t, "\",\"input_hash\":", request.input_hash);
  put_base64_or_null(t, ",\"input\":", request.status == PENDING, request.bytes);
  put_base64_or_null(t, ",\"output\":", request.status == ANSWERED, request.bytes);
  put(t, "}");
  result_close(c, t);
  return true;
}

static bool tell_answer(struct call *c, struct json body) {
  struct config config;
  struct slice input, answer;
  if (!config_read(c, &config) || !read_input(c, "answer", body, &input) ||
      !image_run(c, &config, input, &answer))
    return false;
  struct text *t = result_open(RESULT_ROOM + base64_bytes(answer.count));
  put_base64_or_null(t, "{\"output\":", true, answer);
  put(t, "}");
  result_close(c, t);
  return true;
}

bool contract_query(struct call *c) {
  static const struct handler handlers[] = {{"answer", tell_answer},
                                            {"request", tell_request},
                                            {"config", tell_config},
                                            {"chunk", tell_chunk}};
  return dispatch(c, handlers, sizeof handlers / sizeof *handlers);
}
