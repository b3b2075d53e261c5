// One call of the package's client: node client.mjs LIBRARY URL CALL ARGUMENT...
// Arguments are JSON. Prints JSON: what came, or { error, message } of an error of the package's.
import { JsonRpcProvider } from "ethers";
import { createPublicClient, createWalletClient, custom, http } from "viem";
import { PlumblineError, plumbline as overEthers } from "@plumbline/contracts/ethers";
import { plumbline as overViem } from "@plumbline/contracts/viem";

const ACCOUNT = 5; // of the devnet's, which signs for anyone

// What the endpoint makes of its logs: LIE=none has none, LIE=NUMBER flips a bit of that byte of their data.
const lie = process.env.LIE;
function told(method, result) {
  if (lie === undefined || method !== "eth_getLogs") return result;
  if (lie === "none") return [];
  const at = 2 + 2 * Number(lie);
  const flipped = (data) => (parseInt(data.slice(at, at + 2), 16) ^ 1).toString(16).padStart(2, "0");
  return result.map((log) => ({ ...log, data: log.data.slice(0, at) + flipped(log.data) + log.data.slice(at + 2) }));
}

class Provider extends JsonRpcProvider {
  async send(method, parameters) {
    return told(method, await super.send(method, parameters));
  }
}

const clients = {
  async ethers(url) {
    const provider = new Provider(url, undefined, { cacheTimeout: -1, pollingInterval: 100 });
    return [await overEthers({ signer: await provider.getSigner(ACCOUNT) }), () => provider.destroy()];
  },
  async viem(url) {
    const { request } = http(url)({});
    const transport = custom({ request: async (asked) => told(asked.method, await request(asked)) });
    const publicClient = createPublicClient({ transport, pollingInterval: 100 });
    const [account] = (await createWalletClient({ transport: http(url) }).getAddresses()).slice(ACCOUNT);
    const walletClient = createWalletClient({ account, transport: http(url) });
    return [await overViem({ publicClient, walletClient }), () => {}];
  },
};

const [library, url, call, ...words] = process.argv.slice(2);
const print = (value) => console.log(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v)));
try {
  const [client, close] = await clients[library](url);
  try {
    print(await client[call](...words.map((word) => JSON.parse(word))));
  } finally {
    close();
  }
} catch (error) {
  if (!(error instanceof PlumblineError)) throw error;
  print({ error: error.name, message: error.message });
}
