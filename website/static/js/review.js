// The review queue: each decision brings the next one without a reload, by button or by one key while the queue has the
// focus. The focus goes on to the next question, which is what a screen reader then reads.

const news = document.getElementById("review-news");
let isBusy = false;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest("#review")) return;
  event.preventDefault();
  if (!isBusy) decide(form);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isBusy) return;
  if (!event.target.closest("#review") || event.target.closest("input, select, textarea")) return;
  const asked = document.querySelector(`#review [data-key="${letter(event)}"]`);
  if (!asked) return;
  event.preventDefault();
  if (asked.matches("details")) open(asked);
  else decide(asked);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("#review [data-seek]");
  const player = document.getElementById("review-player");
  if (!link || !player) return;
  event.preventDefault();
  play(player, Number(link.dataset.seek));
});

focusQuestion();

// With a Korean keyboard the key of a letter brings a syllable; its place on the keyboard then says which it is.
function letter(event) {
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace("Key", "").toLowerCase();
}

function open(details) {
  details.open = true;
  details.querySelector("select").focus();
}

async function decide(form) {
  isBusy = true;
  try {
    const answer = await send(form);
    if (!answer.ok || answer.redirected) return window.location.reload();
    show(await answer.text());
  } catch {
    form.submit(); // the browser says what is wrong with the connection
  } finally {
    isBusy = false;
  }
}

function send(form) {
  const headers = { "X-Requested-With": "fetch", Accept: "text/html" };
  const fields = new FormData(form);
  if (form.method === "post") return fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers });
  return fetch(`${form.action}?${new URLSearchParams(fields)}`, { headers });
}

function show(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("review");
  document.getElementById("review").replaceWith(document.importNode(fresh, true));
  const title = document.getElementById("review-title");
  news.textContent = `${fresh.dataset.news} ${title ? title.textContent : ""}`;
  focusQuestion();
}

function focusQuestion() {
  (document.getElementById("review-title") ?? document.getElementById("review")).focus();
}

function play(player, second) {
  player.hidden = false;
  if (!player.src) player.src = player.dataset.source;
  const go = () => {
    player.currentTime = second;
    player.play().catch(() => {}); // a browser may want a click on the player first
  };
  if (player.readyState > 0) go();
  else player.addEventListener("loadedmetadata", go, { once: true });
  player.focus();
}
