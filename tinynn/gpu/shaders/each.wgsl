// One thread makes one element: `element(i, item)` is the bits of element i of the
// target, for one inference. So a sum has the order of its loop.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.y * ROW + id.x;
  if (i < words[COUNT]) {
    memory[id.z * words[STRIDE] + words[TARGET] + i] = element(i, id.z);
  }
}
