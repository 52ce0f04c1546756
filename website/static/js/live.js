// Asks what is new while the page can be seen: often while people write, every 3.7 s at most while the lecture is on,
// so that a new code is seen within 5 s, and seldom at other times. Forms are sent without leaving the page.

const BUSY_MS = [2000, 3000];
const ON_MS = [3000, 3700];
const SELDOM_MS = [15_000, 20_000];
const BUSY_FOR_MS = 60_000;
const GROWS = 1.4;

const page = document.getElementById("live");
const part = (id) => document.getElementById(id);
const [list, words, form] = ["posts", "live-words", "write"].map(part);
const texts = JSON.parse(page.dataset.texts);
const isStudent = !part("post-template").content.querySelector("[data-step]");
const isOn = page.dataset.on === "yes";
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
  timeZone: page.dataset.zone,
  dateStyle: "medium",
  timeStyle: "short",
});
let { tag, version } = page.dataset;
let code = part("live-code").textContent;
let busyUntil = 0;
let pause = ON_MS[1];
let timer = null;
let asking = null;

for (const one of list.children) {
  one.dataset.at = one.querySelector("time").dateTime;
  prepare(one);
}
plan();

document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else ask();
});

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, wait());
}

// Not all pages ask at the same moment.
function wait() {
  const within = ([least, most]) => least + Math.random() * (most - least);
  if (Date.now() < busyUntil) {
    pause = ON_MS[1];
    return within(BUSY_MS);
  }
  if (isOn) return within(ON_MS);
  pause = Math.min(pause * GROWS, SELDOM_MS[0]);
  return pause < SELDOM_MS[0] ? pause : within(SELDOM_MS);
}

function ask() {
  asking ??= refresh().finally(() => {
    asking = null;
  });
  return asking;
}

async function refresh() {
  try {
    const answer = await fetch(`${page.dataset.news}?after=${version}`, {
      cache: "no-store",
      headers: { Accept: "application/json", "If-None-Match": tag },
    });
    if (answer.redirected || [401, 403, 404].includes(answer.status)) return location.reload();
    if (answer.status === 200) {
      tag = answer.headers.get("ETag");
      show(await answer.json());
    } else if (answer.status !== 304) throw new Error(answer.status);
    part("live-lost").hidden = true;
  } catch {
    part("live-lost").hidden = false;
  }
  plan();
}

function show(news) {
  version = news.version;
  if (news.whole) list.replaceChildren();
  let isNew = false;
  for (const post of news.posts) {
    const old = part(`post-${post.id}`);
    if (post.gone) {
      old?.remove();
      continue;
    }
    isNew ||= !old && post.author !== page.dataset.me;
    place(fill(old ?? document.importNode(part("post-template").content.firstElementChild, true), post), Boolean(old));
  }
  part("no-posts").hidden = list.children.length > 0;
  part("chat-closed").hidden = !news.closed;
  form.hidden = news.closed && isStudent;
  showLink(news.link);
  if (news.posts.length) busyUntil = Date.now() + BUSY_FOR_MS;
  if (isNew) say(texts.message);
}

function fill(item, post) {
  item.id = `post-${post.id}`;
  item.dataset.post = post.id;
  item.dataset.at = post.at;
  item.querySelector(".post-name").textContent = post.name || texts.removed;
  const time = item.querySelector("time");
  time.dateTime = post.at;
  time.textContent = clock.format(new Date(post.at));
  const badges = { ...post, mentions: post.mentions.includes(page.dataset.me) };
  for (const badge of item.querySelectorAll("[data-badge]")) badge.hidden = !badges[badge.dataset.badge];
  for (const name of ["pinned", "hidden", "announcement"]) item.classList.toggle(`is-${name}`, post[name]);
  const answers = item.querySelector(".post-answers");
  answers.hidden = !post.answers;
  answers.querySelector("a").href = `#post-${post.answers}`;
  item.querySelector(".post-words").replaceChildren(...post.parts.map(([text, isLink]) => (isLink ? link(text) : text)));
  const shown = { pin: !post.pinned, unpin: post.pinned, hide: !post.hidden, show: post.hidden };
  for (const step of item.querySelectorAll("[data-step]")) {
    step.hidden = !shown[step.dataset.step];
    step.setAttribute("action", step.getAttribute("action").replace(/[^/]+$/, post.id));
  }
  prepare(item);
  return item;
}

