// Answers by a module in Node, for support/images/wasm_twin.py. One case after the other comes
// on stdin: u32 bytes of the image and of the input, then both; u32 bytes of the output
// and the output go to stdout.

import { readFileSync, readSync, writeSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const EVERYTHING = 1 << 30;
const YIELDED = 1;

/** So many bytes of stdin; null at its end. */
function take(size) {
  const taken = Buffer.alloc(size);
  for (let at = 0; at < size; ) {
    const got = readSync(0, taken, at, size - at, null);
    if (!got) return null;
    at += got;
  }
  return taken;
}

function give(bytes) {
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

function answer(image, input) {
  const guest = new WebAssembly.Instance(module).exports;
  if (!guest.exact()) throw new Error("floats: expected IEEE-754, got others");
  const bytes = (start, size) => new Uint8Array(guest.memory.buffer, start >>> 0, size);
  bytes(guest.image_room(image.length), image.length).set(image);
  const problem = guest.open_image();
  if (problem) throw new Error(`image: expected 0, got ${problem}`);
  const most = Math.min(input.length, guest.input_most());
  bytes(guest.input_room(), most).set(input.subarray(0, most));
  guest.begin(input.length);
  while (guest.advance(EVERYTHING) === YIELDED);
  const start = guest.output() >>> 0;
  const size = new DataView(guest.memory.buffer).getUint32(start, true);
  return Buffer.from(bytes(start + 4, size));
}

for (let sizes = take(8); sizes; sizes = take(8)) {
  const image = take(sizes.readUInt32LE(0));
  const output = answer(image, take(sizes.readUInt32LE(4)));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(output.length);
  give(Buffer.concat([size, output]));
}
