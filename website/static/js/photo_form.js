// Sends a form with photos without leaving the page, so that photos stay chosen when something else is wrong.

import { sentenceOf } from "./photo_findings.js";

function showErrors(form, fields) {
  for (const place of form.querySelectorAll("[data-field-error]")) {
    const sentences = fields[place.dataset.fieldError] ?? [];
    place.hidden = !sentences.length;
    place.querySelector("span").textContent = sentences.join(" ");
    form.elements.namedItem(place.dataset.fieldError)?.classList?.toggle("is-invalid", sentences.length > 0);
  }
  const first = Object.keys(fields).find((name) => fields[name].length);
  const input = first && form.elements.namedItem(first);
  if (input instanceof HTMLElement && input.offsetParent) input.focus();
}

function showAbove(form, sentence) {
  const place = form.querySelector("[data-form-error]");
  place.hidden = !sentence;
  place.querySelector("span").textContent = sentence ?? "";
  if (sentence) place.scrollIntoView({ block: "nearest" });
}

export function sendWithoutLeaving(form, words) {
  const button = form.querySelector("[type=submit]");

  const refuse = async (answer) => {
    const told = await answer.clone().json().catch(() => ({}));
    showErrors(form, told.fields ?? {});
    showAbove(form, await sentenceOf(answer, words.sendFailed));
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    form.setAttribute("aria-busy", "true");
    const body = new FormData(form);
    if (event.submitter?.name) body.append(event.submitter.name, event.submitter.value);
    try {
      const answer = await fetch(form.action || location.href, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
      });
      if (answer.status === 201) {
        location.assign((await answer.json()).location);
        return;
      }
      await refuse(answer);
    } catch {
      showAbove(form, words.sendFailed);
    }
    button.disabled = false;
    form.removeAttribute("aria-busy");
  });
}
