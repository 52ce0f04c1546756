// Shows on a student's page what is found in the photos that are stored, one after the other.

import { drawFaces, say, sayFindings } from "./photo_findings.js";

const list = document.querySelector("[data-stored-photos]");

async function lookOver(card, words) {
  const findings = card.querySelector(".photo-findings");
  say(findings, "wait", words.looking);
  try {
    const answer = await fetch(card.dataset.foundUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const report = await answer.json();
    drawFaces(card.querySelector(".photo-frame-inner"), report);
    sayFindings(findings, report, words);
  } catch {
    say(findings, "bad", words.failed);
  }
}

if (list) {
  const words = JSON.parse(list.dataset.words);
  for (const card of list.querySelectorAll("[data-found-url]")) await lookOver(card, words);
}
