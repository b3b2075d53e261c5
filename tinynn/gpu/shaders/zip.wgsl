// Functions of one element or two, of floats. Quotients and roots are in integers on
// every device: WGSL lets a quotient be 2.5 units in the last place off, so that no
// sample of them proves the rest.

fn element(i: u32, item: u32) -> u32 {
  let at = source_of(i, A_STEPS);
  if (words[FUNCTION] == SCALE) {
    let n = of_byte(byte(words[A], at, item));
    return canonical(bits(times(num(n), num(words[FACTOR]))));
  }
  let a = word(words[A], at, item);
  var b = 0u;
  if (words[FUNCTION] <= MAX) {
    b = word(words[B], source_of(i, B_STEPS), item);
  }
  return canonical(value(a, b));
}

fn value(a: u32, b: u32) -> u32 {
  switch (words[FUNCTION]) {
    case ADD: { return bits(plus(num(a), num(b))); }
    case SUB: { return bits(plus(num(a), num(b ^ SIGN))); }
    case MUL: { return bits(times(num(a), num(b))); }
    case DIV: { return soft_over(a, b); }
    case MIN: { return select(b, a, less(a, b) || is_nan(a)); }
    case MAX: { return select(b, a, less(b, a) || is_nan(a)); }
    case RELU: { return select(0u, a, less(0u, a) || is_nan(a)); }
    case ABS: { return a & MAGNITUDE; }
    case NEG: { return a ^ SIGN; }
    case SQRT: { return soft_root(a); }
    case RECIPROCAL: { return soft_over(0x3f800000u, a); }
    default: { return NAN; }
  }
}
