// What all kernels have: a model's constants, the memory of one inference behind that
// of another, and the words that say where things lie (layout.py names them).

const CONSTANT: u32 = 0x80000000u;  // in a place: among the constants
const ROW: u32 = 4194240u;          // threads along x, at most

@group(0) @binding(0) var<storage, read> constants: array<u32>;
@group(0) @binding(1) var<storage, read_write> memory: array<u32>;
@group(0) @binding(2) var<storage, read> words: array<u32>;

// Word `at` of what lies at `place`, which counts words.
fn word(place: u32, at: u32, item: u32) -> u32 {
  if ((place & CONSTANT) != 0u) {
    return constants[(place & ~CONSTANT) + at];
  }
  return memory[item * words[STRIDE] + place + at];
}

// Byte `at` of what lies at `place`, which counts bytes.
fn byte(place: u32, at: u32, item: u32) -> u32 {
  let whole = (place & ~CONSTANT) + at;
  let held = word((place & CONSTANT) | (whole >> 2u), 0u, item);
  return (held >> ((whole & 3u) << 3u)) & 0xffu;
}

// The same as a number; `is_signed` is 0 or 1.
fn number(place: u32, at: u32, item: u32, is_signed: u32) -> i32 {
  let held = i32(byte(place, at, item));
  return held - (i32(is_signed) & (held >> 7u)) * 256;
}
