// conv: as sums; k runs over channels, rows, columns. A tap outside is a term with +0.

fn element(i: u32, item: u32) -> u32 {
  let pixel = pixel_of(i);
  let weights = pixel.plane * words[TAPS];
  var total = num(0u);
  for (var k = 0u; k < words[TAPS]; k++) {
    let tap = tap_of(pixel, k);
    var x = 0u;
    if (tap != OUTSIDE) {
      x = word(words[A], tap, item);
    }
    let w = word(words[B], weights + k, item);
    total = plus(total, times(num(x), num(w)));
  }
  if (words[HAS_BIAS] != 0u) {
    total = plus(total, num(word(words[C], pixel.plane, item)));
  }
  return canonical(bits(total));
}
