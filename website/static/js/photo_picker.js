// Chooses photos by file, by dragging or by camera, and shows at once what the site finds in each.

import { drawFaces, say, sayFindings, sentenceOf } from "./photo_findings.js";
import { sendWithoutLeaving } from "./photo_form.js";
import { Webcam } from "./webcam.js";

class PhotoPicker {
  constructor(root) {
    this.root = root;
    this.form = root.closest("form");
    this.words = JSON.parse(root.dataset.words);
    this.input = root.querySelector("input[type=file]");
    this.list = root.querySelector("[data-photos]");
    this.photos = [];
    this.consent = this.form.elements.namedItem("consented");
    this.#listen();
    this.#setUpPage();
  }

  add(files) {
    for (const file of files) {
      if (this.photos.length >= Number(this.root.dataset.mostPhotos)) return this.#complain(this.words.tooMany);
      const photo = { file, card: this.#card(file) };
      this.photos.push(photo);
      this.#check(photo);
    }
    this.#keepInInput();
  }

  // The form sends what is in the input, so the list of photos is put there.
  #keepInInput() {
    const files = new DataTransfer();
    for (const { file } of this.photos) files.items.add(file);
    this.input.files = files.files;
  }

  #card(file) {
    const card = this.root.querySelector("[data-photo-template]").content.firstElementChild.cloneNode(true);
    const picture = card.querySelector("img");
    picture.src = URL.createObjectURL(file);
    picture.alt = file.name;
    picture.addEventListener("error", () => picture.classList.add("is-unreadable"));
    card.querySelector(".photo-name").textContent = file.name;
    card.querySelector("[data-leave-out]").addEventListener("click", () => this.#leaveOut(card));
    this.list.append(card);
    return card;
  }

  #leaveOut(card) {
    URL.revokeObjectURL(card.querySelector("img").src);
    card.remove();
    this.photos = this.photos.filter((photo) => photo.card !== card);
    this.#complain("");
    this.#keepInInput();
    this.input.focus();
  }

  async #check(photo) {
    const findings = photo.card.querySelector(".photo-findings");
    photo.running?.abort();
    photo.running = new AbortController();
    if (photo.file.size > Number(this.root.dataset.mostBytes)) return say(findings, "bad", this.words.tooLarge);
    say(findings, "wait", this.words.looking);
    try {
      const answer = await fetch(this.root.dataset.checkUrl, {
        method: "POST",
        body: this.#question(photo.file),
        headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
        signal: photo.running.signal,
      });
      if (!answer.ok) return say(findings, "bad", await sentenceOf(answer, this.words.failed));
      const report = await answer.json();
      drawFaces(photo.card.querySelector(".photo-frame-inner"), report);
      sayFindings(findings, report, this.words, this.#hasConsent() ? "" : this.words.waitsForConsent);
    } catch (fault) {
      if (fault.name !== "AbortError") say(findings, "bad", this.words.failed);
    }
  }

  #question(file) {
    const question = new FormData();
    question.append("photo", file);
    question.append("student_key", this.root.dataset.studentKey);
    question.append("consented", this.#hasConsent() ? "yes" : "no");
    return question;
  }

  #hasConsent() {
    return this.consent ? this.consent.checked : "consented" in this.form.dataset;
  }

  #complain(sentence) {
    const place = this.root.querySelector("[data-field-error=photos]");
    place.hidden = !sentence;
    place.querySelector("span").textContent = sentence;
  }

  #listen() {
    const zone = this.root.querySelector("[data-drop-zone]");
    const webcam = new Webcam(this.root.querySelector("[data-webcam]"), this.words, (file) => this.add([file]));
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    this.root.querySelector("[data-choose-files]").addEventListener("click", () => this.input.click());
    this.root.querySelector("[data-open-webcam]").addEventListener("click", () => webcam.open());
    this.consent?.addEventListener("change", () => this.photos.forEach((photo) => this.#check(photo)));
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      // Most browsers know no type for a HEIC.
      this.add([...event.dataTransfer.files].filter((file) => !file.type || file.type.startsWith("image/")));
    });
  }

  #setUpPage() {
    for (const part of this.root.querySelectorAll("[data-with-script]")) part.hidden = false;
    this.input.classList.add("visually-hidden");
    this.add([...this.input.files]); // a quick hand was there before this script
  }
}

for (const root of document.querySelectorAll("[data-photo-picker]")) {
  const picker = new PhotoPicker(root);
  sendWithoutLeaving(picker.form, picker.words);
}