// The server says what is an address; what does not begin like one is no link all the same.
function link(text) {
  if (!/^https?:\/\//i.test(text)) return text;
  const made = document.createElement("a");
  Object.assign(made, { href: text, textContent: text, target: "_blank", rel: "noopener noreferrer nofollow ugc" });
  return made;
}

// Pinned ones first, then by time. What stands where it belongs is not moved, for the keyboard's place in it.
function place(item, stood) {
  const rank = (one) => `${one.classList.contains("is-pinned") ? 0 : 1} ${one.dataset.at}`;
  const after = [...list.children].find((one) => one !== item && rank(one) > rank(item)) ?? null;
  if (!stood || item.nextElementSibling !== after) list.insertBefore(item, after);
}

function prepare(item) {
  item.querySelector("[data-answer]").onclick = (event) => {
    event.preventDefault();
    answer(item.dataset.post);
    form.elements.words.focus();
  };
}

function answer(id) {
  form.elements.answers.value = id;
  part("answering").hidden = !id;
  part("no-answer").hidden = !id;
}
answer(form.elements.answers.value);
part("no-answer").onclick = () => answer("");

function showLink(now) {
  part("live-link").hidden = !now;
  part("live-no-link").hidden = Boolean(now);
  const join = part("live-join");
  join.hidden = !now?.url;
  if (now?.url.startsWith("https://")) join.href = now.url;
  part("live-service").textContent = now?.service ?? "";
  for (const [id, value] of [
    ["number", now?.number],
    ["code", now?.passcode],
  ]) {
    part(`live-${id}-line`).hidden = !value;
    part(`live-${id}`).textContent = value ?? "";
  }
  part("live-old").hidden = !now?.old.length;
  part("live-old").querySelector("ul").replaceChildren(...(now?.old ?? []).map(oldCode));
  if (code !== (now?.passcode ?? "")) say(texts.code);
  code = now?.passcode ?? "";
}

function oldCode(one) {
  const [item, struck, until] = ["li", "s", "span"].map((name) => document.createElement(name));
  struck.textContent = one.code;
  until.textContent = texts.until.replace("{time}", clock.format(new Date(one.until)));
  until.className = "muted";
  item.append(struck, " ", until);
  return item;
}

function say(text) {
  words.textContent = words.textContent === text ? `${text} ` : text;
}

page.addEventListener("submit", async (event) => {
  const sent = event.target;
  if (sent !== form && !sent.dataset.step) return;
  event.preventDefault();
  if (sent.dataset.busy) return;
  sent.dataset.busy = "yes";
  const error = part("write-error");
  try {
    const answered = await fetch(sent.getAttribute("action"), {
      method: "POST",
      body: new URLSearchParams(new FormData(sent)),
      headers: { Accept: "application/json" },
    });
    if (answered.redirected || answered.status === 401) return location.reload();
    if (!answered.ok) throw new Error(await sentence(answered));
    error.hidden = true;
    if (sent === form) {
      form.elements.words.value = "";
      if (form.elements.is_announcement) form.elements.is_announcement.checked = false;
      answer("");
      say(texts.sent);
    }
    busyUntil = Date.now() + BUSY_FOR_MS;
    await asking;
    await ask();
  } catch (refused) {
    error.textContent = refused.message || texts.failed;
    error.hidden = false;
  } finally {
    delete sent.dataset.busy;
  }
});

async function sentence(answered) {
  if (answered.status === 429) return texts.often;
  try {
    return (await answered.json()).error.message;
  } catch {
    return texts.failed;
  }
}
