// What the screen shows of a state, in the language that is chosen on it.

export class Screen {
  constructor(page) {
    this.page = page;
    this.words = JSON.parse(page.dataset.words);
    this.caption = page.querySelector("#kiosk-caption");
    this.sections = [...page.querySelectorAll("[data-state]")];
    this.language = document.documentElement.lang;
    this.shown = null;
  }

  word(key) {
    return this.words[this.language][key] ?? "";
  }

  read(language) {
    this.language = language;
    document.documentElement.lang = language;
    for (const one of this.page.querySelectorAll("[data-word]")) one.textContent = this.word(one.dataset.word);
    for (const one of this.page.querySelectorAll("[data-label]")) one.setAttribute("aria-label", this.word(one.dataset.label));
    for (const one of this.page.querySelectorAll("[data-language]")) {
      one.setAttribute("aria-pressed", String(one.dataset.language === language));
    }
  }

  // Shows one section. The keyboard goes there too, unless nothing has changed but the words.
  show(state, sentence) {
    this.page.dataset.now = state.name;
    for (const one of this.sections) one.hidden = one.dataset.state !== state.name;
    if (this.shown !== state) {
      this.shown = state;
      const section = this.sections.find((one) => !one.hidden);
      const first = section?.querySelector("[autofocus], input:not([type=hidden]), button, select");
      first?.focus({ preventScroll: true });
    }
    this.say(sentence);
  }

  // Set anew also where it is the same: a screen reader then says it again.
  say(sentence) {
    if (this.caption.textContent !== sentence) this.caption.textContent = sentence;
  }

  turn(side) {
    this.page.dataset.turn = side ?? "";
  }

  answer(answer, photo) {
    const own = (name) => this.page.querySelector(`#answer-${name}`);
    own("name").textContent = answer.student?.name ?? "";
    own("photo").hidden = !photo;
    if (photo) own("photo").src = photo;
    const at = answer.at ? new Date(answer.at) : null;
    own("time").textContent = at ? at.toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" }) : "";
    const degrees = answer.temperature_c;
    own("temperature").textContent = degrees == null ? "" : `${degrees.toFixed(1)} °C`;
    own("high").hidden = !answer.temperature_high;
  }

  choices(choices, onChoice) {
    const list = this.page.querySelector("#kiosk-choices");
    list.replaceChildren(
      ...choices.map(({ ref, name }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "kiosk-button";
        button.textContent = name;
        button.dir = "auto";
        button.addEventListener("click", () => onChoice(ref));
        return button;
      }),
    );
  }

  classes(sections) {
    const list = this.page.querySelector("#register-course");
    list.replaceChildren(...sections.map((one) => new Option([one.title, one.section].filter(Boolean).join(" · "), one.course_id)));
  }
}
