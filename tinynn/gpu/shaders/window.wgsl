// conv: as sums; terms run over channels, rows, columns. A tap outside is one with +0.

fn element(i: u32, item: u32) -> u32 {
  let pixel = pixel_of(i);
  let across = words[TAP_COLUMNS];
  let lines = words[DEPTH] * words[TAP_ROWS];  // of weights
  var total = num(0u);
  for (var line = 0u; line < lines; line++) {
    let row = row_of(pixel, line % words[TAP_ROWS]);
    let depth = line / words[TAP_ROWS];
    let start = pixel.picture + (depth * words[HEIGHT] + row) * words[WIDTH];
    let weights = (pixel.plane * lines + line) * across;
    for (var k = 0u; k < across; k++) {
      let column = column_of(pixel, k);
      var x = 0u;
      if (row != OUTSIDE && column != OUTSIDE) {
        x = word(words[A], start + column, item);
      }
      let w = word(words[B], weights + k, item);
      total = plus(total, times(num(x), num(w)));
    }
  }
  if (words[HAS_BIAS] != 0u) {
    total = plus(total, num(word(words[C], pixel.plane, item)));
  }
  return canonical(bits(total));
}
