// Who pays: a devnet's account, which its node signs for, or a wallet in this browser
// (EIP-1193, found by EIP-6963). Both are asked by `request`.

import { Executor, hex } from "/static/executor.js";

const MODEL_DEPTH = 26;
const MOST_HASHED_BYTES = 64 * 2 ** 20;
const PATIENCE_SECONDS = 3600n;
const LOOK_MS = 300;
const LOOKS = 400;
const REQUEST = "request(bytes32,bytes,uint32,uint40,uint32,uint96,address)";
const ARGUMENTS = 7;

export const word = (value) =>
  (typeof value === "string" ? value.slice(2) : value.toString(16)).padStart(64, "0");
const quantity = (value) => "0x" + BigInt(value).toString(16);

export async function json(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

/** A node that signs, as a provider. */
export function node(url) {
  const request = async ({ method, params = [] }) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const { result, error } = await answer.json();
    if (error) throw new Error(error.message);
    return result;
  };
  return { request };
}

/** Tells `found` of each wallet, by name. */
export function wallets(found) {
  const seen = new Set();
  const tell = (name, provider) => {
    if (seen.has(provider)) return;
    seen.add(provider);
    found(name, provider);
  };
  addEventListener("eip6963:announceProvider", ({ detail }) =>
    tell(String(detail.info.name).slice(0, 40), detail.provider),
  );
  dispatchEvent(new Event("eip6963:requestProvider"));
  setTimeout(() => seen.size || !window.ethereum || tell("this browser's wallet", window.ethereum), 200);
}

export class Payer {
  /** `provider` asks a person where it is a wallet. */
  constructor(provider, isWallet) {
    this.provider = provider;
    this.isWallet = isWallet;
  }

  ask(method, ...params) {
    return this.provider.request({ method, params });
  }

  /** All that somebody should know before it is sent; nothing is sent yet. */
  async prepared(model, root, input) {
    const site = await json("/api/v1/contracts");
    await this.onChain(site.chain_id);
    const accounts = await this.ask(this.isWallet ? "eth_requestAccounts" : "eth_accounts");
    const from = accounts[this.isWallet ? 0 : 1];
    if (!from) throw new Error("the wallet gives no account");
    const executor = await Executor.load("/wasm/");
    const selector = (signature) =>
      hex(executor.keccak(new TextEncoder().encode(signature))).slice(0, 10);
    const { offer } = await json(`/api/v1/models/${model}/offer`);
    const warning = await this.doubt(executor, selector, site.contracts, model, root);
    const block = await this.ask("eth_getBlockByNumber", "latest", false);
    const deadline = BigInt(block.timestamp) + PATIENCE_SECONDS;
    const padded = hex(input).slice(2).padEnd(Math.ceil(input.length / 32) * 64, "0");
    const data =
      selector(REQUEST) + word(model) + word(BigInt(32 * ARGUMENTS)) + word(0n) + word(deadline) +
      word(BigInt(offer.window)) + word(0n) + word(from) + word(BigInt(input.length)) + padded;
    const oracle = site.contracts.InferenceOracle;
    const transaction = { from, to: oracle, data, value: quantity(offer.fee_wei) };
    const gas = BigInt(await this.ask("eth_estimateGas", transaction));
    const price = BigInt(await this.ask("eth_gasPrice"));
    const limit = (gas * 6n) / 5n;
    return {
      transaction: { ...transaction, gas: quantity(limit) },
      from, warning, chain: site.chain_id, oracle,
      fee: BigInt(offer.fee_wei), gas: limit * price,
    };
  }

  async onChain(expected) {
    const there = async () => Number(BigInt(await this.ask("eth_chainId")));
    if ((await there()) === expected) return;
    if (this.isWallet)
      await this.ask("wallet_switchEthereumChain", { chainId: quantity(expected) }).catch(() => {});
    const actual = await there();
    if (actual !== expected)
      throw new Error(`expected chain ${expected}, the wallet is on ${actual}: nothing was sent`);
  }

  /** Why the model may not be what this page says; empty if it was looked at. */
  async doubt(executor, selector, contracts, model, root) {
    const call = { to: contracts.ModelRegistry, data: selector("model(bytes32)") + word(model) };
    const told = await this.ask("eth_call", call, "latest");
    const registered = "0x" + told.slice(2).match(/.{64}/g)[2];
    if (registered !== root)
      throw new Error(`the chain has another model by that id, of root ${registered}`);
    const { models } = await json("/api/v1/models");
    const { image_bytes: size } = models.find((each) => each.model_id === model);
    if (size > MOST_HASHED_BYTES) return "The model is large, and was not hashed here.";
    const answer = await fetch(`/api/v1/models/${model}/image`);
    if (!answer.ok) return "The model could not be fetched, so it was not hashed here.";
    executor.put(new Uint8Array(await answer.arrayBuffer()));
    if (hex(executor.imageRoot(MODEL_DEPTH)) !== root)
      throw new Error("the image here is not the registered model");
    return "";
  }

  /** The request's id. A wallet may replace the transaction by another, of another
   * hash: so it is also looked for by who asked for what. */
  async sent({ transaction, from, oracle }, model) {
    const { requests } = await json("/api/v1/requests?limit=1");
    const before = requests[0]?.id ?? 0;
    const hash = await this.ask("eth_sendTransaction", transaction);
    for (let looks = 0; looks < LOOKS; looks++) {
      const found = await this.ask("eth_getTransactionReceipt", hash);
      if (found && BigInt(found.status) === 0n) throw new Error("the contract refused it");
      const log = found?.logs.find((each) => each.address.toLowerCase() === oracle.toLowerCase());
      const latest = (await json("/api/v1/requests?limit=20")).requests;
      const mine = (each) =>
        log ? each.id === Number(BigInt(log.topics[1])) : each.id > before &&
          each.requester === from.toLowerCase() && each.model_id === model;
      const seen = latest.find(mine);
      if (seen) return seen.id;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error("it was sent, but is in no block yet: look at Requests later");
  }
}
