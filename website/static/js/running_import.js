// Asks the site to go on with an import until all its lines are done, and waits while the site does not answer.

const panel = document.querySelector("[data-running-import]");
const words = JSON.parse(panel.dataset.words);
const form = panel.querySelector("[data-go-on]");
const line = panel.querySelector("[data-words-done]");
const LONGEST_WAIT_MS = 15_000;
const PASSING_FAULTS = [409, 429, 500, 502, 503, 504];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function show({ done, total, counts }) {
  line.textContent = words.row.replace("{done}", done).replace("{total}", total);
  panel.querySelector("progress").value = done;
  for (const [outcome, count] of Object.entries(counts)) {
    panel.querySelector(`[data-count="${outcome}"]`).textContent = count;
  }
}

async function goOn() {
  let wait = 500;
  for (;;) {
    let answer = null;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
      });
    } catch {
      // the network is away; it is tried again below
    }
    if (answer?.ok) {
      const state = await answer.json();
      show(state);
      if (state.finished) return;
      wait = 500;
      continue;
    }
    if (answer && !PASSING_FAULTS.includes(answer.status)) return;
    line.textContent = answer?.status === 409 ? words.busy : words.waiting;
    await pause(wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

form.hidden = true;
await goOn();
location.reload();
