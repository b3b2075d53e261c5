// What somebody filled in, as a request's bytes: one input after another, little-endian.

const OPTIONS_BYTES = 32;
const WHITE = 255;

const INTEGERS = {
  bool: [1, 0n, 1n, "setUint8"], int8: [1, -128n, 127n, "setInt8"],
  uint8: [1, 0n, 255n, "setUint8"], int16: [2, -32768n, 32767n, "setInt16"],
  uint16: [2, 0n, 65535n, "setUint16"], int32: [4, -(2n ** 31n), 2n ** 31n - 1n, "setInt32"],
  uint32: [4, 0n, 2n ** 32n - 1n, "setUint32"],
  int64: [8, -(2n ** 63n), 2n ** 63n - 1n, "setBigInt64"],
};

export class BadInput extends Error {}

/** Seed, options, text: as tinynn.text.TextModel.request makes it. */
export function textRequest(form, asked, seed) {
  const text = new TextEncoder().encode(asked.text);
  if (text.length > form.most_bytes)
    throw new BadInput(`Text: expected at most ${form.most_bytes} bytes, got ${text.length}`);
  const whole = new Uint8Array(form.seed_bytes + OPTIONS_BYTES + text.length);
  const view = new DataView(whole.buffer, form.seed_bytes);
  whole.set(seed);
  view.setInt32(0, asked.tokens, true);
  view.setFloat32(4, asked.temperature, true);
  view.setInt32(8, asked.top_k, true);
  view.setFloat32(12, asked.top_p, true);
  view.setFloat32(16, asked.penalty, true);
  whole.set(text, form.seed_bytes + OPTIONS_BYTES);
  return whole;
}

/** Seed, and a class where one is taken: as tinynn.drawing.Drawing.request makes it. */
export function drawingRequest(form, label, seed) {
  if (!form.takes_label) return seed;
  const field = { name: "Class", dtype: "int32", count: 1, size: 4 };
  const whole = new Uint8Array(form.seed_bytes + field.size);
  whole.set(seed);
  whole.set(numbers(field, label), form.seed_bytes);
  return whole;
}

/** Numbers in a text, as the field's tensor. */
export function numbers(field, text) {
  const words = text.split(/[\s,;[\]]+/).filter(Boolean);
  if (words.length !== field.count)
    throw new BadInput(`${field.name}: expected ${field.count} numbers, got ${words.length}`);
  const size = field.size / field.count;
  const whole = new Uint8Array(field.size);
  const view = new DataView(whole.buffer);
  words.forEach((word, i) => put(view, i * size, field, word));
  return whole;
}

function put(view, at, field, word) {
  if (field.dtype === "float32") {
    const value = Number(word);
    if (Number.isNaN(value)) throw new BadInput(`${field.name}: expected a number, got ${word}`);
    view.setFloat32(at, value, true);
    return;
  }
  if (!(field.dtype in INTEGERS)) throw new BadInput(`${field.name}: no form has ${field.dtype} yet`);
  const [size, least, most, setter] = INTEGERS[field.dtype];
  const value = /^[+-]?\d+$/.test(word) ? BigInt(word.replace("+", "")) : null;
  if (value === null || value < least || value > most)
    throw new BadInput(`${field.name}: expected an integer from ${least} to ${most}, got ${word}`);
  view[setter](at, size === 8 ? value : Number(value), true);
}

/** Pixels (red, green, blue, opacity) as the field's tensor; `range`: black, white. */
export function pixels(field, rgba, range) {
  const { width, height, channels, first } = field;
  const area = width * height;
  const levels = new Uint8Array(area * channels);
  for (let i = 0; i < area; i++) {
    const [r, g, b] = rgba.subarray(4 * i, 4 * i + 3);
    // Grey as ITU-R 601 and Pillow have it.
    const colour = channels === 3 ? [r, g, b] : [(19595 * r + 38470 * g + 7471 * b + 32768) >> 16];
    for (let c = 0; c < channels; c++) levels[first ? c * area + i : i * channels + c] = colour[c];
  }
  if (field.dtype === "uint8") return levels;
  const [black, white] = range;
  const whole = new DataView(new ArrayBuffer(4 * levels.length));
  levels.forEach((level, i) =>
    whole.setFloat32(4 * i, black + (level * (white - black)) / WHITE, true),
  );
  return new Uint8Array(whole.buffer);
}
