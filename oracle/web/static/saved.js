// A check that somebody saved: all of it is in this one file, so it runs without a server,
// and without a network if no chain is asked. The rest of this script is the page's own
// (executor.js, checking.js, verdict.js), put in front of this.

const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const inWorker = typeof document === "undefined";

async function executorOf(modules) {
  let reason = null;
  for (const [build, module] of Object.entries(modules)) {
    try {
      const { instance } = await WebAssembly.instantiate(module);
      return Executor.of(instance, build);
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}

function work({ saved, modules, image, rpc }) {
  const put = async (executor) => {
    executor.put(image);
    return image.length;
  };
  const { asked, contracts } = saved;
  const given = { executor: executorOf(modules), asked, contracts, image: put };
  return verdictOn({ ...given, call: rpc ? calling(rpc) : null, from: rpc }, (told) => postMessage(told));
}

if (inWorker) {
  onmessage = async ({ data }) => postMessage(await work(data));
} else {
  const form = document.querySelector("#checking");
  const saved = JSON.parse(document.querySelector("#saved").textContent);
  const modules = Object.fromEntries(
    Object.entries(saved.modules).map(([build, text]) => [build, bytesOf(text)]),
  );
  const code = document.querySelector("#code").textContent;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const worker = new Worker(url);
    const told = shown(form, () => worker.terminate());
    worker.onmessage = ({ data }) => told(data);
    worker.onerror = (problem) => told({ kind: "bad", verdict: `It could not be checked: ${problem.message}` });
    const file = form.elements.image?.files[0];
    const image = file ? new Uint8Array(await file.arrayBuffer()) : bytesOf(saved.image);
    worker.postMessage({ saved, modules, image, rpc: form.elements.rpc.value.trim() });
  });
  form.querySelector("button").disabled = false;
}
