import type { Provider, Signer } from "ethers";
import type { Client, Deployment } from "./client.js";

export * from "./client.js";
export * from "./errors.js";

/** The client of the oracle on the signer's chain, or on the provider's, which can't ask. */
export declare function plumbline(
  of: { deployment?: Deployment } & ({ signer: Signer; provider?: Provider } | { provider: Provider; signer?: undefined }),
): Promise<Client>;
