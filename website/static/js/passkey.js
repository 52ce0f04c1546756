// Asks the browser for a passkey: to make one where the page holds what to ask with, else to sign in with one.

const form = document.querySelector("[data-passkey]");
const told = form.querySelector("[role=status]");
const button = form.querySelector("button");

const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// What a browser gives is no plain object: each part is taken out and written as text.
function written(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

function asBytes(options) {
  const lists = { excludeCredentials: options.excludeCredentials, allowCredentials: options.allowCredentials };
  for (const [name, list] of Object.entries(lists)) {
    if (list) options[name] = list.map((one) => ({ ...one, id: fromText(one.id) }));
  }
  if (options.user) options.user.id = fromText(options.user.id);
  return { ...options, challenge: fromText(options.challenge) };
}

async function make() {
  return navigator.credentials.create({ publicKey: asBytes(JSON.parse(form.dataset.options)) });
}

async function sign() {
  const headers = { "X-CSRFToken": form.elements.csrf_token.value };
  const answer = await fetch(form.dataset.ask, { method: "POST", headers });
  if (!answer.ok) throw new Error(answer.status);
  return navigator.credentials.get({ publicKey: asBytes(JSON.parse((await answer.json()).options)) });
}

async function ask() {
  button.disabled = true;
  told.textContent = form.dataset.waiting;
  try {
    form.elements.answer.value = written(await (form.dataset.options ? make() : sign()));
    form.submit();
  } catch (failure) {
    told.textContent = failure.name === "InvalidStateError" ? form.dataset.there : form.dataset.failed;
    button.disabled = false;
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
} else {
  const without = document.querySelector("[data-without-passkeys]");
  if (without) without.hidden = false;
}
