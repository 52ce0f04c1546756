// One file on the upload page: its name, a bar, a line of words, and the buttons that suit the moment.

const SPEED_OVER_MS = 5000;

export class UploadRow {
  constructor(list, texts, file, lecture) {
    this.texts = texts;
    this.size = file.size;
    this.samples = [];
    const row = document.getElementById("upload-row").content.cloneNode(true).firstElementChild;
    this.row = row;
    this.part = (name) => row.querySelector(`[data-part="${name}"]`);
    this.part("name").textContent = file.name;
    this.part("lecture").textContent = lecture;
    this.part("words").textContent = texts.queued;
    this.part("pause").addEventListener("click", () => this.onPause());
    this.part("cancel").addEventListener("click", () => this.onCancel());
    list.append(row);
  }

  // Told before a byte is sent.
  costs(sentence) {
    this.part("cost").textContent = sentence;
  }

  begins() {
    this.sending();
    this.say(this.texts.begins);
  }

  sending() {
    this.isPaused = false;
    this.part("pause").hidden = false;
    this.part("pause").textContent = this.texts.pause;
  }

  sent(bytes) {
    if (this.isPaused) return;
    const now = performance.now();
    this.samples = [...this.samples.filter((one) => now - one.now < SPEED_OVER_MS), { now, bytes }];
    const share = bytes / this.size;
    this.bar(share);
    const speed = this.speed();
    const left = speed > 0 ? this.texts.left.replace("{time}", this.time((this.size - bytes) / speed)) : "";
    this.say(`${Math.floor(100 * share)} % · ${(speed / 1e6).toFixed(1)} MB/s${left ? ` · ${left}` : ""}`);
  }

  // Bytes a second over the last seconds.
  speed() {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    const seconds = (last.now - first.now) / 1000;
    return seconds > 0 ? Math.max(0, (last.bytes - first.bytes) / seconds) : 0;
  }

  time(seconds) {
    const whole = Math.ceil(seconds);
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
  }

  waitingForNetwork() {
    this.samples = [];
    this.say(this.texts.offline);
  }

  paused() {
    this.isPaused = true;
    this.samples = [];
    this.part("pause").textContent = this.texts.goOn;
    this.say(this.texts.paused);
  }

  endsSoon() {
    this.isPaused = this.isEnding = true;
    for (const name of ["pause", "cancel"]) this.part(name).disabled = true;
  }

  refused(sentence) {
    this.row.classList.add("is-refused");
    this.part("pause").hidden = true;
    this.part("cancel").textContent = this.texts.dismiss;
    this.part("bar").hidden = true;
    this.say(sentence);
  }

  arrived() {
    this.part("pause").hidden = true;
    this.bar(1);
    this.say(this.texts.arrived);
  }

  searching(location) {
    this.part("pause").hidden = true;
    this.part("cancel").hidden = true;
    this.part("open").hidden = false;
    this.part("open").href = location;
    this.bar(0);
    this.say(this.texts.waitingForSearch);
  }

  searched({ status, progress, error }) {
    if (status === "failed") return this.refused(error);
    this.bar(status === "done" ? 1 : progress);
    if (status === "done") {
      this.row.classList.add("is-done");
      this.say(this.texts.done);
    } else if (status === "searching") {
      this.say(this.texts.searching.replace("{percent}", Math.floor(100 * progress)));
    }
    return undefined;
  }

  bar(share) {
    this.part("bar").value = share;
  }

  say(words) {
    this.part("words").textContent = words;
  }

  remove() {
    this.row.remove();
  }
}
