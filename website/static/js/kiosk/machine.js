// What the kiosk does next: pure, so that every way through it can be tried without a camera, a site or a screen.

export const IDLE = { name: "idle" };
export const UNPAIRED = { name: "pair" };

// After so long without an answer of the person, or of the site, the kiosk goes on by itself.
const LASTS_MS = {
  prompt: 20_000,
  register: 90_000,
  number: 90_000,
  looking: 20_000,
  sending: 45_000,
  unsure: 30_000,
  pin: 60_000,
  undoing: 15_000,
  sorry: 10_000,
  kept: 8_000,
};
const SHOWN = ["checked_in", "already_in", "checked_out", "not_in", "pending", "already_registered"];

// How long a state lasts where nothing happens; 0 is for ever. An answer shows a name and a face: no longer than "not me" works.
export function lastsMs(state, settings) {
  return state.name === "answer" ? 1000 * Math.max(3, settings.undo_s ?? 5) : (LASTS_MS[state.name] ?? 0);
}

// Where the camera may see whether somebody steps away. What is sent is sent, and its answer is shown.
export function endsWithNobody(state) {
  return ["prompt", "register", "number", "looking", "unsure", "pin", "sorry"].includes(state.name);
}

// The next state, or the same where the event means nothing in this one.
export function step(now, event, settings) {
  if (event.type === "unpaired") return UNPAIRED;
  if (now.name === "pair") return event.type === "paired" ? IDLE : now;
  if (event.type === "home") return IDLE;
  if (event.type === "nobody") return endsWithNobody(now) ? IDLE : now;
  const next = WAYS[now.name]?.[event.type];
  return next ? next(now, event, settings) : now;
}

const WAYS = {
  idle: { somebody: prompt, touched: prompt },
  prompt: { command: commanded, aside: number, time: idle },
  register: { registered: (now, event, settings) => looking("register", event, settings, event.register), time: idle },
  looking: { frames: sent, blind: (now) => ({ name: "number", note: "blind", command: now.command }), time: idle },
  number: { typed: (now, event) => ({ name: "sending", what: "number", command: event.command, again: now }), time: idle },
  sending: { answered, refused, offline, time: offline },
  unsure: { chosen: (now, event) => ({ name: "pin", attempt: now.attempt, ref: event.ref }), aside: number, time: idle },
  pin: { typed: (now) => ({ name: "sending", what: "pin", again: now }), aside: number, time: idle },
  answer: {
    not_me: (now) => (now.undo ? { name: "undoing", attempt: now.answer.id } : now),
    time: idle,
  },
  undoing: {
    undone: () => ({ name: "sorry", outcome: "undone" }),
    refused,
    offline: () => ({ name: "sorry", outcome: "not_undone" }),
    time: () => ({ name: "sorry", outcome: "not_undone" }),
  },
  sorry: { again: (now) => now.again ?? IDLE, aside: number, time: idle },
  kept: { time: idle },
};

function idle() {
  return IDLE;
}

function prompt() {
  return { name: "prompt" };
}

function number(now) {
  return { name: "number", command: now.command };
}

function commanded(now, event, settings) {
  if (event.command === "register") return settings.sections?.length ? { name: "register" } : now;
  return looking(event.command, event, settings);
}

// `side` was drawn by lot with the command: which way the head is to be turned, if it is at all.
function looking(command, event, settings, register = null) {
  return { name: "looking", command, turn: settings.liveness === "off" ? null : event.side, register };
}

function sent(now) {
  return { name: "sending", what: "attempt", command: now.command, turn: now.turn, register: now.register };
}

function answered(now, event) {
  const answer = event.answer;
  const again = now.again ?? { name: "prompt" };
  if (answer.outcome === "unsure") {
    return { name: "unsure", attempt: answer.id, choices: answer.choices ?? [], sentence: answer.sentence };
  }
  if (answer.needs_pin || answer.outcome === "needs_pin") return { name: "pin", attempt: answer.id, ref: null, sentence: answer.sentence };
  if (SHOWN.includes(answer.outcome)) return { name: "answer", answer, undo: Boolean(answer.undo_until) };
  return { name: "sorry", outcome: answer.outcome, sentence: answer.sentence, speak: answer.speak, again };
}

function refused(now, event) {
  return { name: "sorry", outcome: "refused", sentence: event.sentence, again: now.again ?? { name: "prompt" } };
}

// Pictures wait on the device for the network. A number with its PIN does not: a PIN is not stored.
function offline(now) {
  return now.what === "attempt" ? { name: "kept", command: now.command } : { name: "sorry", outcome: "offline", again: now.again };
}
