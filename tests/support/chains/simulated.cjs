// A simulated chain of CosmWasm: one request a line on standard input, its answer on
// standard output. The first argument is where cw-simulate is.

const path = require("node:path");
const { createInterface } = require("node:readline");

// What the library and its engine print goes elsewhere than the answers.
console.log = console.error;
const answers = process.stdout;
const { SimulateCosmWasmClient } = require(path.join(process.argv[2], "@oraichain/cw-simulate"));

const DENOM = "stake";
const client = new SimulateCosmWasmClient({
  chainId: "plumb-1",
  bech32Prefix: "orai",
  metering: true,
});
const { app } = client;

const actions = {
  fund({ address, amount }) {
    app.bank.setBalance(address, [{ denom: DENOM, amount: String(amount) }]);
    return {};
  },
  async balance({ address }) {
    return { amount: Number((await client.getBalance(address, DENOM)).amount) };
  },
  async upload({ sender, code }) {
    return { codeId: (await client.upload(sender, Buffer.from(code, "base64"), "auto")).codeId };
  },
  async instantiate({ sender, codeId, message, funds }) {
    const made = await client.instantiate(sender, codeId, message, "plumb", "auto", { funds });
    return { address: made.contractAddress };
  },
  async execute({ sender, contract, message, funds }) {
    const before = app.gasUsed;
    const done = await app.wasm.executeContract(sender, funds, contract, message);
    if (done.err) throw new Error(done.val);
    const { data, events } = done.val;
    return { data, events, gas: app.gasUsed - before };
  },
  async query({ contract, message }) {
    return { answer: await client.queryContractSmart(contract, message) };
  },
};

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { action, ...given } = JSON.parse(line);
    let told;
    try {
      told = { ok: await actions[action](given) };
    } catch (error) {
      told = { error: String(error?.message ?? error) };
    }
    answers.write(JSON.stringify(told) + "\n");
  }
}

main();
