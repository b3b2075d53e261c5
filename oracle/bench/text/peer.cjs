// llama.cpp by node-llama-cpp: processor seconds of `sequence.evaluate`, one thread.
//
//   node peer.cjs FOLDER MODEL THREADS < {"prompt": [ids], "count": n, "repeats": n}
//
// FOLDER is where npm installed node-llama-cpp. Prints what it found as JSON.

const path = require("node:path");
const { readFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");

const [folder, modelPath, threads] = process.argv.slice(2);
const asked = JSON.parse(readFileSync(0, "utf8"));

function spent() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function main() {
  const home = path.join(path.resolve(folder), "node_modules", "node-llama-cpp");
  const library = await import(pathToFileURL(path.join(home, "dist", "index.js")));
  const llama = await library.getLlama({
    gpu: false, build: "never", maxThreads: Number(threads), logLevel: "error",
    progressLogs: false,
  });
  const model = await llama.loadModel({ modelPath });
  const size = asked.prompt.length + asked.count + 16;
  const context = await model.createContext({
    contextSize: size, batchSize: size, threads: Number(threads),
  });
  const sequence = context.getSequence();
  let prompt = Infinity, token = Infinity;
  for (let round = 0; round <= asked.repeats; round++) {
    await sequence.clearHistory();
    const begin = spent();
    await sequence.evaluateWithoutGeneratingNewTokens(asked.prompt.slice(0, -1));
    const read = spent();
    let made = 0;
    const last = asked.prompt.slice(-1);
    for await (const _ of sequence.evaluate(last, { temperature: 0, yieldEogToken: true })) {
      if (++made === asked.count) break;
    }
    const end = spent();
    if (round === 0) continue; // it warms up
    prompt = Math.min(prompt, (read - begin) / (asked.prompt.length - 1));
    token = Math.min(token, (end - read) / made);
  }
  const name = [llama.buildType, JSON.stringify(llama.systemInfo ?? "")].join(" ");
  console.log(JSON.stringify({ prompt, token, name }));
  process.exit(0);
}

main();
