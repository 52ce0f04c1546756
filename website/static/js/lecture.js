// The lecture page: follows searches, shows the marks when they are done, and jumps the player to a second.

import { followRecording } from "./recording_progress.js";

const board = document.getElementById("lecture-board");
const texts = JSON.parse(board.dataset.texts);
const player = document.getElementById("lecture-player");

followSearches();
document.addEventListener("click", jump);
player?.addEventListener("error", cannotPlay);
if (player?.error) cannotPlay(); // it may have failed before this script was loaded
for (const button of document.querySelectorAll("[data-play]")) {
  button.addEventListener("click", () => choose(button.dataset.play));
}

async function followSearches() {
  const open = [...document.querySelectorAll("[data-follow]")];
  await Promise.all(open.map((row) => followRecording(row.dataset.follow, (now) => show(row, now))));
  if (open.length) await refresh();
}

function show(row, { status, progress }) {
  const share = Math.floor(100 * progress);
  row.querySelector("progress").value = progress;
  row.querySelector("[data-part=words]").textContent =
    status === "searching" ? texts.searching.replace("{percent}", share) : texts[status];
}

// Only what the search changes is replaced, so that the player goes on.
async function refresh() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    part.replaceWith(document.importNode(fresh.getElementById(part.id), true));
  }
  document.getElementById("lecture-news").textContent = texts.refreshed;
}

function jump(event) {
  const link = event.target.closest("[data-seek]");
  if (!link || !player || !choose(link.dataset.recording)) return;
  event.preventDefault();
  const go = () => {
    player.currentTime = Number(link.dataset.seek);
    player.play().catch(() => {}); // a browser may want a click on the player first; the second is right anyway
  };
  if (player.readyState > 0) go();
  else player.addEventListener("loadedmetadata", go, { once: true });
  player.scrollIntoView({ block: "center", behavior: "smooth" });
}

// False where the recording is none that the player can show.
function choose(recordingId) {
  const buttons = [...document.querySelectorAll("[data-play]")];
  const chosen = buttons.find((button) => button.dataset.play === recordingId);
  if (!chosen) return player.dataset.recording === recordingId;
  if (player.dataset.recording !== recordingId) {
    player.dataset.recording = recordingId;
    player.src = chosen.dataset.source;
  }
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
  return true;
}

function cannotPlay() {
  document.getElementById("lecture-player-note").hidden = false;
}
