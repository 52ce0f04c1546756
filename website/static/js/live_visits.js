// Asks every three seconds whether somebody came, while the page can be seen, and renews the times in words.

const EVERY_MS = 3000;
const JUST_NOW_S = 10;
const UNITS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];
const live = document.getElementById("live-visits");
const words = document.getElementById("live-words");
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "always" });
let mark = `"${live.dataset.mark}"`;

for (;;) {
  await wait();
  renewTimes();
  if (!(await refresh())) break;
}

// Nothing is asked while nobody looks; whoever comes back sees what is new at once.
async function wait() {
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  if (!document.hidden) return;
  await new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

// False where asking again is of no use: nobody is signed in any more, or may see it no longer.
async function refresh() {
  try {
    const answer = await fetch(live.dataset.liveUrl, {
      cache: "no-store",
      headers: { Accept: "text/html", "If-None-Match": mark },
    });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return false;
    if (answer.ok) show(await answer.text(), answer.headers.get("ETag"));
  } catch {
    return true; // the site does not answer at this moment
  }
  return true;
}

// What is the same stays as it is, with the keyboard's place in it.
function show(html, etag) {
  const fresh = document.adoptNode(new DOMParser().parseFromString(html, "text/html").body);
  const shown = new Set([...live.querySelectorAll("[data-visit]")].map((one) => one.dataset.visit));
  const isNew = [...fresh.querySelectorAll("[data-visit]")].some((one) => !shown.has(one.dataset.visit));
  const focused = live.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  live.replaceChildren(...fresh.childNodes);
  if (focused) live.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  mark = etag ?? mark;
  if (isNew) words.textContent = words.textContent === words.dataset.new ? `${words.dataset.new} ` : words.dataset.new;
}

function renewTimes() {
  for (const time of live.querySelectorAll("[data-ago]")) time.textContent = inWords(time) ?? time.textContent;
}

// null for what is older than a week, which stands there as a date.
function inWords(time) {
  let passed = (Date.now() - Date.parse(time.dateTime)) / 1000;
  if (passed < JUST_NOW_S) return words.dataset.now;
  for (const [unit, count] of UNITS) {
    if (passed < count) return relative.format(-Math.floor(passed), unit);
    passed /= count;
  }
  return null;
}
