// Checks an answer: what the chain says was claimed, that model, input and output are the
// ones with those roots, and what the model makes of the input.
//
// It trusts the chain's endpoint for what was claimed, and whoever gave this code for the
// code. All else that it is handed (image, input, output) is hashed, not believed.

import { hex, unhex } from "/static/executor.js";

const STATUS = ["none", "open", "accepted", "claimed", "final", "cancelled"];
const CLAIM = [
  "request_id", "request_hash", "model_id", "input_root", "output_root",
  "worker", "attempt", "window_end", "bond", "gas_price",
];
const DEPTH = { small: 23, model: 26 };

class Refuted extends Error {}

function agree(what, expected, actual) {
  if (expected !== actual) throw new Refuted(`${what}: expected ${expected}, got ${actual}`);
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

const lasted = (ms) => (ms < 100 ? `${ms.toPrecision(2)} ms` : `${(ms / 1000).toPrecision(2)} s`);

/** `call` is an eth_call; null where no chain is asked. */
async function whatTheChainSays(executor, call, asked, contracts) {
  const selector = (signature) =>
    hex(executor.keccak(new TextEncoder().encode(signature))).slice(0, 10);
  const words = async (to, data) => (await call(to, data)).slice(2).match(/.{64}/g) ?? [];
  const { InferenceOracle, ModelRegistry } = contracts;
  const [request, model] = await Promise.all([
    words(InferenceOracle, selector("getRequest(uint256)") + word(String(asked.id))),
    words(ModelRegistry, selector("model(bytes32)") + word(asked.claim.model_id)),
  ]);
  if (request.length < 6 || model.length < 3) throw new Error("the chain's endpoint knows no such request");
  const claimHash = hex(
    executor.keccak(unhex(CLAIM.map((name) => word(asked.claim[name])).join(""))),
  );
  agree("the claim's hash on the chain", `0x${request[5]}`, claimHash);
  return { state: STATUS[Number(`0x${request[0]}`)], modelRoot: `0x${model[2]}` };
}

/**
 * The verdict: `{ kind, verdict }`. `given`: promises of the executor, of the request and
 * the contracts as the API has them, and `image`, which puts the image into the executor.
 * `tell` hears of each step, and of progress.
 */
async function check({ executor, asked, contracts, image, call, from }, tell) {
  executor = await executor;
  asked = await asked;
  if (!asked.claim) throw new Error("it has no answer");
  let chain = { state: asked.status, modelRoot: asked.model_root };
  if (call) {
    chain = await whatTheChainSays(executor, call, asked, await contracts);
    tell({ kind: "good", step: `The chain at ${from} holds this very claim` });
  } else {
    tell({ kind: "warn", step: "The claim and the model's root are as this page says: no chain was asked" });
  }

  const size = await image(executor, (share) => tell({ doing: "Fetching the model", progress: share }));
  tell({ doing: "Hashing the model", progress: 1 });
  agree("the model's root", chain.modelRoot, hex(executor.imageRoot(DEPTH.model)));
  tell({ kind: "good", step: `The model (${size.toLocaleString("en")} bytes) has the registered root` });

  const input = unhex(asked.input);
  const output = unhex(asked.output);
  executor.open();
  agree("the input's root", asked.claim.input_root, hex(executor.root(region(input), DEPTH.small)));
  agree("the output's root", asked.claim.output_root, hex(executor.root(region(output), DEPTH.small)));
  tell({ kind: "good", step: "Input and answer have the claim's roots" });

  const begun = performance.now();
  const computed = executor.run(input, (share) => tell({ doing: "Computing the answer", progress: share }));
  const time = lasted(performance.now() - begun);
  const at = output.findIndex((byte, i) => byte !== computed[i]);
  if (at >= 0 || output.length !== computed.length) {
    const place = at >= 0 ? `byte ${at} is ${output[at]}, and should be ${computed[at]}` :
      `${output.length} bytes, and there should be ${computed.length}`;
    throw new Refuted(`the answer is false: ${place}`);
  }
  tell({ kind: "good", step: `Computed again, ${executor.build === "simd" ? "with" : "without"} vectors` });
  const sure = chain.state === "final" ? "" : " Provisional: it can still be challenged.";
  return { kind: "good", verdict: `Same ${output.length} bytes, computed in this browser in ${time}.${sure}` };
}

/** The same; never throws. */
export async function verdictOn(given, tell) {
  try {
    return await check(given, tell);
  } catch (error) {
    const told = error instanceof Refuted ? error.message : `it could not be checked: ${error.message}`;
    return { kind: "bad", verdict: told[0].toUpperCase() + told.slice(1) };
  }
}

/** An eth_call by HTTP. */
export const calling = (rpc) => async (to, data) => {
  const body = { jsonrpc: "2.0", id: 1, method: "eth_call", params: [{ to, data }, "latest"] };
  const answer = await fetch(rpc, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(`the chain's endpoint: ${error.message}`);
  return result;
};
