// conv_integer: sums of products of bytes, modulo 2^32. A tap outside adds nothing.

fn element(i: u32, item: u32) -> u32 {
  let pixel = pixel_of(i);
  let across = words[TAP_COLUMNS];
  let lines = words[DEPTH] * words[TAP_ROWS];  // of weights
  let x_zero = number(words[C], 0u, item, words[A_SIGNED]);
  let w_zero = number(words[D], pixel.plane * words[B_ZEROS], item, words[B_SIGNED]);
  var total = 0;
  for (var line = 0u; line < lines; line++) {
    let row = row_of(pixel, line % words[TAP_ROWS]);
    if (row == OUTSIDE) {
      continue;
    }
    let depth = line / words[TAP_ROWS];
    let start = pixel.picture + (depth * words[HEIGHT] + row) * words[WIDTH];
    let weights = (pixel.plane * lines + line) * across;
    for (var k = 0u; k < across; k++) {
      let column = column_of(pixel, k);
      if (column != OUTSIDE) {
        let x = number(words[A], start + column, item, words[A_SIGNED]) - x_zero;
        total += x * (number(words[B], weights + k, item, words[B_SIGNED]) - w_zero);
      }
    }
  }
  if (words[HAS_BIAS] != 0u) {
    total += i32(word(words[E], pixel.plane, item));
  }
  return u32(total);
}
