// conv_integer: sums of products of bytes, modulo 2^32. A tap outside adds nothing.

fn element(i: u32, item: u32) -> u32 {
  let pixel = pixel_of(i);
  let weights = pixel.plane * words[TAPS];
  let x_zero = number(words[C], 0u, item, words[A_SIGNED]);
  let w_zero = number(words[D], pixel.plane * words[B_ZEROS], item, words[B_SIGNED]);
  var total = 0;
  for (var k = 0u; k < words[TAPS]; k++) {
    let tap = tap_of(pixel, k);
    if (tap != OUTSIDE) {
      let x = number(words[A], tap, item, words[A_SIGNED]) - x_zero;
      total += x * (number(words[B], weights + k, item, words[B_SIGNED]) - w_zero);
    }
  }
  if (words[HAS_BIAS] != 0u) {
    total += i32(word(words[E], pixel.plane, item));
  }
  return u32(total);
}
