// Draw a digit, and ask DigitReader to have it read: on a devnet, whose node signs for
// the development accounts. What the page's server is asked for is only whether to lie.

import { Executor, hex, unhex } from "/static/executor.js";

const SIDE = 28;
const SCALE = 10;
const RPC = "/rpc";
const ACCOUNT = 1;
const GAS = 2_000_000n;
const OUTPUT_BYTES = 44n;
const STROKES = {
  0: [[14, 5, 8, 10, 8, 18, 14, 23, 20, 18, 20, 10, 14, 5]],
  1: [[11, 8, 15, 5, 15, 23]],
  2: [[8, 9, 12, 5, 18, 6, 19, 11, 8, 22, 20, 22]],
  3: [[8, 6, 18, 6, 13, 13, 19, 17, 14, 23, 8, 21]],
  4: [[17, 23, 17, 5, 8, 17, 21, 17]],
  5: [[19, 5, 10, 5, 9, 13, 17, 13, 19, 18, 14, 23, 8, 21]],
  6: [[17, 5, 10, 12, 9, 19, 14, 23, 19, 19, 16, 14, 10, 16]],
  7: [[8, 6, 20, 6, 13, 23]],
  8: [[14, 14, 9, 9, 14, 5, 19, 9, 14, 14, 9, 19, 14, 23, 19, 19, 14, 14]],
  9: [[19, 9, 14, 5, 9, 9, 13, 13, 19, 9, 17, 23]],
};

let form, pad, ink, told;
let drawing = false;
let empty = true;

function clear() {
  ink.fillStyle = "#000";
  ink.fillRect(0, 0, pad.width, pad.height);
  ink.strokeStyle = "#fff";
  ink.lineWidth = 2.4 * SCALE;
  ink.lineCap = ink.lineJoin = "round";
  empty = true;
  told.textContent = "";
}

function place(event) {
  const box = pad.getBoundingClientRect();
  return [
    ((event.clientX - box.left) * pad.width) / box.width,
    ((event.clientY - box.top) * pad.height) / box.height,
  ];
}

/** The picture in 28 by 28 grey values, row by row. */
function grey() {
  const { data } = ink.getImageData(0, 0, pad.width, pad.height);
  const found = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < found.length; i++) {
    const top = Math.floor(i / SIDE) * SCALE;
    const left = (i % SIDE) * SCALE;
    let sum = 0;
    for (let y = 0; y < SCALE; y++)
      for (let x = 0; x < SCALE; x++) sum += data[4 * ((top + y) * pad.width + left + x)];
    found[i] = Math.round(sum / (SCALE * SCALE));
  }
  return found;
}

async function rpc(method, ...params) {
  const answer = await fetch(RPC, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(error.message);
  return result;
}

const word = (value) =>
  (typeof value === "string" ? value.slice(2) : value.toString(16)).padStart(64, "0");

async function receipt(hash) {
  for (let tries = 0; tries < 100; tries++) {
    const found = await rpc("eth_getTransactionReceipt", hash);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the transaction was not mined");
}

async function ask(lie) {
  const executor = await Executor.load("/wasm/");
  const selector = (signature) =>
    hex(executor.keccak(new TextEncoder().encode(signature))).slice(0, 10);
  const { contracts } = await (await fetch("/api/v1/contracts")).json();
  const reader = contracts.DigitReader;
  const view = (to, data) => rpc("eth_call", { to, data }, "latest");
  if (lie) {
    const headers = { "X-Plumb-Token": form.dataset.token };
    const done = await fetch("/api/v1/actions/lie", { method: "POST", headers });
    if (!done.ok) throw new Error(await done.text());
  }
  const image = grey();
  const model = await view(reader, selector("modelId()"));
  const gas = BigInt(await view(reader, selector("CALLBACK_GAS()")));
  const fee = await view(
    contracts.InferenceOracle,
    selector("estimateFee(bytes32,uint256,uint256,uint32)") + word(model) +
      word(BigInt(image.length)) + word(OUTPUT_BYTES) + word(gas),
  );
  const from = (await rpc("eth_accounts"))[ACCOUNT];
  const padded = hex(image).slice(2).padEnd(Math.ceil(image.length / 32) * 64, "0");
  const data = selector("read(bytes)") + word(32n) + word(BigInt(image.length)) + padded;
  const value = "0x" + ((BigInt(fee) * 3n) / 2n).toString(16);
  const transaction = { from, to: reader, data, value, gas: "0x" + GAS.toString(16) };
  const { logs } = await receipt(await rpc("eth_sendTransaction", transaction));
  const oracle = contracts.InferenceOracle.toLowerCase();
  const asked = logs.find((log) => log.address.toLowerCase() === oracle);
  return Number(BigInt(asked.topics[1]));
}

async function send(event) {
  event.preventDefault();
  if (empty) {
    told.textContent = "Draw a digit first.";
    return;
  }
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  told.textContent = "Asking the contract…";
  try {
    const id = await ask(form.elements.lie.checked);
    await seen(id);
    location.href = `/requests/${id}`;
  } catch (error) {
    told.textContent = `It could not be asked: ${error.message}`;
    button.disabled = false;
  }
}

/** Until the page's server has seen it, too. */
async function seen(id) {
  for (let tries = 0; tries < 50; tries++) {
    const { requests } = await (await fetch("/api/v1/requests?limit=1")).json();
    if (requests.some((request) => request.id >= id)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function write(strokes) {
  if (!strokes) return;
  clear();
  for (const points of strokes) {
    ink.beginPath();
    for (let i = 0; i < points.length; i += 2) ink.lineTo(points[i] * SCALE, points[i + 1] * SCALE);
    ink.stroke();
  }
  empty = false;
}

export function attach() {
  const found = document.querySelector("#asking");
  if (found === form) return;
  form = found;
  pad = form.querySelector("#pad");
  ink = pad.getContext("2d", { willReadFrequently: true });
  told = form.querySelector(".told");
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    drawing = true;
    ink.beginPath();
    ink.moveTo(...place(event));
    ink.lineTo(...place(event));
    ink.stroke();
    empty = false;
  });
  pad.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    ink.lineTo(...place(event));
    ink.stroke();
  });
  pad.addEventListener("pointerup", () => (drawing = false));
  pad.addEventListener("keydown", ({ key }) => write(STROKES[key]));
  form.addEventListener("submit", send);
  form.addEventListener("reset", clear);
  form.querySelector("[type=submit]").disabled = false;
  clear();
}
