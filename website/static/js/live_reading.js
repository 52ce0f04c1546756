// Asks every three seconds for the heat map of the latest reading, while somebody can see it.

const EVERY_MS = 3000;
const live = document.getElementById("live-reading");

for (;;) {
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  if (!document.hidden && !(await refresh())) break;
}

// False where asking again is of no use: nobody is signed in any more, or the device is gone.
async function refresh() {
  try {
    const answer = await fetch(live.dataset.liveUrl, { headers: { Accept: "text/html" } });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return false;
    if (answer.ok) show(await answer.text());
  } catch {
    return true; // the site does not answer at this moment
  }
  return true;
}

// The table of numbers stays open, and the keyboard stays where it is.
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const wasOpen = live.querySelector("details")?.open;
  const focused = document.activeElement?.closest("#live-reading summary") !== null;
  live.replaceChildren(...document.adoptNode(fresh.body).childNodes);
  const details = live.querySelector("details");
  if (details) details.open = Boolean(wasOpen);
  if (focused) details?.querySelector("summary").focus();
}
