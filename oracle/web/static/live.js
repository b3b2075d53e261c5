// Keeps a page as new as the chain: at each block the page is fetched again, and what
// stands in <main> replaced. What the reader is at (data-keep, an open <details>, the
// focus) stays. No stream is held while the tab is hidden.

const PARTS = {
  "#checking": "/static/check.js",
  "#asking": "/static/ask.js",
  "#inputs": "/static/asking.js",
  "#board": "/static/replay.js",
  "#gallery": "/static/gallery.js",
};

let stream = null;
let fetching = false;
let again = false;

async function renew() {
  if (fetching) {
    again = true;
    return;
  }
  fetching = true;
  try {
    do {
      again = false;
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } while (again);
  } catch {
    lost();
  } finally {
    fetching = false;
  }
}

function replace(fresh) {
  const now = document.querySelector("[data-live]");
  const next = fresh.querySelector("[data-live]");
  if (!now || !next) return;
  // Before anything leaves: what is kept takes its <details> and the focus along.
  const open = [...now.querySelectorAll("details")].map((each) => each.open);
  const focus = now.contains(document.activeElement) ? document.activeElement : null;
  for (const kept of now.querySelectorAll("[data-keep]")) {
    const place = next.querySelector(`#${kept.id}`);
    if (place && place.dataset.version === kept.dataset.version) place.replaceWith(kept);
  }
  now.replaceChildren(...next.childNodes);
  now.querySelectorAll("details").forEach((each, i) => (each.open = Boolean(open[i])));
  if (focus?.isConnected) focus.focus({ preventScroll: true });
  document.title = fresh.title;
  enliven();
}

/** Loads what the page's parts need, which may have come after the page. */
async function enliven() {
  for (const [id, script] of Object.entries(PARTS))
    if (document.querySelector(id)) (await import(script)).attach();
}

function lost() {
  const line = document.querySelector(".asof");
  if (!line) return;
  line.classList.add("stale");
  line.textContent = "This page's server doesn't answer any more. Below is what it said last.";
}

/** Not on a page that was made of a file. */
function listen() {
  if (!document.querySelector("[data-live]")) return;
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    stream = new EventSource("/api/v1/events");
    let first = true;
    stream.addEventListener("block", () => {
      if (!first || document.querySelector(".asof.stale")) renew();
      first = false;
    });
    stream.addEventListener("error", lost);
  }
}

document.addEventListener("visibilitychange", () => {
  listen();
  if (!document.hidden && stream) renew();
});
enliven();
addEventListener("pagehide", () => stream?.close());
listen();
