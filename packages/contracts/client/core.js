/**
 * The client's sentences, over a port that ethers or viem fills in:
 *
 *   chainId()                            number
 *   account()                            address that asks, or undefined
 *   call(address, abi, name, args)       what a view function returns
 *   transact(address, abi, name, args, value)   the mined transaction: { hash, block, logs: [{ address, name, args }] }
 *   logs(address, abi, name, indexed, fromBlock)   [{ args, block, hash }], oldest first
 *   latest()                             of the latest block: { time: number, baseFee: bigint }
 *   keccak(bytes), encode(parameter, value)     hex
 *
 * Structs are objects; integers of at most 48 bits are numbers, longer ones bigints; bytes are hex.
 */

import { DisputeGameAbi, InferenceOracleAbi, ModelRegistryAbi } from "../abi/index.js";
import { STATUS } from "../abi/status.js";
import { addresses } from "../addresses.js";
import * as errors from "./errors.js";
import { bytesOf, regionRoot } from "./region.js";

const PATIENCE_SECONDS = 3600;
const WINDOW_SECONDS = 600;
const POLL_SECONDS = 2;

// Of workers' default settings, and of the contracts; a test compares what follows with `plumb request send`.
const GAS_PRICE_FLOOR = 10n ** 9n;
const BPS = 10_000n;
const RENT_BPS = 1_000n; // a year, of the bond
const YEAR_SECONDS = 365n * 24n * 3600n;
const MAX_LEASE_SECONDS = 1800;
const MARGIN_PERCENT = 150n; // gas, and with it the bond, may cost more when a worker looks

const CLAIMED = InferenceOracleAbi.find((entry) => entry.type === "event" && entry.name === "Claimed");
const { type, components } = CLAIMED.inputs.find((input) => input.name === "claim");
const CLAIM = { name: "claim", type, components };
/** What an answer's size is counted in: the name that `estimateFee` gives it. */
const FEE_UNIT = InferenceOracleAbi.find((entry) => entry.name === "estimateFee").inputs[2].name;
const ANSWERED = ["Claimed", "Final"];

/** The client of the chain's oracle. `deployment`: deployments/<chainId>.json, parsed. */
export async function connect(port, deployment) {
  const chainId = await port.chainId();
  const found = deployment ?? addresses[chainId];
  if (found === undefined) {
    const known = Object.keys(addresses).join(", ") || "none";
    throw new errors.UnknownChain(
      `expected a chain of known addresses (${known}), got ${chainId}: give deployments/${chainId}.json as \`deployment\``,
    );
  }
  if (found.chainId !== chainId) {
    throw new errors.BadArgument(`expected the deployment of chain ${chainId}, got that of ${found.chainId}`);
  }
  const at = found.contracts?.InferenceOracle;
  if (at === undefined) throw new errors.BadArgument("expected a deployment with an InferenceOracle, got none");
  return new Client(port, chainId, at.address, at.block);
}

class Client {
  #port;
  #firstBlock;

  constructor(port, chainId, address, firstBlock) {
    this.#port = port;
    this.#firstBlock = firstBlock;
    this.chainId = chainId;
    this.address = address;
  }

