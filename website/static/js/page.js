// What every page does: a form is sent once however often its button is pressed, and texts can be copied.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  if (form.action.endsWith("/logout")) forgetTaps();
});

// Whoever signs out leaves nothing of a roll on the device.
function forgetTaps() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith("rollcall.roll.")) localStorage.removeItem(name);
  } catch {
    // where storage is forbidden there is nothing
  }
}

// A page that comes back from the browser's cache may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
});

// Browsers let pages copy only where they came by https or from the same machine.
for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.textContent = button.dataset.copied;
});

for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

// Where a form leads back to its own page, the form that is in its place then has the focus: in a list of decisions that
// is the next one, where it would else begin anew at the top.
{
  const PLACE = "form-sent";
  const sendable = () => [...document.querySelectorAll("main form[method=post]")];

  document.addEventListener("submit", (event) => {
    const place = sendable().indexOf(event.target);
    if (event.defaultPrevented || place < 0) return;
    try {
      sessionStorage.setItem(PLACE, JSON.stringify({ path: window.location.pathname, place }));
    } catch {
      // storage may be forbidden; the page then begins at its top
    }
  });

  try {
    const sent = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    sessionStorage.removeItem(PLACE);
    if (sent && sent.path === window.location.pathname) {
      const forms = sendable();
      const next = forms[Math.min(sent.place, forms.length - 1)] ?? document.getElementById("main");
      (next.querySelector("[aria-invalid=true]") ?? next.querySelector("button[type=submit]") ?? next).focus();
    }
  } catch {
    // as above
  }
}
