// Pictures that the chain draws: one is looked at, minted, and hung with the others.
// All is asked of the chain itself; the page's server only says where the tokens are.

import { Executor, hex, unhex } from "/static/executor.js";
import { node, wallets, word } from "/static/paying.js";

const SHOWN = 8;
const NOBODY = "0x" + "0".repeat(40);
const LOOK_MS = 300;
const LOOKS = 200;

let form, told, image, wall, selector;
let provider = null;
let signs = false;
let choice, seed;
let turn = 0;

const ask = (method, ...params) => provider.request({ method, params });
const token = () => form.elements.token.value;
const view = (name, ...words) =>
  ask("eth_call", { to: token(), data: selector(name) + words.map(word).join("") }, "latest");

/** A string as a contract returns it. */
function text(data) {
  const bytes = unhex(data);
  const size = Number(BigInt(hex(bytes.slice(32, 64))));
  return new TextDecoder().decode(bytes.slice(64, 64 + size));
}

async function account() {
  if (!signs) return NOBODY;
  const known = await ask("eth_accounts");
  return known[form.dataset.signs ? 1 : 0] ?? NOBODY;
}

function say(words) {
  told.textContent = words;
}

function ready(is) {
  for (const button of form.querySelectorAll("button")) button.disabled = !is;
  if (is && !signs) form.querySelector("[type=submit]").disabled = true;
}

/** What somebody does, one thing at a time; what goes wrong is told. */
async function doing(words, act) {
  const mine = ++turn;
  ready(false);
  say(words);
  try {
    const done = await act(() => mine === turn);
    if (mine === turn) say(done);
  } catch (error) {
    if (mine === turn) say(`It did not work: ${error.message}`);
  }
  if (mine === turn) ready(true);
}

const another = () =>
  doing("The chain is drawing…", async (current) => {
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const drawnFor = await account();
    const chosen = BigInt(hex(bytes));
    const found = await view("seedOf(address,uint256)", drawnFor, chosen);
    const begin = performance.now();
    const svg = text(await view("draw(uint256)", found));
    if (!current()) return "";
    [choice, seed] = [chosen, found];
    image.src = svg;
    image.alt = `The picture of seed ${seed}`;
    image.hidden = false;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    return `Drawn by the chain's node in ${seconds} s, from ${seed.slice(0, 10)}…`;
  });

async function mined(hash) {
  for (let looks = 0; looks < LOOKS; looks++) {
    const found = await ask("eth_getTransactionReceipt", hash);
    if (found && BigInt(found.status) === 0n) throw new Error("the contract refused it");
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error("it was sent, but is in no block yet");
}

const mint = (event) => {
  event.preventDefault();
  doing("Minting…", async (current) => {
    let from = await account();
    if (from === NOBODY && signs) [from] = await ask("eth_requestAccounts");
    const own = await view("seedOf(address,uint256)", from, choice);
    if (own !== seed) throw new Error("this picture was drawn for another account: draw another");
    const data = selector("mint(uint256)") + word(choice);
    const { gasUsed } = await mined(await ask("eth_sendTransaction", { from, to: token(), data }));
    if (current()) await hang(current);
    return `Minted for ${Number(BigInt(gasUsed)).toLocaleString("en")} gas: token ${seed.slice(0, 10)}…`;
  });
};

/** The newest tokens, the last one first, each as its tokenURI says. */
async function hang(current) {
  const transfer = hex(selector.keccak("Transfer(address,address,uint256)"));
  const topics = [transfer, "0x" + word(NOBODY)];
  const logs = await ask("eth_getLogs", { address: token(), fromBlock: "0x0", toBlock: "latest", topics });
  if (!current()) return;
  form.querySelector(".none").hidden = logs.length > 0;
  const held = new Map([...wall.children].map((item) => [item.dataset.token, item]));
  const newest = logs.slice(-SHOWN).reverse().map((log) => log.topics[3]);
  wall.replaceChildren(...newest.map((id) => held.get(token() + id) ?? frame(id)));
  for (const item of [...wall.children].filter((each) => !each.dataset.done)) {
    const uri = text(await view("tokenURI(uint256)", item.dataset.id));
    if (!current()) return;
    const metadata = JSON.parse(atob(uri.slice(uri.indexOf(",") + 1)));
    const picture = item.querySelector("img");
    picture.src = metadata.image;
    picture.alt = metadata.description;
    item.dataset.done = "yes";
  }
}

function frame(id) {
  const item = document.createElement("li");
  item.dataset.id = id;
  item.dataset.token = token() + id;
  const picture = document.createElement("img");
  picture.width = picture.height = 112;
  picture.alt = "Not drawn yet";
  const name = document.createElement("code");
  name.textContent = `${id.slice(0, 10)}…`;
  item.append(picture, name);
  return item;
}

async function begin() {
  await another();
  await hang(() => true).catch((error) => say(`The wall is empty: ${error.message}`));
}

async function start() {
  const executor = await Executor.load("/wasm/");
  const keccak = (signature) => executor.keccak(new TextEncoder().encode(signature));
  selector = (signature) => hex(keccak(signature)).slice(0, 10);
  selector.keccak = keccak;
  if (form.dataset.rpc) {
    provider = node(form.dataset.rpc);
    signs = Boolean(form.dataset.signs);
  } else say("No endpoint to ask: a wallet in this browser would be one.");
  if (!signs)
    wallets((name, wallet) => {
      if (signs) return;
      [provider, signs] = [wallet, true];
      begin();
    });
  if (provider) await begin();
}

export function attach() {
  const found = document.querySelector("#gallery");
  if (found === form) return;
  form = found;
  told = form.querySelector(".told");
  image = form.querySelector(".drawn");
  wall = form.querySelector(".wall");
  form.elements.another.addEventListener("click", another);
  form.addEventListener("submit", mint);
  for (const radio of form.querySelectorAll("[name=token]"))
    radio.addEventListener("change", () => {
      wall.replaceChildren();
      begin();
    });
  start().catch((error) => say(error.message));
}
