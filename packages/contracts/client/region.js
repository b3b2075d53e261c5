/** Roots of input and output regions, as `MemoryTree.regionRoot` computes them. */

const DEPTH = 23;
const LEAF_BYTES = 32;

const bytesOf = (hex) => Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));

/**
 * Root of the region that holds `data`: its length as a little-endian u32, the bytes, zeros.
 * @param {(data: Uint8Array) => string} keccak hex of the hash of the bytes
 */
export function regionRoot(data, keccak) {
  const padded = new Uint8Array(Math.ceil((4 + data.length) / LEAF_BYTES) * LEAF_BYTES);
  new DataView(padded.buffer).setUint32(0, data.length, true);
  padded.set(data, 4);
  const parent = (left, right) => {
    const both = new Uint8Array(2 * LEAF_BYTES);
    both.set(left);
    both.set(right, LEAF_BYTES);
    return bytesOf(keccak(both));
  };
  let nodes = [];
  for (let at = 0; at < padded.length; at += LEAF_BYTES) nodes.push(padded.subarray(at, at + LEAF_BYTES));
  let zero = new Uint8Array(LEAF_BYTES);
  for (let level = 0; level < DEPTH; level++) {
    const above = [];
    for (let i = 0; i < nodes.length; i += 2) above.push(parent(nodes[i], nodes[i + 1] ?? zero));
    nodes = above;
    zero = parent(zero, zero);
  }
  return "0x" + Array.from(nodes[0], (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export { bytesOf };