  #call(name, args) {
    return this.#port.call(this.address, InferenceOracleAbi, name, args);
  }

  /**
   * Wei to offer, so that a worker with default settings takes it: its gas as the oracle estimates it, the rent of its
   * bond, the publisher's royalty of that, and a margin. The oracle's estimate alone leaves out the rent.
   */
  async estimateFee({ modelId, input, callbackGas = 0, window = WINDOW_SECONDS, minBond = 0n, [FEE_UNIT]: size }) {
    if (size === undefined) {
      throw new errors.BadArgument(`expected \`fee\` or \`${FEE_UNIT}\` to estimate it by, got neither`);
    }
    const of = (contract, abi, name, args = []) => this.#port.call(contract, abi, name, args);
    const [gas, [bond, told], { baseFee }, game, registry] = await Promise.all([
      this.#call("estimateFee", [modelId, bytesIn(input).length, size, callbackGas]),
      this.#call("bondFor", [0n]),
      this.#port.latest(),
      this.#call("game", []),
      this.#call("registry", []),
    ]);
    const [clock, { royaltyBps }] = await Promise.all([
      of(game, DisputeGameAbi, "clockSeconds"),
      of(registry, ModelRegistryAbi, "model", [modelId]),
    ]);
    // A call that names no price may be answered at a base fee of 0, so both are brought to the block's.
    const price = max(2n * baseFee, GAS_PRICE_FLOOR);
    const least = max(BigInt(minBond), (bond * price) / told);
    const seconds = BigInt(MAX_LEASE_SECONDS + window) + BigInt(clock);
    const rent = (least * seconds * RENT_BPS) / (BPS * YEAR_SECONDS);
    const fee = (gas * price) / told + (rent * BPS) / (BPS - BigInt(royaltyBps));
    return (fee * MARGIN_PERCENT) / 100n;
  }

  /** Sends a request and waits until it is mined. */
  async ask({
    modelId,
    input,
    fee,
    callbackGas = 0,
    patience = PATIENCE_SECONDS,
    window = WINDOW_SECONDS,
    minBond = 0n,
    refundTo,
    [FEE_UNIT]: size,
  }) {
    const data = bytesIn(input);
    const asker = await this.#port.account();
    if (asker === undefined) throw new errors.BadArgument("expected an account that can sign, got none");
    const value = fee !== undefined ? BigInt(fee) : (await this.estimateFee({ modelId, input: data, callbackGas, window, minBond, [FEE_UNIT]: size }));
    const deadline = (await this.#port.latest()).time + patience;
    const args = [modelId, hexOf(data), callbackGas, deadline, window, minBond, refundTo ?? asker];
    const sent = await this.#port.transact(this.address, InferenceOracleAbi, "request", args, value);
    const asked = sent.logs.find((log) => log.name === "Requested");
    if (asked === undefined) throw new errors.MissingLog(`expected a Requested event in ${sent.hash}, got none`);
    return { requestId: asked.args.requestId, fee: value, hash: sent.hash, block: sent.block };
  }

  /**
   * What the oracle knows of a request, and its answer, checked, if there is one.
   * `fromBlock`: where to look for the claim; the oracle's first block unless you know better.
   */
  async read(requestId, { fromBlock = this.#firstBlock } = {}) {
    const id = BigInt(requestId);
    const state = await this.#call("getRequest", [id]);
    const status = STATUS[state.status];
    if (status === "None") throw new errors.UnknownRequest(`expected a request that was made, got id ${id}`);
    const { attempt, changedAt, callbackFailed, mayBeTest } = state;
    const known = { requestId: id, status, attempt, changedAt, callbackFailed, mayBeTest };
    if (!ANSWERED.includes(status)) return { ...known, final: false };
    return { ...known, final: status === "Final", ...(await this.#answer(id, state.commitment, fromBlock)) };
  }

  async #answer(requestId, claimHash, fromBlock) {
    const indexed = { requestId, claimHash };
    const [log] = await this.#port.logs(this.address, InferenceOracleAbi, "Claimed", indexed, fromBlock);
    if (log === undefined) {
      throw new errors.MissingLog(
        `expected the log of claim ${claimHash} from block ${fromBlock} on, got none: ask another endpoint`,
      );
    }
    const { claim, output } = log.args;
    const hash = this.#port.keccak(bytesOf(this.#port.encode(CLAIM, claim)));
    if (hash !== claimHash) throw new errors.FalseLog(`claim's hash: expected ${claimHash}, got ${hash}`);
    const root = regionRoot(bytesOf(output), this.#port.keccak);
    if (root !== claim.outputRoot) throw new errors.FalseLog(`output's root: expected ${claim.outputRoot}, got ${root}`);
    return { output, claim, hash: log.hash, block: log.block };
  }

  /**
   * The request as `read` has it, once it has come to `until`: "Claimed" is provisional, "Final" is not;
   * where `mayBeTest`, a claim may be false on purpose.
   * A false answer that falls in between makes it wait on.
   */
  async wait(requestId, { until = "Final", seconds = PATIENCE_SECONDS, poll = POLL_SECONDS, fromBlock } = {}) {
    if (!ANSWERED.includes(until)) {
      throw new errors.BadArgument(`expected \`until\` to be one of ${ANSWERED.join(", ")}, got ${until}`);
    }
    const end = Date.now() + 1000 * seconds;
    for (;;) {
      const known = await this.read(requestId, { fromBlock });
      if (known.status === "Cancelled") {
        throw new errors.RequestCancelled(`expected request ${requestId} to be answered, it was cancelled`);
      }
      if (known.final || known.status === until) return known;
      if (Date.now() + 1000 * poll > end) {
        throw new errors.WaitedTooLong(
          `expected request ${requestId} to be ${until} within ${seconds} s, it is ${known.status}`,
        );
      }
      await new Promise((done) => setTimeout(done, 1000 * poll));
    }
  }
}

function bytesIn(input) {
  if (input instanceof Uint8Array) return input;
  if (typeof input === "string" && /^0x([0-9a-f]{2})*$/i.test(input)) return bytesOf(input);
  throw new errors.BadArgument("expected `input` as a Uint8Array or as hex with 0x, got something else");
}

const max = (a, b) => (a > b ? a : b);

const hexOf = (data) => "0x" + Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
