// Takes a few pictures while the head turns, and sends them; nothing is kept in the browser.

const form = document.querySelector("[data-face]");
const video = form.querySelector("video");
const told = form.querySelector("[role=status]");
const button = form.querySelector("button[type=submit]");
const words = form.dataset;
const FRAMES = 9, EVERY_MS = 300, WIDE = 640;
let turn = words.turn;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function opened() {
  if (video.srcObject?.active) return;
  const wanted = { video: { width: { ideal: WIDE }, height: { ideal: 480 }, facingMode: "user" }, audio: false };
  video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
  video.hidden = false;
  await video.play();
}

function closed() {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = true;
}

function picture(canvas) {
  const shrink = Math.min(1, WIDE / video.videoWidth);
  canvas.width = Math.round(video.videoWidth * shrink);
  canvas.height = Math.round(video.videoHeight * shrink);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.85).split(",")[1];
}

async function filmed() {
  const canvas = document.createElement("canvas");
  told.textContent = words.ahead;
  await pause(1500);
  const frames = [picture(canvas)];
  told.textContent = turn === "left" ? words.left : words.right;
  for (let number = 1; number < FRAMES; number++) {
    await pause(EVERY_MS);
    frames.push(picture(canvas));
  }
  return frames;
}

async function sent(frames) {
  const { email, password, agreed, next } = form.elements;
  const said = { frames, email: email?.value, password: password?.value, agreed: agreed?.checked };
  const address = next?.value ? `${words.send}?next=${encodeURIComponent(next.value)}` : words.send;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  return fetch(address, { method: "POST", headers, body: JSON.stringify(said) });
}

async function attempt() {
  button.disabled = true;
  try {
    await opened();
    const frames = await filmed();
    told.textContent = words.waiting;
    const answer = await sent(frames);
    const said = await answer.json();
    if (answer.ok) {
      closed();
      return location.assign(said.to);
    }
    turn = said.turn ?? turn;
    told.textContent = said.sentence ?? said.error?.message ?? words.failed;
  } catch (fault) {
    told.textContent = fault.name === "NotAllowedError" ? words.refused : words.failed;
  }
  closed();
  button.disabled = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.reportValidity()) attempt();
});
addEventListener("pagehide", closed);
