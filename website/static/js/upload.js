// The upload page: takes files, sends one after the other, and shows how far each is until its lecture is searched.

import { DirectUpload } from "./direct_upload.js";
import { followRecording } from "./recording_progress.js";
import { costOf } from "./search_cost.js";
import { TusUpload } from "./tus.js";
import { UploadRow } from "./upload_row.js";

const page = document.getElementById("upload-page");
const form = document.getElementById("upload-form");
const input = document.getElementById("upload-file");
const zone = document.getElementById("upload-zone");
const rows = document.getElementById("upload-rows");
const texts = JSON.parse(page.dataset.texts);
const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

const Upload = { direct: DirectUpload, tus: TusUpload }[page.dataset.sends];
const prices = pricesOf(page.dataset);
const waiting = [];
let linedUp = null; // what the files before wait for: their cost is told before they are sent
let sending = null;
let resuming = null; // the unfinished upload whose file is being chosen again

prefillTimes();
form.course_id.addEventListener("change", showTimezone);
form.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("change", takeChosen);
input.addEventListener("cancel", () => (resuming = null));
for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => hover(event, true));
for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => hover(event, false));
zone.addEventListener("drop", (event) => takeFiles([...event.dataTransfer.files]));
// A file that misses the zone must not replace the page and end the uploads.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
for (const button of document.querySelectorAll("[data-resume]")) {
  button.addEventListener("click", () => chooseAgain(button.dataset));
}
window.addEventListener("beforeunload", (event) => {
  if (sending || waiting.length) event.preventDefault();
});
takeChosen(); // a quick hand was there before this script

// null where searching costs nothing.
function pricesOf({ pricePerMinute, left }) {
  return pricePerMinute ? { pricePerMinute: Number(pricePerMinute), left: left ? Number(left) : null } : null;
}

function hover(event, over) {
  event.preventDefault();
  zone.classList.toggle("is-over", over);
}

// The last full hour by the course's own clock, where nobody has said another time yet.
function prefillTimes() {
  const now = new Date();
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: showTimezone(),
    dateStyle: "short",
    timeStyle: "short",
    hourCycle: "h23",
  }).formatToParts(now);
  const part = (type) => parts.find((one) => one.type === type).value;
  if (!form.date.value) form.date.value = `${part("year")}-${part("month")}-${part("day")}`;
  if (!form.starts.value) form.starts.value = `${part("hour")}:00`;
}

function showTimezone() {
  const { timezone } = form.course_id.selectedOptions[0].dataset;
  document.getElementById("upload-timezone").textContent = texts.timezone.replace("{zone}", timezone);
  return timezone;
}

function chooseAgain(unfinished) {
  resuming = unfinished;
  form.course_id.value = unfinished.course;
  [form.date.value, form.starts.value] = unfinished.starts.split("T");
  form.ends.value = unfinished.ends.split("T")[1] ?? "";
  showTimezone();
  input.click();
}

function takeChosen() {
  takeFiles([...input.files]);
  input.value = "";
}

function takeFiles(files) {
  const goOn = resuming;
  resuming = null;
  if (!files.length || !form.reportValidity()) return;
  for (const file of files) {
    const known = goOn && file.name === goOn.filename && file.size === Number(goOn.size) ? goOn : null;
    if (goOn && !known) say(texts.otherFile.replace("{name}", goOn.filename));
    else queue(file, known);
  }
}

function say(sentence) {
  const alert = document.getElementById("upload-message");
  alert.textContent = sentence;
  alert.hidden = false;
}

function queue(file, known) {
  document.getElementById("upload-message").hidden = true;
  const day = form.date.value;
  const metadata = {
    filename: file.name,
    course_id: form.course_id.value,
    starts_at: `${day}T${form.starts.value}`,
    ends_at: form.ends.value ? `${day}T${form.ends.value}` : "",
  };
  const course = form.course_id.selectedOptions[0].textContent.trim();
  const row = new UploadRow(rows, texts, file, `${course} · ${day} ${form.starts.value}`);
  const upload = new Upload({
    endpoint: page.dataset.endpoint,
    csrfToken,
    file,
    metadata,
    remembered: memoryOf(file, metadata, known),
    events: eventsOf(row),
  });
  row.onPause = () => pauseOrGoOn(upload, row);
  row.onCancel = () => cancel(upload, row);
  document.getElementById(`unfinished-${known?.resume}`)?.remove();
  if (!prices) return lineUp(upload, row);
  const told = costOf(file, prices, texts).then((cost) => row.costs(cost));
  linedUp = Promise.all([linedUp, told]).then(() => lineUp(upload, row)); // in the order in which they were chosen
  return undefined;
}

function lineUp(upload, row) {
  if (row.isEnding) return;
  waiting.push({ upload, row });
  sendNext();
}

// The address of a file's upload outlives a reload: choosing the file again for the same lecture goes on.
function memoryOf(file, metadata, known) {
  const print = [file.name, file.size, file.lastModified, metadata.course_id, metadata.starts_at];
  const key = `rollcall-upload:${JSON.stringify(print)}`;
  return {
    url: () => known?.url ?? localStorage.getItem(key),
    store: (url) => localStorage.setItem(key, url),
    forget: () => localStorage.removeItem(key),
  };
}

function eventsOf(row) {
  return {
    progress: (sent) => row.sent(sent),
    sending: () => row.sending(),
    waiting: () => row.waitingForNetwork(),
    arrived: () => row.arrived(),
    refused: (error) => row.refused(error.status === 401 ? texts.signIn : error.message || texts.refused),
    done: (finished) => follow(finished, row),
  };
}

async function sendNext() {
  if (sending || !waiting.length) return;
  sending = waiting.shift();
  sending.row.begins();
  try {
    await sending.upload.start();
  } finally {
    sending = null;
    sendNext();
  }
}

function pauseOrGoOn(upload, row) {
  if (upload.isSending) {
    upload.pause();
    row.paused();
    return;
  }
  row.sending();
  if (!waiting.some((one) => one.upload === upload)) waiting.push({ upload, row });
  sendNext();
}

async function cancel(upload, row) {
  const place = waiting.findIndex((one) => one.upload === upload);
  if (place >= 0) waiting.splice(place, 1);
  row.endsSoon();
  const finished = await upload.cancel();
  if (finished) follow(finished, row);
  else row.remove();
}

async function follow({ recording, location }, row) {
  row.searching(location);
  const end = await followRecording(page.dataset.recording.replace("RECORDING", recording), (now) => row.searched(now));
  if (!end) row.refused(texts.gone);
}
