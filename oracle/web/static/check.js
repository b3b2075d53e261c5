// "Check it yourself": the page's side of check-worker.js, which does all of it.

const attached = new WeakSet();

export function attach() {
  const form = document.querySelector("#checking");
  if (!form || attached.has(form)) return;
  attached.add(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start(form);
  });
  // Not before: a click that nobody hears would load the page again.
  form.querySelector("button").disabled = !("image" in form.dataset);
}

function start(form) {
  const button = form.querySelector("button");
  const steps = form.querySelector(".steps");
  const verdict = form.querySelector(".verdict");
  button.disabled = true;
  steps.replaceChildren();
  verdict.hidden = true;
  let bar = null;
  const worker = new Worker("/static/check-worker.js", { type: "module" });
  const end = (kind, text) => {
    bar?.remove();
    verdict.className = `verdict ${kind}`;
    verdict.textContent = text;
    verdict.hidden = false;
    button.disabled = false;
    worker.terminate();
  };
  worker.onmessage = ({ data }) => {
    if (data.progress !== undefined) {
      if (!bar) {
        bar = document.createElement("progress");
        bar.max = 1;
        bar.setAttribute("aria-label", "Computing");
        steps.after(bar);
      }
      bar.value = data.progress;
    } else if (data.verdict) {
      end(data.kind, data.verdict);
    } else {
      const item = document.createElement("li");
      item.className = data.kind;
      item.textContent = data.step;
      steps.append(item);
    }
  };
  worker.onerror = (event) => end("bad", `It could not be checked: ${event.message}`);
  worker.postMessage({ request: form.dataset.request, rpc: form.elements.rpc.value });
}
