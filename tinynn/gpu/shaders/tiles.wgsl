// matmul_integer of four rows and more whose rows are whole words: a thread makes four
// rows by four columns, so a word that is read is in four products. Sums are exact, so
// their order is free. What products.wgsl says of zero points holds.

// The numbers in four words, times those in another.
fn times_each(x: u32, w: vec4<u32>) -> vec4<i32> {
  return vec4<i32>(
    dot4I8Packed(x, w.x),
    dot4I8Packed(x, w.y),
    dot4I8Packed(x, w.z),
    dot4I8Packed(x, w.w),
  );
}

fn four(place: u32, starts: vec4<u32>, k: u32, item: u32, flip: u32) -> vec4<u32> {
  return vec4<u32>(flip) ^ vec4<u32>(
    word(place, starts.x + k, item),
    word(place, starts.y + k, item),
    word(place, starts.z + k, item),
    word(place, starts.w + k, item),
  );
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let item = id.z;
  let across = (words[COLUMNS] + 3u) / 4u;
  let down = (words[ROWS] + 3u) / 4u;
  let tile = id.y * ROW + id.x;
  let batch = tile / (across * down);
  if (batch >= words[BATCHES]) {
    return;
  }
  let first = vec4<u32>(0u, 1u, 2u, 3u);
  // Rows and columns beyond the last are the last, and not stored.
  let rows = min((tile / across % down) * 4u + first, vec4<u32>(words[ROWS] - 1u));
  let columns = min((tile % across) * 4u + first, vec4<u32>(words[COLUMNS] - 1u));
  let terms = words[TERMS] >> 2u;
  let a = (batch * words[ROWS] + rows) * terms;
  let b = batch * (words[B_BATCH] >> 2u) + columns * terms;
  let a_place = (words[A] & CONSTANT) | ((words[A] & ~CONSTANT) >> 2u);
  let b_place = (words[B] & CONSTANT) | ((words[B] & ~CONSTANT) >> 2u);
  let a_flip = select(0x80808080u, 0u, words[A_SIGNED] != 0u);
  let b_flip = select(0x80808080u, 0u, words[B_SIGNED] != 0u);
  var y0 = vec4<i32>(0);
  var y1 = vec4<i32>(0);
  var y2 = vec4<i32>(0);
  var y3 = vec4<i32>(0);
  var a_sum = vec4<i32>(0);
  var b_sum = vec4<i32>(0);
  for (var k = 0u; k < terms; k++) {
    let x = four(a_place, a, k, item, a_flip);
    let w = four(b_place, b, k, item, b_flip);
    y0 += times_each(x.x, w);
    y1 += times_each(x.y, w);
    y2 += times_each(x.z, w);
    y3 += times_each(x.w, w);
    a_sum += times_each(0x01010101u, x);
    b_sum += times_each(0x01010101u, w);
  }
  let a_zero = number(words[C], 0u, item, words[A_SIGNED])
    - select(128, 0, words[A_SIGNED] != 0u);
  var b_zero = vec4<i32>(
    number(words[D], columns.x * words[B_ZEROS], item, words[B_SIGNED]),
    number(words[D], columns.y * words[B_ZEROS], item, words[B_SIGNED]),
    number(words[D], columns.z * words[B_ZEROS], item, words[B_SIGNED]),
    number(words[D], columns.w * words[B_ZEROS], item, words[B_SIGNED]),
  );
  b_zero -= vec4<i32>(select(128, 0, words[B_SIGNED] != 0u));
  let rest = i32(words[TERMS]) * a_zero * b_zero - a_zero * b_sum;
  let target_row = item * words[STRIDE] + words[TARGET]
    + (batch * words[ROWS] + rows) * words[COLUMNS];
  let y = array<vec4<i32>, 4>(
    y0 + rest - b_zero * a_sum.x,
    y1 + rest - b_zero * a_sum.y,
    y2 + rest - b_zero * a_sum.z,
    y3 + rest - b_zero * a_sum.w,
  );
  // A row that stands for one beyond the last has its bits, too.
  for (var i = 0u; i < 4u; i++) {
    var sums = y[i];
    for (var j = 0u; j < 4u; j++) {
      memory[target_row[i] + columns[j]] = u32(sums[j]);
    }
  }
}
