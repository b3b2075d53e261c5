// A finished dispute, move by move: what is yet to come at the slider's place is left
// out of the picture and faded in the list.

const MOVE_MS = 700;
const SHOWING = ["opened", "dissected"];

let board, timer;

const moves = () => [...document.querySelectorAll("[data-move]")];

function show(step) {
  const rows = moves();
  const past = rows.slice(0, step).map((row) => row.dataset.move);
  const levels = past.filter((name) => SHOWING.includes(name)).length;
  const pointed = past.filter((name) => name === "selected").length;
  for (const group of board.querySelectorAll("[data-level]")) {
    const level = Number(group.dataset.level);
    group.classList.toggle("coming", level >= levels);
    group.classList.toggle("unpointed", level >= pointed);
  }
  rows.forEach((row, i) => {
    row.classList.toggle("coming", i >= step);
    row.classList.toggle("current", i === step - 1 && step < rows.length);
  });
  const judged = document.querySelector("#judgement");
  judged?.classList.toggle("coming", !past.includes("proved"));
  const text = rows[step - 1]?.children[1].textContent ?? "";
  board.querySelector("output").textContent = `${step} of ${rows.length}: ${text}`;
}

function stop() {
  clearInterval(timer);
  timer = null;
  board.querySelector("[name=play]").textContent = "Replay";
}

function play(slider) {
  if (timer) return stop();
  board.querySelector("[name=play]").textContent = "Pause";
  if (slider.value === slider.max) slider.value = slider.min;
  show(Number(slider.value));
  timer = setInterval(() => {
    slider.value = Number(slider.value) + 1;
    show(Number(slider.value));
    if (slider.value === slider.max) stop();
  }, MOVE_MS);
}

export function attach() {
  const form = document.querySelector("#board .replay");
  if (!form) return;
  const slider = form.elements.step;
  const found = document.querySelector("#board");
  if (found !== board) {
    board = found;
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    slider.addEventListener("input", () => {
      if (timer) stop();
      show(Number(slider.value));
    });
    form.elements.play.addEventListener("click", () => play(slider));
  }
  show(Number(slider.value));
}
