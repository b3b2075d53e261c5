// What a check tells, on the page: steps, progress, verdict.

/** A function that shows what it is given in the form; `ended` is called at the verdict. */
export function shown(form, ended) {
  const button = form.querySelector("button");
  const steps = form.querySelector(".steps");
  const verdict = form.querySelector(".verdict");
  let bar = null;
  button.disabled = true;
  steps.replaceChildren();
  verdict.hidden = true;

  function progress({ doing, progress }) {
    if (!bar) {
      bar = document.createElement("p");
      bar.className = "progress";
      bar.append(document.createElement("span"), document.createElement("progress"));
      bar.lastChild.max = 1;
      steps.after(bar);
    }
    bar.firstChild.textContent = doing;
    bar.lastChild.setAttribute("aria-label", doing);
    bar.lastChild.value = progress;
  }

  return (told) => {
    if (told.doing) progress(told);
    else if (told.step) {
      const item = document.createElement("li");
      item.className = told.kind;
      item.textContent = told.step;
      steps.append(item);
    } else {
      bar?.remove();
      verdict.className = `verdict ${told.kind}`;
      verdict.textContent = told.verdict;
      verdict.hidden = false;
      button.disabled = false;
      ended();
    }
  };
}
