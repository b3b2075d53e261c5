// The form that follows a model's inputs: makes the request's bytes, shows the total,
// and sends it when that was seen.

import { BadInput, drawingRequest, numbers, pixels, textRequest } from "/static/encoding.js";
import { Payer, node, wallets } from "/static/paying.js";

let form, told, total;
let payers, prepared;

const ether = (wei) => {
  const digits = wei.toString().padStart(19, "0");
  const rest = digits.slice(-18).replace(/0+$/, "");
  return `${digits.slice(0, -18)}${rest ? "." + rest.slice(0, 9) : ""} ether`;
};
const value = (name) => form.elements[name].value;

async function draw(index, field) {
  const file = form.elements[`input-${index}`].files[0];
  const canvas = form.querySelectorAll(".field")[index].querySelector("canvas");
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  ink.filter = form.elements[`invert-${index}`].checked ? "invert(1)" : "none";
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, canvas.width, canvas.height);
  if (!file) return;
  try {
    const picture = await createImageBitmap(file);
    ink.imageSmoothingQuality = "high";
    ink.drawImage(picture, 0, 0, field.width, field.height);
  } catch {
    throw new BadInput(`${field.name}: expected a picture, got something else`);
  }
}

async function tensor(field, index) {
  const name = `input-${index}`;
  if (field.kind === "numbers") return numbers(field, value(name));
  if (field.kind === "bytes") {
    const given = new Uint8Array(await form.elements[name].files[0].arrayBuffer());
    if (given.length !== field.size)
      throw new BadInput(`${field.name}: expected ${field.size} bytes, got ${given.length}`);
    return given;
  }
  await draw(index, field);
  const canvas = form.querySelectorAll(".field")[index].querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, field.width, field.height);
  const range = field.dtype === "float32" ? value(`range-${index}`).split(" ").map(Number) : [];
  return pixels(field, data, range);
}

/** The request's bytes; a fresh seed only where chance has a say. */
async function input() {
  const { text, drawing, fields } = JSON.parse(form.dataset.form);
  if (drawing) {
    const seed = crypto.getRandomValues(new Uint8Array(drawing.seed_bytes));
    return drawingRequest(drawing, drawing.takes_label ? value("label") : "", seed);
  }
  if (text) {
    const names = ["tokens", "temperature", "top_k", "top_p", "penalty"];
    const asked = Object.fromEntries(names.map((name) => [name, Number(value(name))]));
    const seed = new Uint8Array(text.seed_bytes);
    if (asked.temperature > 0) crypto.getRandomValues(seed);
    return textRequest(text, { ...asked, text: value("text") }, seed);
  }
  const parts = await Promise.all(fields.map(tensor));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

function fact(name, text) {
  const row = document.createElement("div");
  row.append(document.createElement("dt"), document.createElement("dd"));
  row.firstChild.textContent = name;
  row.lastChild.textContent = text;
  return row;
}

function show(found, size) {
  const rows = [
    ["chain", String(found.chain)], ["model", form.dataset.model], ["input", `${size} bytes`],
    ["from", found.from], ["fee", ether(found.fee)], ["gas, at most about", ether(found.gas)],
    ["total", ether(found.fee + found.gas)],
  ];
  total.querySelector("dl").replaceChildren(...rows.map((row) => fact(...row)));
  const warned = total.querySelector(".warned");
  warned.textContent = found.warning;
  warned.hidden = !found.warning;
  total.hidden = false;
  form.elements.send.focus();
}

function forget() {
  prepared = null;
  total.hidden = true;
}

async function attempt(doing, what) {
  const buttons = form.querySelectorAll("button");
  buttons.forEach((each) => (each.disabled = true));
  told.textContent = doing;
  told.classList.remove("bad");
  try {
    await what();
    told.textContent = "";
  } catch (error) {
    told.textContent = error instanceof BadInput ? error.message : `Not sent: ${error.message ?? error}`;
    told.classList.add("bad");
  } finally {
    buttons.forEach((each) => (each.disabled = false));
  }
}

const prepare = () =>
  attempt("Asking the chain what it costs…", async () => {
    forget();
    const payer = payers.get(value("payer"));
    if (!payer) throw new Error("no wallet was found in this browser");
    const data = await input();
    const found = await payer.prepared(form.dataset.model, form.dataset.root, data);
    prepared = { payer, found };
    buttonsLater(() => show(found, data.length));
  });

/** Focus goes where a button is no longer disabled. */
const buttonsLater = (then) => setTimeout(then);

const send = () =>
  attempt("Sent; waiting for its block…", async () => {
    const { payer, found } = prepared;
    const id = await payer.sent(found, form.dataset.model);
    location.href = `/requests/${id}`;
  });

export function attach() {
  const found = document.querySelector("#inputs");
  if (found === form) return;
  form = found;
  told = form.querySelector(".told");
  total = form.querySelector(".total");
  payers = new Map();
  if (form.dataset.rpc) payers.set("devnet", new Payer(node(form.dataset.rpc), false));
  wallets((name, provider) => {
    const key = `wallet-${payers.size}`;
    payers.set(key, new Payer(provider, true));
    form.elements.payer.querySelector("[value='']")?.remove();
    form.elements.payer.append(new Option(name, key));
  });
  const { fields } = JSON.parse(form.dataset.form);
  form.addEventListener("change", ({ target }) => {
    const index = Number(/^(?:input|invert)-(\d+)$/.exec(target.name)?.[1] ?? -1);
    if (fields[index]?.kind === "picture")
      draw(index, fields[index]).catch((error) => (told.textContent = error.message));
  });
  form.addEventListener("input", forget);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    prepare();
  });
  form.elements.send.addEventListener("click", send);
  form.querySelector("[type=submit]").disabled = false;
}
