// The roll: each tap is stored on this device first, then sent, and forgotten once the site has it.

const form = document.getElementById("roll");

if (form) {
  const texts = JSON.parse(form.dataset.texts);
  const key = `rollcall.roll.${form.dataset.user}.${form.dataset.lecture}`;
  const rows = [...form.querySelectorAll(".roll-row")];
  const rowOf = new Map(rows.map((row) => [row.dataset.key, row]));
  const state = document.getElementById("roll-state");
  const undoOffer = document.getElementById("roll-undo");
  const token = form.querySelector("[name=csrf_token]").value;
  const KEYS = { KeyP: "present", KeyL: "late", KeyA: "absent", KeyE: "excused" };
  const FIRST_WAIT_MS = 1000;
  const LONGEST_WAIT_MS = 30_000;
  const UNDO_MS = 10_000;
  const PATIENCE_MS = 20_000; // in a bad network an answer may never come

  let waiting = stored();
  let sending = false;
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let lastAct = null;
  let offered = 0;

  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
  for (const part of form.querySelectorAll("[data-unscripted]")) part.hidden = true;
  for (const tap of waiting) show(tap.key, tap.status, true);
  form.addEventListener("change", (event) => {
    const row = event.target.closest(".roll-row");
    if (row && event.target.type === "radio") act([row], event.target.value);
  });
  form.addEventListener("click", clicked);
  form.addEventListener("keydown", pressed);
  form.addEventListener("submit", (event) => event.preventDefault());
  undoOffer.querySelector("button").addEventListener("click", undo);
  undoOffer.addEventListener("focusout", () => offer(lastAct?.words));
  window.addEventListener("online", sendNow);
  document.addEventListener("visibilitychange", () => document.hidden || sendNow());
  tell();
  sendNow();

  function stored() {
    try {
      return JSON.parse(localStorage.getItem(key)) || [];
    } catch {
      return []; // storage may be forbidden: then only an open page keeps them
    }
  }

  function store() {
    try {
      if (waiting.length) localStorage.setItem(key, JSON.stringify(waiting));
      else localStorage.removeItem(key);
    } catch {
      // as above
    }
  }

  // Not crypto.randomUUID: that is missing where the site is reached without https.
  function newId() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function act(some, status) {
    const id = newId();
    const before = some.map((row) => [row, row.dataset.status]);
    for (const row of some) {
      // What waits for the same student is overtaken; what is being sent just now is not.
      waiting = waiting.filter((tap) => tap.key !== row.dataset.key || tap.sent);
      waiting.push({ id, key: row.dataset.key, status, at: Date.now(), seen_at: row.dataset.seen });
      show(row.dataset.key, status, true);
      note(row, "");
    }
    store();
    lastAct = { id, before, words: (some.length > 1 ? texts.all : "{status}").replace("{status}", wordOf(status)) };
    if (some.length === 1) lastAct.words = `${nameOf(some[0])}: ${wordOf(status)}`;
    offer(lastAct.words);
    tell();
    sendNow();
  }

  function show(studentKey, status, isWaiting) {
    const row = rowOf.get(studentKey);
    if (!row) return;
    row.dataset.status = status;
    row.classList.toggle("is-waiting", isWaiting);
    for (const radio of row.querySelectorAll("input[type=radio]")) radio.checked = radio.value === status;
  }

  function sendNow() {
    clearTimeout(timer);
    send();
  }

  async function send() {
    if (sending || !waiting.length) return;
    sending = true;
    const taps = waiting.slice(0, 500);
    for (const tap of taps) tap.sent = true;
    const answer = await post(form.dataset.taps, {
      taps: taps.map(({ id, key: one, status, at, seen_at }) => ({ id, key: one, status, seen_at, age_ms: Math.max(0, Date.now() - at) })),
    });
    sending = false;
    if (answer.rows) {
      wait = FIRST_WAIT_MS;
      waiting = waiting.filter((tap) => !taps.includes(tap));
      store();
      for (const row of answer.rows) settle(row);
      tell();
      if (waiting.length) sendNow();
      return;
    }
    for (const tap of taps) delete tap.sent;
    tell(answer);
    if (answer.isFinal) return;
    timer = setTimeout(send, wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  async function post(url, body) {
    const gaveUp = new AbortController();
    const patience = setTimeout(() => gaveUp.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(url, {
        method: "POST",
        signal: gaveUp.signal,
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
        body: JSON.stringify(body),
      });
      if (answer.ok && !answer.redirected) return await answer.json();
      if (answer.status === 401 || answer.redirected) return { signIn: true, isFinal: true };
      const reason = (await answer.json().catch(() => ({}))).error?.message || "";
      return { reason, isFinal: answer.status < 500 && ![408, 423, 425, 429].includes(answer.status) };
    } catch {
      return {};
    } finally {
      clearTimeout(patience);
    }
  }

  function settle(answer) {
    const row = rowOf.get(answer.key);
    if (!row) return;
    row.dataset.seen = answer.seen_at;
    if (waiting.some((tap) => tap.key === answer.key)) {
      for (const tap of waiting) if (tap.key === answer.key && answer.answer !== "conflict") tap.seen_at = answer.seen_at;
      return;
    }
    const mine = row.dataset.status;
    show(answer.key, answer.status, false);
    if (answer.answer === "conflict") {
      offer(""); // nothing was done that could be undone
      const words = texts.conflict.replace("{name}", answer.by_name || texts.someone);
      note(row, words.replace("{status}", wordOf(answer.status)), mine);
    } else {
      note(row, answer.answer === "older" ? texts.older : "");
    }
  }

  function note(row, words, mine = "") {
    const place = row.querySelector("[data-part=note]");
    place.hidden = !words;
    place.querySelector("[data-part=words]").textContent = words;
    row.dataset.wanted = mine;
    for (const button of place.querySelectorAll("button")) button.hidden = !mine;
  }

  function tell(answer) {
    const fill = (text) => text.replace("{number}", waiting.length).replace("{reason}", answer?.reason || "");
    state.classList.toggle("is-waiting", waiting.length > 0 && Boolean(answer));
    if (!waiting.length) state.textContent = texts.saved;
    else if (answer?.signIn) state.textContent = fill(texts.signIn);
    else if (answer?.isFinal) state.textContent = fill(texts.refused);
    else if (answer || navigator.onLine === false) state.textContent = fill(texts.waiting);
    else state.textContent = texts.saving;
  }

  function clicked(event) {
    const all = event.target.closest("button[data-all]");
    const row = event.target.closest(".roll-row");
    if (all) act(rows, all.dataset.all);
    else if (row && event.target.closest("button[data-mine]")) act([row], row.dataset.wanted);
    else if (row && event.target.closest("button[data-theirs]")) note(row, "");
  }

  function pressed(event) {
    const row = event.target.closest(".roll-row");
    if (event.code === "KeyZ" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      undo();
    } else if (row && KEYS[event.code] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      act([row], KEYS[event.code]);
      focus(row, 1);
    } else if (row && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      focus(row, event.key === "ArrowDown" ? 1 : -1);
    }
  }

  function focus(row, step) {
    const next = rows[rows.indexOf(row) + step] || row;
    (next.querySelector("input:checked") || next.querySelector("input[type=radio]")).focus();
  }

  function offer(words) {
    clearTimeout(offered);
    undoOffer.hidden = !words;
    if (!words) return;
    undoOffer.querySelector("[data-part=words]").textContent = words;
    offered = setTimeout(() => {
      if (!undoOffer.matches(":hover, :focus-within")) undoOffer.hidden = true;
    }, UNDO_MS);
  }

  // What was not sent yet is taken back here; what was sent is undone by the site.
  async function undo() {
    if (!lastAct || undoOffer.hidden) return;
    const { id, before } = lastAct;
    lastAct = null;
    undoOffer.hidden = true;
    while (sending) await new Promise((resolve) => setTimeout(resolve, 100));
    const unsent = waiting.filter((tap) => tap.id === id);
    waiting = waiting.filter((tap) => !unsent.includes(tap));
    store();
    for (const [row, status] of before) {
      if (unsent.some((tap) => tap.key === row.dataset.key)) show(row.dataset.key, status, false);
    }
    if (unsent.length < before.length) {
      const answer = await post(form.dataset.undo.replace("ACT", id), {});
      if (!answer.rows) return tell(answer);
      for (const row of answer.rows) settle({ ...row, answer: "saved" });
    }
    state.textContent = texts.undone;
    const row = before.length === 1 ? before[0][0] : rows[0];
    focus(row, 0);
  }

  function wordOf(status) {
    return form.querySelector(`input[value="${status}"]`)?.closest("label").textContent.trim() || texts.cleared;
  }

  function nameOf(row) {
    return row.querySelector(".person-words span").textContent;
  }
}
