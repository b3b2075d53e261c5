import type { PublicClient, WalletClient } from "viem";
import type { Client, Deployment } from "./client.js";

export * from "./client.js";
export * from "./errors.js";

/** The client of the oracle on the chain of `publicClient`; without `walletClient` it can't ask. */
export declare function plumbline(of: {
  publicClient: PublicClient;
  walletClient?: WalletClient;
  deployment?: Deployment;
}): Promise<Client>;
