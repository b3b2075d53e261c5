#include "request.h"

/* Then come the requester and the bytes. */
struct kept {
  uint8_t status, requester_bytes;
  uint8_t input_hash[HASH_BYTES];
};

static struct key key_of_request(uint64_t id) { return key_number("request", id); }

void request_write(const struct request *request) {
  struct kept kept = {(uint8_t)request->status, (uint8_t)request->requester.count, {0}};
  __builtin_memcpy(kept.input_hash, request->input_hash, HASH_BYTES);
  struct text t =
      text_of(sizeof kept + request->requester.count + request->bytes.count);
  put_bytes(&t, (const uint8_t *)&kept, sizeof kept);
  put_bytes(&t, request->requester.bytes, request->requester.count);
  put_bytes(&t, request->bytes.bytes, request->bytes.count);
  store_write(key_of_request(request->id), t.bytes, t.count);
}

bool request_read(struct call *c, uint64_t id, struct request *request) {
  const struct region *region = store_read(key_of_request(id));
  if (!region) {
    struct text *t = refusal(c);
    put(t, "request: expected an id below ");
    put_decimal(t, requests_read());
    put(t, ", got ");
    put_decimal(t, id);
    return false;
  }
  struct kept kept;
  __builtin_memcpy(&kept, region->bytes, sizeof kept);
  const uint8_t *at = region->bytes + sizeof kept;
  *request = (struct request){
      .id = id,
      .status = kept.status,
      .requester = {at, kept.requester_bytes},
      .bytes = {at + kept.requester_bytes,
                region->count - (uint32_t)sizeof kept - kept.requester_bytes}};
  __builtin_memcpy(request->input_hash, kept.input_hash, HASH_BYTES);
  return true;
}

bool request_named(struct call *c, const char *where, struct json body,
                   struct request *request) {
  struct field field = {.name = "id"};
  uint64_t id;
  return read_fields(c, where, body, &field, 1) &&
         read_whole(c, &field, UINT64_MAX, &id) && request_read(c, id, request);
}

const char *status_name(enum request_status status) {
  static const char *const names[STATUS_COUNT] = {"pending", "answered", "cancelled"};
  return names[status];
}

bool check_pending(struct call *c, const struct request *request) {
  if (request->status == PENDING)
    return true;
  struct text *t = refusal(c);
  put(t, "request ");
  put_decimal(t, request->id);
  put(t, ": expected a pending one, got one that is ");
  put(t, status_name(request->status));
  return false;
}
