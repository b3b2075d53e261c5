/** The client over viem. */

import { encodeAbiParameters, keccak256, parseEventLogs } from "viem";
import { connect } from "./core.js";

export * from "./errors.js";

/** The client of the oracle on the chain of `publicClient`; without `walletClient` it can't ask. */
export function plumbline({ publicClient, walletClient, deployment }) {
  return connect(new ViemPort(publicClient, walletClient), deployment);
}

class ViemPort {
  #public;
  #wallet;

  constructor(publicClient, walletClient) {
    this.#public = publicClient;
    this.#wallet = walletClient;
  }

  chainId() {
    return this.#public.getChainId();
  }

  async account() {
    if (this.#wallet === undefined) return undefined;
    return this.#wallet.account?.address ?? (await this.#wallet.getAddresses())[0];
  }

  call(address, abi, functionName, args) {
    return this.#public.readContract({ address, abi, functionName, args });
  }

  async transact(address, abi, functionName, args, value) {
    const account = this.#wallet.account ?? (await this.account());
    const { request } = await this.#public.simulateContract({ account, address, abi, functionName, args, value });
    const hash = await this.#wallet.writeContract({ ...request, chain: this.#wallet.chain ?? null });
    // A sped-up transaction has another hash, which viem follows.
    const receipt = await this.#public.waitForTransactionReceipt({ hash });
    const ours = receipt.logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
    const logs = parseEventLogs({ abi, logs: ours }).map((log) => ({ name: log.eventName, args: log.args }));
    return { hash: receipt.transactionHash, block: Number(receipt.blockNumber), logs };
  }

  async logs(address, abi, eventName, args, fromBlock) {
    const found = await this.#public.getContractEvents({
      address,
      abi,
      eventName,
      args,
      fromBlock: BigInt(fromBlock),
      strict: true,
    });
    return found.map((log) => ({ args: log.args, block: Number(log.blockNumber), hash: log.transactionHash }));
  }

  async latest() {
    const { timestamp, baseFeePerGas } = await this.#public.getBlock();
    return { time: Number(timestamp), baseFee: baseFeePerGas ?? 0n };
  }

  keccak(data) {
    return keccak256(data);
  }

  encode(parameter, value) {
    return encodeAbiParameters([parameter], [value]);
  }
}
