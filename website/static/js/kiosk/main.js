// The kiosk's page: puts camera, site, outbox, sound and screen together. What happens when is in machine.js.

import { Camera } from "./camera.js";
import { IDLE, lastsMs, step, UNPAIRED } from "./machine.js";
import { Outbox } from "./outbox.js";
import { padOf } from "./pad.js";
import { Presence } from "./presence.js";
import { Screen } from "./screen.js";
import { attemptForm, Offline, Refused, Site, Unpaired } from "./site.js";
import { hear, Sound } from "./sound.js";

const KEY = "rollcall-kiosk-key";
const LOW = "rollcall-kiosk-low";
const LOOK_MS = 200;
const FRAME_MS = 220; // eight in 1.8 seconds: as long as a head takes to turn slowly
const TURN_FRAMES = 8;
const STILL_FRAMES = 2;
const READY_MS = 700; // to look up from the button
const REFRESH_MS = 60_000;
const RESEND_MS = 20_000;

const page = document.getElementById("main");
const screen = new Screen(page);
const camera = new Camera(page.querySelector("video"));
const sound = new Sound(JSON.parse(page.dataset.sounds));
const presence = new Presence();
const site = new Site(page.dataset.api, localStorage.getItem(KEY));
const outbox = await Outbox.open().catch(() => null); // a private window has none: then nothing waits
const pads = Object.fromEntries(["number", "pin"].map((name) => [name, padOf(document.getElementById(`kiosk-${name}`))]));

let settings = { liveness: "off", speech: "buttons", volume: 0.5, undo_s: 5, sections: [] };
let state = IDLE;
let timer = 0;
let stopHearing = () => {};
let photo = null;
let attempt = null; // of the person who is served; nothing of it is known to the next
let languageOfPerson = false;

function happen(event) {
  const next = step(state, event, settings);
  if (next === state) return;
  const before = state;
  state = next;
  enter(before);
}

function enter(before) {
  clearTimeout(timer);
  stopHearing();
  stopHearing = () => {};
  const lasts = lastsMs(state, settings);
  if (lasts) timer = setTimeout(() => happen({ type: "time" }), lasts);
  screen.turn(null);
  screen.show(state, sentence());
  ENTER[state.name]?.(before);
}

function sentence() {
  if (state.name === "sorry") return state.sentence || screen.word(`sorry_${state.outcome}`) || screen.word("sorry_refused");
  if (state.name === "answer") return state.answer.sentence;
  if (["unsure", "pin"].includes(state.name) && state.sentence) return state.sentence;
  if (state.name === "number" && state.note) return screen.word(`number_${state.note}`);
  if (state.name === "looking" && state.turn) return screen.word("look");
  return screen.word(`say_${state.name}`);
}

const ENTER = {
  pair() {
    forget();
    site.key = null;
    localStorage.removeItem(KEY);
    outbox?.clear();
    page.querySelector("#kiosk-room").textContent = screen.word("kiosk");
  },
  idle() {
    forget();
  },
  prompt(before) {
    if (before.name === "idle") sound.play("prompt", settings);
    page.querySelector("[data-command=register]").hidden = !settings.sections.length;
    const words = Object.fromEntries(["check_in", "check_out", "register"].map((name) => [name, screen.word(`heard_${name}`).split("|")]));
    stopHearing = hear(screen.language, settings, words, choose);
    if (before.name === "idle") sound.say(screen.word("say_prompt"), screen.language, settings);
  },
  register() {
    screen.classes(settings.sections);
    page.querySelector("#register-name").value = "";
  },
  looking() {
    film(state).catch(() => happen({ type: "blind" }));
  },
  number: () => pads.number.empty(),
  pin: () => pads.pin.empty(),
  unsure: () => screen.choices(state.choices, (ref) => happen({ type: "chosen", ref })),
  answer() {
    const good = ["checked_in", "checked_out", "pending"].includes(state.answer.outcome);
    sound.play(good ? "good" : "note", settings);
    sound.say(state.answer.speak, screen.language, settings);
    page.querySelector("#kiosk-not-me").hidden = !state.undo;
    screen.answer(state.answer, null);
    showPhoto(state.answer);
  },
  sorry() {
    sound.play("bad", settings);
    sound.say(state.speak, screen.language, settings);
    page.querySelector("#kiosk-again").hidden = !state.again;
  },
  kept() {
    sound.play("note", settings);
  },
  undoing() {
    ask(() => site.ask(`kiosk/attempts/${state.attempt}/undo`, { method: "POST", json: {} }), () => ({ type: "undone" }));
  },
};

