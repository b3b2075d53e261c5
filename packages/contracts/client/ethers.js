/** The client over ethers 6. */

import { AbiCoder, Contract, Interface, ParamType, keccak256 } from "ethers";
import { connect } from "./core.js";

export * from "./errors.js";

const NUMBER_BITS = 48; // integers no longer than that are numbers, as in viem

/** The client of the oracle on the signer's chain, or on the provider's, which can't ask. */
export function plumbline({ signer, provider = signer?.provider, deployment }) {
  return connect(new EthersPort(provider, signer), deployment);
}

class EthersPort {
  #provider;
  #signer;

  constructor(provider, signer) {
    this.#provider = provider;
    this.#signer = signer;
  }

  async chainId() {
    return Number((await this.#provider.getNetwork()).chainId);
  }

  account() {
    return this.#signer?.getAddress();
  }

  async call(address, abi, name, args) {
    const contract = new Contract(address, abi, this.#provider);
    const { outputs } = contract.interface.getFunction(name);
    const result = await contract[name](...args);
    return outputs.length === 1 ? plain(outputs[0], result) : outputs.map((output, i) => plain(output, result[i]));
  }

  async transact(address, abi, name, args, value) {
    const contract = new Contract(address, abi, this.#signer);
    const receipt = await (await contract[name](...args, { value })).wait();
    const ours = receipt.logs.filter((log) => log.address.toLowerCase() === address.toLowerCase());
    const logs = ours.map((log) => eventOf(contract.interface, log)).filter((log) => log !== null);
    return { hash: receipt.hash, block: receipt.blockNumber, logs };
  }

  async logs(address, abi, name, indexed, fromBlock) {
    const face = new Interface(abi);
    const values = face.getEvent(name).inputs.filter((input) => input.indexed).map((input) => indexed[input.name] ?? null);
    const topics = face.encodeFilterTopics(name, values);
    const found = await this.#provider.getLogs({ address, topics, fromBlock, toBlock: "latest" });
    return found.map((log) => ({ args: eventOf(face, log).args, block: log.blockNumber, hash: log.transactionHash }));
  }

  async latest() {
    const { timestamp, baseFeePerGas } = await this.#provider.getBlock("latest");
    return { time: timestamp, baseFee: baseFeePerGas ?? 0n };
  }

  keccak(data) {
    return keccak256(data);
  }

  encode(parameter, value) {
    return AbiCoder.defaultAbiCoder().encode([ParamType.from(parameter)], [value]);
  }
}

function eventOf(face, log) {
  const parsed = face.parseLog(log);
  if (parsed === null) return null;
  const { name, inputs } = parsed.fragment;
  return { name, args: Object.fromEntries(inputs.map((input, i) => [input.name, plain(input, parsed.args[i])])) };
}

function plain(type, value) {
  if (type.baseType === "tuple") {
    return Object.fromEntries(type.components.map((part, i) => [part.name, plain(part, value[i])]));
  }
  if (type.baseType === "array") return Array.from(value, (item) => plain(type.arrayChildren, item));
  const bits = /^u?int(\d+)$/.exec(type.baseType)?.[1];
  return bits !== undefined && Number(bits) <= NUMBER_BITS ? Number(value) : value;
}
