// The page's check of an answer, in a thread of its own. All that it needs is fetched at
// once; a large image goes straight into the executor's memory.

import { calling, verdictOn } from "/static/checking.js";
import { Executor } from "/static/executor.js";

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${answer.statusText}`);
  return answer;
}

/** Puts what comes into the executor as it comes. */
const putting = (coming) => async (executor, tell) => {
  const answer = await coming;
  const size = Number(answer.headers.get("Content-Length"));
  if (!size || answer.headers.get("Content-Encoding")) {
    const whole = new Uint8Array(await answer.arrayBuffer());
    executor.put(whole);
    return whole.length;
  }
  const put = executor.receive(size);
  const reader = answer.body.getReader();
  let at = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    put(at, part.value);
    at += part.value.length;
    tell(at / size);
  }
  if (at !== size) throw new Error(`the model: expected ${size} bytes, got ${at}`);
  return size;
};

const asks = new Map();

/** An eth_call by the page, which has the wallet. */
function byWallet(to, data) {
  return new Promise((resolve, reject) => {
    asks.set(asks.size, { resolve, reject });
    postMessage({ ask: asks.size - 1, to, data });
  });
}

async function begin({ request, model, rpc, wallet }) {
  const json = async (url) => (await fetched(url)).json();
  const image = fetched(`/api/v1/models/${model}/image`);
  const given = {
    executor: Executor.load("/wasm/"),
    asked: json(`/api/v1/requests/${request}`).then((found) => found.request),
    contracts: json("/api/v1/contracts").then((found) => found.contracts),
    image: putting(image),
    call: wallet ? byWallet : rpc ? calling(rpc) : null,
    from: wallet || rpc,
  };
  // Whichever is the first to be waited for tells what went wrong.
  for (const each of [image, given.executor, given.asked, given.contracts]) each.catch(() => {});
  postMessage(await verdictOn(given, (told) => postMessage(told)));
}

onmessage = ({ data }) => {
  if (data.answered === undefined) begin(data);
  else if (data.error) asks.get(data.answered).reject(new Error(data.error));
  else asks.get(data.answered).resolve(data.result);
};
