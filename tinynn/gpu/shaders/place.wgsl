// Where a convolution's taps lie. Word names are layout.py's `Window`.

// A tap's element of the input, or OUTSIDE: in the padding, or between spread ones.
const OUTSIDE: u32 = 0xffffffffu;

// Which outputs an element of the target belongs to.
struct Pixel {
  plane: u32,   // channel of the output
  batch: u32,
  row: u32,
  column: u32,
}

fn pixel_of(i: u32) -> Pixel {
  let row = i / words[OUT_WIDTH];
  let plane = row / words[OUT_HEIGHT];
  return Pixel(
    plane % words[OUTPUTS],
    plane / words[OUTPUTS],
    row % words[OUT_HEIGHT],
    i % words[OUT_WIDTH],
  );
}

fn along(at: u32, stride: u32, tap: u32, dilation: u32, before: u32, spread: u32, size: u32) -> u32 {
  let padded = at * stride + tap * dilation;
  if (padded < before || (padded - before) % spread != 0u) {
    return OUTSIDE;
  }
  let found = (padded - before) / spread;
  return select(OUTSIDE, found, found < size);
}

fn tap_of(pixel: Pixel, k: u32) -> u32 {
  let column = k % words[TAP_COLUMNS];
  let row = (k / words[TAP_COLUMNS]) % words[TAP_ROWS];
  let depth = k / (words[TAP_COLUMNS] * words[TAP_ROWS]);
  let y = along(pixel.row, words[STRIDE_ROWS], row, words[DILATION_ROWS], words[TOP], words[SPREAD_ROWS], words[HEIGHT]);
  let x = along(pixel.column, words[STRIDE_COLUMNS], column, words[DILATION_COLUMNS], words[LEFT], words[SPREAD_COLUMNS], words[WIDTH]);
  if (y == OUTSIDE || x == OUTSIDE) {
    return OUTSIDE;
  }
  let group = pixel.plane / words[GROUP_OUTPUTS];
  let channel = pixel.batch * words[CHANNELS] + group * words[DEPTH] + depth;
  return (channel * words[HEIGHT] + y) * words[WIDTH] + x;
}
