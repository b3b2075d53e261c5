// "Check it yourself": the page's side of check-worker.js, which does all of it.

import { shown } from "/static/verdict.js";
import { wallets } from "/static/paying.js";

const attached = new WeakSet();

export function attach() {
  const form = document.querySelector("#checking");
  if (!form || attached.has(form)) return;
  attached.add(form);
  const purses = new Map();
  wallets((name, provider) => {
    const key = `wallet-${purses.size}`;
    purses.set(key, { name, provider });
    form.elements.rpc.append(new Option(`${name} (a wallet)`, key));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start(form, purses.get(form.elements.rpc.value));
  });
  // Not before: a click that nobody hears would load the page again.
  form.querySelector("button").disabled = !("image" in form.dataset);
}

function start(form, purse) {
  const worker = new Worker("/static/check-worker.js", { type: "module" });
  const told = shown(form, () => worker.terminate());
  worker.onmessage = async ({ data }) => {
    if (data.ask === undefined) return told(data);
    const call = { method: "eth_call", params: [{ to: data.to, data: data.data }, "latest"] };
    try {
      worker.postMessage({ answered: data.ask, result: await purse.provider.request(call) });
    } catch (error) {
      worker.postMessage({ answered: data.ask, error: String(error.message ?? error) });
    }
  };
  worker.onerror = (event) => told({ kind: "bad", verdict: `It could not be checked: ${event.message}` });
  const { request, model } = form.dataset;
  worker.postMessage({ request, model, rpc: purse ? "" : form.elements.rpc.value, wallet: purse?.name });
}
