// Sums and products by the device's floats, each rounded by itself. A word that is
// zero, which no compiler knows, is combined with the bits of each result: so the
// rounded bits must exist, and nothing can be fused over them. What is left to the
// device (rounding to nearest, subnormals, infinities) the self-test looks at.

alias Num = f32;

fn num(a: u32) -> Num {
  return bitcast<f32>(a);
}

fn bits(a: Num) -> u32 {
  return bitcast<u32>(a);
}

fn rounded(a: Num) -> Num {
  return num(bits(a) ^ words[ZERO]);
}

fn plus(a: Num, b: Num) -> Num {
  return rounded(a + b);
}

fn times(a: Num, b: Num) -> Num {
  return rounded(a * b);
}
