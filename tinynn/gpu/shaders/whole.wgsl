// Functions of two elements, of int32, modulo 2^32.

fn element(i: u32, item: u32) -> u32 {
  let a = word(words[A], source_of(i, A_STEPS), item);
  let b = word(words[B], source_of(i, B_STEPS), item);
  switch (words[FUNCTION]) {
    case ADD: { return a + b; }
    case SUB: { return a - b; }
    case MUL: { return a * b; }
    case MIN: { return select(b, a, i32(a) < i32(b)); }
    case MAX: { return select(b, a, i32(a) > i32(b)); }
    case AND: { return a & b; }
    case OR: { return a | b; }
    case XOR: { return a ^ b; }
    default: { return 0u; }
  }
}