// What the site says becomes an event; what it never says is told as "offline".
async function ask(question, told) {
  const asked = state;
  const tell = (event) => (state === asked || event.type === "unpaired" ? happen(event) : null);
  try {
    tell(told(await question()));
  } catch (fault) {
    if (fault instanceof Unpaired) tell({ type: "unpaired" });
    else if (fault instanceof Refused) tell({ type: "refused", sentence: fault.message });
    else if (fault instanceof Offline) return tell({ type: "offline" });
    else throw fault;
  } finally {
    connection();
  }
}

async function film(asked) {
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const frames = [];
  const goesOn = () => state === asked;
  if (!camera.sees) return happen({ type: "blind" });
  await wait(READY_MS);
  const many = asked.turn ? TURN_FRAMES : STILL_FRAMES;
  for (let number = 0; number < many && goesOn(); number++) {
    frames.push(await camera.frame());
    if (number === 0) {
      sound.play("shutter", settings);
      screen.turn(asked.turn);
      if (asked.turn) screen.say(screen.word(`turn_${asked.turn}`));
      if (asked.turn) sound.say(screen.word(`turn_${asked.turn}`), screen.language, settings);
    }
    await wait(FRAME_MS);
  }
  if (!goesOn()) return;
  happen({ type: "frames" });
  await send(asked, frames);
}

async function send(asked, frames) {
  attempt = {
    id: newId(),
    command: asked.command,
    at: new Date().toISOString(),
    language: screen.language,
    turn: asked.turn,
    reading: null,
    register: asked.register ?? null,
    offline: false,
  };
  const kept = attempt;
  await ask(
    () => site.ask("kiosk/attempts", { method: "POST", form: attemptForm(kept, frames) }),
    (answer) => ({ type: "answered", answer }),
  );
  if (state.name === "kept") {
    try {
      await outbox.keep(kept, frames);
    } catch {
      state = { name: "sorry", outcome: "not_kept" };
      enter(IDLE);
    }
    connection();
  }
}

function choose(command) {
  happen({ type: "command", command, side: crypto.getRandomValues(new Uint8Array(1))[0] % 2 ? "left" : "right" });
}

function typedNumber(form, command) {
  const [number, pin] = ["student", "pin"].map((name) => form.elements[name].value.trim());
  if (!number || !pin) return screen.say(screen.word("number_missing"));
  happen({ type: "typed", command });
  const json = { id: newId(), command, at: new Date().toISOString(), language: screen.language, number, pin, reading: null };
  ask(() => site.ask("kiosk/pin", { method: "POST", json }), (answer) => ({ type: "answered", answer }));
}

function typedPin(form) {
  const pin = form.elements.pin.value.trim();
  if (!pin) return screen.say(screen.word("pin_missing"));
  const { attempt: id, ref } = state;
  happen({ type: "typed" });
  ask(() => site.ask(`kiosk/attempts/${id}/pin`, { method: "POST", json: { ref, pin } }), (answer) => ({ type: "answered", answer }));
}

async function showPhoto(answer) {
  if (!answer.student?.photo) return;
  const shown = state;
  const picture = await site.picture(answer.student.photo).catch(() => null);
  if (!picture || state !== shown) return;
  photo = URL.createObjectURL(picture);
  screen.answer(answer, photo);
}

// Nothing of the last person stays: not on the screen, not in fields, not in memory, not as a voice.
function forget() {
  sound.hush();
  if (photo) URL.revokeObjectURL(photo);
  photo = attempt = null;
  screen.answer({}, null);
  page.querySelector("#answer-photo").removeAttribute("src");
  screen.choices([], () => {});
  for (const form of page.querySelectorAll("form")) form.reset();
  if (languageOfPerson) screen.read(settings.language);
  languageOfPerson = false;
  if (state.name === "idle") screen.show(state, sentence());
}

