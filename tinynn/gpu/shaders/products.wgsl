// matmul_integer: sums of products of bytes, modulo 2^32; b is (columns, terms).
// Where rows are whole words four products are one instruction: bytes are made signed by
// turning their top bit, zero points with them, and are taken off the sums.

fn element(i: u32, item: u32) -> u32 {
  let column = i % words[COLUMNS];
  let row = i / words[COLUMNS];
  let batch = row / words[ROWS];
  let a = row * words[TERMS];
  let b = batch * words[B_BATCH] + column * words[TERMS];
  var a_zero = number(words[C], 0u, item, words[A_SIGNED]);
  var b_zero = number(words[D], column * words[B_ZEROS], item, words[B_SIGNED]);
  var total = 0;
  if (words[IN_WORDS] == 0u) {
    for (var k = 0u; k < words[TERMS]; k++) {
      let x = number(words[A], a + k, item, words[A_SIGNED]) - a_zero;
      total += x * (number(words[B], b + k, item, words[B_SIGNED]) - b_zero);
    }
    return u32(total);
  }
  let a_flip = select(0x80808080u, 0u, words[A_SIGNED] != 0u);
  let b_flip = select(0x80808080u, 0u, words[B_SIGNED] != 0u);
  a_zero -= select(128, 0, words[A_SIGNED] != 0u);
  b_zero -= select(128, 0, words[B_SIGNED] != 0u);
  let a_place = (words[A] & CONSTANT) | ((words[A] & ~CONSTANT) >> 2u);
  let b_place = (words[B] & CONSTANT) | ((words[B] & ~CONSTANT) >> 2u);
  var a_sum = 0;
  var b_sum = 0;
  for (var k = 0u; k < (words[TERMS] >> 2u); k++) {
    let x = word(a_place, (a >> 2u) + k, item) ^ a_flip;
    let w = word(b_place, (b >> 2u) + k, item) ^ b_flip;
    total += dot4I8Packed(x, w);
    a_sum += dot4I8Packed(x, 0x01010101u);
    b_sum += dot4I8Packed(w, 0x01010101u);
  }
  total -= b_zero * a_sum + a_zero * b_sum;
  return u32(total + i32(words[TERMS]) * a_zero * b_zero);
}
