// The guest as a WebAssembly module (tinynn/wasm): answers and roots.

const ROWS_AT_ONCE = 64;
const YIELDED = 1;
const HASH_BYTES = 32;
const NOTES_BYTES = 1024;
const BUILDS = ["simd", "scalar"];

export const hex = (bytes) =>
  "0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export const unhex = (text) =>
  Uint8Array.from(text.replace(/^0x/, "").match(/../g) ?? [], (pair) => parseInt(pair, 16));

export class Executor {
  /** The fastest module that this engine runs, and whose floats are exact here. */
  static async load(folder) {
    let reason = null;
    for (const build of BUILDS) {
      try {
        // Compiled while it comes, and from the browser's cache the next time.
        const { instance } = await WebAssembly.instantiateStreaming(fetch(`${folder}${build}.wasm`));
        return Executor.of(instance, build);
      } catch (error) {
        reason = error;
      }
    }
    throw reason;
  }

  /** Of an instance whose floats are exact; throws for another. */
  static of(instance, build) {
    if (!instance.exports.exact()) throw new Error("floats here are not IEEE-754's");
    return new Executor(instance.exports, build);
  }

  constructor(guest, build) {
    this.guest = guest;
    this.build = build;
  }

  /** Bytes of the instance's memory; gone when that grows. */
  bytes(start, size) {
    return new Uint8Array(this.guest.memory.buffer, start >>> 0, size);
  }

  put(image) {
    this.receive(image.length)(0, image);
  }

  /** A function that puts a part of an image of this size at its place. */
  receive(size) {
    const room = this.guest.image_room(size);
    if (!room) throw new Error("there is not enough memory for the model");
    this.image = [room, size];
    return (at, part) => this.bytes(room + at, part.length).set(part);
  }

  open() {
    const problem = this.guest.open_image();
    if (problem) throw new Error("this is no model, or one that is too large");
  }

  imageRoot(depth) {
    return this.rootOf(...this.image, depth);
  }

  /** Of a region that begins with these bytes; they go where a run's scratch does. */
  root(data, depth) {
    const room = this.guest.scratch_room(data.length);
    this.bytes(room, data.length).set(data);
    return this.rootOf(room, data.length, depth);
  }

  rootOf(start, size, depth) {
    const notes = this.guest.notes();
    this.guest.region_root(start, size, depth, notes);
    return this.bytes(notes, HASH_BYTES).slice();
  }

  keccak(data) {
    const notes = this.guest.notes();
    const found = notes + NOTES_BYTES - HASH_BYTES;
    this.bytes(notes, data.length).set(data);
    this.guest.keccak256(notes, data.length, found);
    return this.bytes(found, HASH_BYTES).slice();
  }

  /** The output; `tell` hears what share of the rows is done. */
  run(input, tell) {
    const most = Math.min(input.length, this.guest.input_most());
    this.bytes(this.guest.input_room(), most).set(input.subarray(0, most));
    this.guest.begin(input.length);
    const rows = this.guest.most_rows();
    let told = performance.now();
    for (let done = 0; this.guest.advance(ROWS_AT_ONCE) === YIELDED; done += ROWS_AT_ONCE) {
      if (performance.now() - told > 100) {
        tell(Math.min(1, done / rows));
        told = performance.now();
      }
    }
    const start = this.guest.output() >>> 0;
    const size = new DataView(this.guest.memory.buffer).getUint32(start, true);
    return this.bytes(start + 4, size).slice();
  }
}