async function refresh() {
  if (!site.key) return;
  try {
    settings = { ...settings, ...(await site.ask("kiosk")) };
    page.querySelector("#kiosk-room").textContent = settings.room || settings.name || screen.word("kiosk");
    if (!languageOfPerson && settings.language in screen.words && settings.language !== screen.language) {
      screen.read(settings.language);
      screen.say(sentence());
    }
    await outbox?.send(site);
  } catch (fault) {
    if (fault instanceof Unpaired) happen({ type: "unpaired" });
    else if (!(fault instanceof Offline || fault instanceof Refused)) throw fault;
  } finally {
    connection();
  }
}

async function connection() {
  const waiting = (await outbox?.count()) ?? 0;
  const line = page.querySelector("#kiosk-waiting");
  line.hidden = !waiting;
  line.textContent = screen.word("waiting").replace("{number}", waiting);
}

async function pair(form) {
  const message = page.querySelector("#pair-message");
  message.textContent = "";
  const told = new Site(page.dataset.api, null);
  try {
    const paired = await told.ask("pair", { method: "POST", json: { code: form.elements.code.value.trim() } });
    told.key = paired.key;
    await told.ask("kiosk"); // a device of another kind has no kiosk
    site.key = paired.key;
    localStorage.setItem(KEY, paired.key);
    form.reset();
    happen({ type: "paired" });
    await refresh();
  } catch (fault) {
    if (fault instanceof Offline) message.textContent = screen.word("pair_offline");
    else if (fault instanceof Refused && !told.key) message.textContent = fault.message || screen.word("pair_refused");
    else if (fault instanceof Refused || fault instanceof Unpaired) message.textContent = screen.word("pair_other");
    else throw fault;
  }
}

function newId() {
  return crypto.randomUUID();
}

function look() {
  const grey = camera.grey();
  const seen = grey && presence.look(grey, state.name === "idle");
  if (seen) happen({ type: seen });
}

function clock() {
  const now = new Date().toLocaleTimeString(screen.language, { hour: "2-digit", minute: "2-digit" });
  page.querySelector("#kiosk-clock").textContent = now;
}

async function openCamera() {
  try {
    await camera.open();
    page.classList.remove("is-blind");
    camera.video.srcObject.getVideoTracks()[0].addEventListener("ended", () => page.classList.add("is-blind"));
  } catch {
    page.classList.add("is-blind");
  }
}

function low(isLow) {
  page.classList.toggle("is-low", isLow);
  page.querySelector("#kiosk-low").setAttribute("aria-pressed", String(isLow));
  localStorage.setItem(LOW, isLow ? "1" : "");
}

page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return void (state.name === "idle" && event.target.closest(".kiosk-view") && happen({ type: "touched" }));
  const { command, language, event: named } = button.dataset;
  if (command) choose(command);
  if (named) happen({ type: named });
  if (language) {
    languageOfPerson = state.name !== "idle";
    screen.read(language);
    screen.show(state, sentence());
    connection();
    clock();
  }
});
page.querySelector("#kiosk-low").addEventListener("click", () => low(!page.classList.contains("is-low")));
page.querySelector("#kiosk-full").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
});
addEventListener("keydown", (event) => {
  if (event.key === "Escape") happen({ type: "home" });
});
page.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.id === "kiosk-pair") pair(form);
  if (form.id === "kiosk-number") typedNumber(form, event.submitter?.value || "check_in");
  if (form.id === "kiosk-pin") typedPin(form);
  if (form.id === "kiosk-register") {
    const name = form.elements.name.value.trim();
    if (!name) return screen.say(screen.word("register_missing"));
    const register = { course_id: form.elements.course.value, name };
    happen({ type: "registered", register, side: crypto.getRandomValues(new Uint8Array(1))[0] % 2 ? "left" : "right" });
  }
});
addEventListener("online", refresh);

low(localStorage.getItem(LOW) === "1");
state = site.key ? IDLE : UNPAIRED;
screen.read(screen.language);
screen.show(state, sentence());
page.classList.add("is-ready");
clock();
setInterval(clock, 5000);
setInterval(look, LOOK_MS);
setInterval(refresh, REFRESH_MS);
setInterval(() => site.key && outbox?.send(site).then(connection, () => {}), RESEND_MS);
await openCamera();
await refresh();
navigator.wakeLock?.request("screen").catch(() => {});
