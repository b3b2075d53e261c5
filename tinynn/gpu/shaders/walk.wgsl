// Which elements of two sources meet in element i; a source's axis of 1 has step 0.

fn source_of(i: u32, first_step: u32) -> u32 {
  if (words[RANK] == 1u) {
    return i * words[first_step];
  }
  var left = i;
  var found = 0u;
  for (var axis = words[RANK]; axis > 0u; axis--) {
    let size = words[SHAPE + axis - 1u];
    found += (left % size) * words[first_step + axis - 1u];
    left /= size;
  }
  return found;
}
