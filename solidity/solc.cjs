#!/usr/bin/env node
// solc's standard-JSON mode on npm's solc: input on stdin, nothing but output on stdout.
// The package's own solcjs prints a line of its own before the JSON.
const solc = require("../build/solc/node_modules/solc");
if (process.argv.includes("--version")) {
  console.log("Version: " + solc.version());
} else {
  const input = require("fs").readFileSync(0, "utf8");
  process.stdout.write(solc.compile(input));
}
