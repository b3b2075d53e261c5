// Where a convolution's taps lie. Word names are layout.py's `Window`.

// A tap in the padding, or between spread elements.
const OUTSIDE: u32 = 0xffffffffu;

// What an element of the target is.
struct Pixel {
  plane: u32,  // channel of the output
  row: u32,
  column: u32,
  picture: u32,  // the first element of its group's input
}

fn pixel_of(i: u32) -> Pixel {
  let row = i / words[OUT_WIDTH];
  let number = row / words[OUT_HEIGHT];
  let plane = number % words[OUTPUTS];
  let group = plane / words[GROUP_OUTPUTS];
  let channel = number / words[OUTPUTS] * words[CHANNELS] + group * words[DEPTH];
  return Pixel(
    plane,
    row % words[OUT_HEIGHT] * words[STRIDE_ROWS],
    i % words[OUT_WIDTH] * words[STRIDE_COLUMNS],
    channel * words[HEIGHT] * words[WIDTH],
  );
}

// The row or column of the input at a place of the padded one, or OUTSIDE.
fn along(padded: u32, before: u32, spread: u32, size: u32) -> u32 {
  if (padded < before) {
    return OUTSIDE;
  }
  var found = padded - before;
  if (spread > 1u) {
    if (found % spread != 0u) {
      return OUTSIDE;
    }
    found /= spread;
  }
  return select(OUTSIDE, found, found < size);
}

fn row_of(pixel: Pixel, tap: u32) -> u32 {
  let padded = pixel.row + tap * words[DILATION_ROWS];
  return along(padded, words[TOP], words[SPREAD_ROWS], words[HEIGHT]);
}

fn column_of(pixel: Pixel, tap: u32) -> u32 {
  let padded = pixel.column + tap * words[DILATION_COLUMNS];
  return along(padded, words[LEFT], words[SPREAD_COLUMNS], words[WIDTH]);
}
