// solc's standard-JSON mode, a request a line, an answer a line: it is loaded only once.
// An answer is {"seconds": CPU so far, "output": solc's}.
const solc = require("../../build/solc/node_modules/solc");
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const output = JSON.parse(solc.compile(line));
  const used = process.cpuUsage();
  const seconds = (used.user + used.system) / 1e6;
  process.stdout.write(JSON.stringify({ seconds, output }) + "\n");
});
