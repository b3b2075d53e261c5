// The least seconds of an answer in Node, by the page's own executor.
// node node.mjs EXECUTOR MODULE IMAGE INPUT ROUNDS; a line of JSON comes out.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [executorPath, modulePath, imagePath, inputPath, rounds] = process.argv.slice(2);
const { Executor, hex } = await import(pathToFileURL(executorPath));
const module = new WebAssembly.Module(readFileSync(modulePath));
const executor = Executor.of(new WebAssembly.Instance(module), "node");
executor.put(readFileSync(imagePath));
executor.open();

const input = readFileSync(inputPath);
let least = Infinity;
let output = executor.run(input, () => {}); // warms up
for (let round = 0; round < Number(rounds); round++) {
  const begin = performance.now();
  output = executor.run(input, () => {});
  least = Math.min(least, performance.now() - begin);
}
console.log(JSON.stringify({ seconds: least / 1000, output: hex(output) }));
