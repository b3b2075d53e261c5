// Checks an answer in the browser: what the chain says was claimed, that model, input and
// output are the ones with those roots, and what the model makes of the input.
//
// It trusts the chain's endpoint for what was claimed, and this page for this code. What
// the page's server hands out (image, input, output) is hashed, not believed.

import { Executor, hex, unhex } from "/static/executor.js";

const STATUS = ["none", "open", "accepted", "claimed", "final", "cancelled"];
const CLAIM = [
  "request_id", "request_hash", "model_id", "input_root", "output_root",
  "worker", "attempt", "window_end", "bond", "gas_price",
];
const DEPTH = { small: 23, model: 26 };

class Refuted extends Error {}

const good = (step) => postMessage({ kind: "good", step });
const warn = (step) => postMessage({ kind: "warn", step });

function agree(what, expected, actual) {
  if (expected !== actual) throw new Refuted(`${what}: expected ${expected}, got ${actual}`);
}

async function json(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

/** The words of a function's result, by eth_call. */
async function call(rpc, to, data) {
  const body = { jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to, data }, "latest"] };
  const answer = await fetch(rpc, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(`the chain's endpoint: ${error.message}`);
  return result.slice(2).match(/.{64}/g).map((word) => `0x${word}`);
}

/** 32 bytes, as abi.encode has a number (text), an address or a hash (hex). */
function word(value) {
  const digits = value.startsWith("0x") ? value.slice(2) : BigInt(value).toString(16);
  return digits.padStart(64, "0");
}

/** Length, then bytes: what the regions of input and output begin with. */
function region(data) {
  const whole = new Uint8Array(4 + data.length);
  new DataView(whole.buffer).setUint32(0, data.length, true);
  whole.set(data, 4);
  return whole;
}

async function whatTheChainSays(executor, rpc, asked) {
  const { contracts } = await json("/api/v1/contracts");
  const selector = (signature) =>
    hex(executor.keccak(new TextEncoder().encode(signature))).slice(0, 10);
  const data = selector("getRequest(uint256)") + word(String(asked.id));
  const [status, , , , , commitment] = await call(rpc, contracts.InferenceOracle, data);
  const claimHash = hex(
    executor.keccak(unhex(CLAIM.map((name) => word(asked.claim[name])).join(""))),
  );
  agree("the claim's hash on the chain", commitment, claimHash);
  good(`The chain at ${rpc} holds this very claim`);
  const model = await call(
    rpc, contracts.ModelRegistry, selector("model(bytes32)") + word(asked.claim.model_id),
  );
  return { state: STATUS[Number(status)], modelRoot: model[2] };
}

async function check({ request, rpc }) {
  const executor = await Executor.load("/wasm/");
  const { request: asked } = await json(`/api/v1/requests/${request}`);
  if (!asked.claim) throw new Error("it has no answer");
  let chain = { state: asked.status, modelRoot: asked.model_root };
  if (rpc) chain = await whatTheChainSays(executor, rpc, asked);
  else warn("The claim and the model's root are as this page says: no chain was asked");

  const answer = await fetch(`/api/v1/models/${asked.model_id}/image`);
  if (!answer.ok) throw new Error("the model's image is not to be had here");
  const image = new Uint8Array(await answer.arrayBuffer());
  executor.put(image);
  agree("the model's root", chain.modelRoot, hex(executor.imageRoot(DEPTH.model)));
  good(`The model (${image.length.toLocaleString("en")} bytes) has the registered root`);

  const input = unhex(asked.input);
  const output = unhex(asked.output);
  executor.open();
  agree("the input's root", asked.claim.input_root, hex(executor.root(region(input), DEPTH.small)));
  agree("the output's root", asked.claim.output_root, hex(executor.root(region(output), DEPTH.small)));
  good("Input and answer have the claim's roots");

  const begun = performance.now();
  const computed = executor.run(input, (done) => postMessage({ progress: done }));
  const seconds = ((performance.now() - begun) / 1000).toPrecision(2);
  const at = output.findIndex((byte, i) => byte !== computed[i]);
  const parted = at >= 0 || output.length !== computed.length;
  if (parted) {
    const place = at >= 0 ? `byte ${at} is ${output[at]}, and should be ${computed[at]}` :
      `${output.length} bytes, and there should be ${computed.length}`;
    throw new Refuted(`the answer is false: ${place}`);
  }
  good(`Computed again, ${executor.build === "simd" ? "with" : "without"} vectors`);
  const sure = chain.state === "final" ? "" : " Provisional: it can still be challenged.";
  postMessage({
    kind: "good",
    verdict: `Same ${output.length} bytes, computed in this browser in ${seconds} s.${sure}`,
  });
}

onmessage = async ({ data }) => {
  try {
    await check(data);
  } catch (error) {
    const told = error instanceof Refuted ? error.message : `it could not be checked: ${error.message}`;
    postMessage({ kind: "bad", verdict: told[0].toUpperCase() + told.slice(1) });
  }
};
