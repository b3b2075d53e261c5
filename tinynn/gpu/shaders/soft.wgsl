// Sums and products in integers: the sound fallback.

alias Num = u32;

fn num(a: u32) -> Num {
  return a;
}

fn bits(a: Num) -> u32 {
  return a;
}

fn plus(a: Num, b: Num) -> Num {
  return soft_plus(a, b);
}

fn times(a: Num, b: Num) -> Num {
  return soft_times(a, b);
}
