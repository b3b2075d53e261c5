// dense and matmul: ((+0 + a[0] b[0]) + a[1] b[1]) + ... and the bias last.

fn element(i: u32, item: u32) -> u32 {
  let column = i % words[COLUMNS];
  let row = i / words[COLUMNS];
  let batch = row / words[ROWS];
  var a = batch * words[A_BATCH] + (row % words[ROWS]) * words[A_ROW];
  var b = batch * words[B_BATCH] + column * words[B_COLUMN];
  var total = num(0u);
  for (var k = 0u; k < words[TERMS]; k++) {
    let left = num(word(words[A], a + k * words[A_STEP], item));
    let right = num(word(words[B], b + k * words[B_STEP], item));
    total = plus(total, times(left, right));
  }
  if (words[HAS_BIAS] != 0u) {
    total = plus(total, num(word(words[C], column, item)));
  }
  return canonical(bits(total));
}
