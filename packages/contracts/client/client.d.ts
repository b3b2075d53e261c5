import type { Status } from "../abi/status.js";
import type { Claim, FeeUnit } from "../abi/structs.js";
import type { Deployment } from "../addresses.js";

type Hex = `0x${string}`;

export type { Claim, Deployment, Hex, Status };

/** Third argument of the oracle's `estimateFee`, by its name; needed where no `fee` is given. */
export type Size = { [unit in FeeUnit]: number | bigint };

export interface Ask extends Partial<Size> {
  modelId: Hex;
  /** Bytes, or hex with 0x. */
  input: Uint8Array | Hex;
  /** Wei; without it, what this client's `estimateFee` says. */
  fee?: bigint;
  /** For contracts that are called back; 0 for an account. */
  callbackGas?: number;
  /** Seconds from the latest block in which a worker must answer; 3600. */
  patience?: number;
  /** Seconds in which the answer can be challenged; 600. */
  window?: number;
  /** Wei that a false answer must cost at least. */
  minBond?: bigint;
  /** Who is credited with the fee of a cancelled request; the asker. */
  refundTo?: Hex;
}

export interface Asked {
  requestId: bigint;
  fee: bigint;
  hash: Hex;
  block: number;
}

export interface Answer {
  requestId: bigint;
  status: Status;
  /** Answers that were proved false or never came. */
  attempt: number;
  /** Block time of the last change of status. */
  changedAt: number;
  callbackFailed: boolean;
  /** Whether the worker is audited, so that the answer may be false on purpose until it is final. */
  mayBeTest: boolean;
  /** Whether the answer can't be challenged any more. */
  final: boolean;
  /** The answer's bytes, checked; undefined before there is one. */
  output?: Hex;
  claim?: Claim;
  /** Of the transaction that brought the answer. */
  hash?: Hex;
  block?: number;
}

export interface Client {
  readonly chainId: number;
  readonly address: Hex;
  /** Wei to offer, so that a worker with default settings takes it. */
  estimateFee(of: Pick<Ask, "modelId" | "input" | "callbackGas" | "window" | "minBond"> & Size): Promise<bigint>;
  ask(what: Ask): Promise<Asked>;
  read(requestId: bigint | number, options?: { fromBlock?: number }): Promise<Answer>;
  wait(
    requestId: bigint | number,
    options?: { until?: "Claimed" | "Final"; seconds?: number; poll?: number; fromBlock?: number },
  ): Promise<Answer & { output: Hex; claim: Claim }>;
}
