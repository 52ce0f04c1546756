// Sends a file straight to the site's bucket: parts side by side, each again until it is there, in any order.

import { ResumableUpload } from "./resumable_upload.js";
import { UploadRefused, isPassing, refusal, send } from "./upload_request.js";

const AT_ONCE = 3;
const LINKS_AT_ONCE = 24;
const LINK_LIFE_MS = 50 * 60 * 1000; // they end after an hour, and a part takes a while
const MOST_REFUSALS = 5; // of one part by the bucket, with a new link each time
const ASK_EVERY_MS = 1500;

// Of `events` also arrived(). It ends when the bytes are there; what the site makes of them is followed after that.
export class DirectUpload extends ResumableUpload {
  isWhole = false;
  requests = new Set(); // parts on their way
  links = new Map(); // part number -> {url, until}
  here = new Map(); // part number -> bytes that arrived, or are on their way

  async sendAll() {
    while (!this.stopped && !this.isWhole) await this.sendMissing();
    while (!this.stopped && !this.finished && !this.isLookedAt) await this.complete();
    if (this.isLookedAt && !this.stopped) this.followed = this.orRefused(() => this.follow());
  }

  // Only parts are broken off: the answer to anything else is short, and says where the upload is.
  pause() {
    this.stopped = true;
    for (const request of this.requests) request.abort();
    this.patience.wakeUp();
  }

  // The recording where the upload had become one before, else null.
  async cancel() {
    this.pause();
    await this.ended;
    await this.followed;
    this.remembered.forget();
    if (!this.url) return null;
    const answer = await this.ask("DELETE", this.url);
    if (answer?.status !== 404) return null;
    const now = await this.askForState();
    return now?.status === 200 ? finishedIn(JSON.parse(now.responseText)) : null;
  }

  askToCreate() {
    return this.ask("POST", this.endpoint, { ...this.metadata, size: this.file.size });
  }

  askForState() {
    return this.ask("GET", this.url);
  }

  created(answer) {
    this.url = JSON.parse(answer.responseText).location;
    this.remembered.store(this.url);
    this.took(answer);
  }

  took(answer) {
    const state = JSON.parse(answer.responseText);
    if (state.status === "refused") throw new UploadRefused(state.error, 422);
    this.patience.restore();
    this.finished = finishedIn(state);
    this.isWhole = state.status !== "sending";
    this.partBytes = state.part_size;
    this.here = new Map(state.parts.map(({ number, size }) => [number, size]));
    if (!this.finished) this.events.sending();
    this.showProgress();
  }

  async sendMissing() {
    const missing = this.missing();
    this.isWhole = missing.length === 0;
    if (this.isWhole) return;
    // The first that is refused for good ends the others too.
    const senders = Array.from({ length: AT_ONCE }, () => this.sendEach(missing));
    const failed = (await Promise.allSettled(senders)).find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  missing() {
    const last = Math.ceil(this.file.size / this.partBytes);
    const numbers = Array.from({ length: last }, (_, index) => index + 1);
    return numbers.filter((number) => this.here.get(number) !== this.blob(number).size);
  }

  blob(number) {
    return this.file.slice((number - 1) * this.partBytes, number * this.partBytes);
  }

  async sendEach(missing) {
    try {
      while (!this.stopped && !this.failed && missing.length) await this.sendPart(missing.shift(), missing);
    } catch (error) {
      this.failed = true;
      for (const request of this.requests) request.abort();
      this.patience.wakeUp();
      throw error;
    }
  }

  async sendPart(number, next) {
    for (let refusals = 0; !this.stopped && !this.failed; ) {
      const link = await this.linkTo(number, next);
      if (!link) return;
      const answer = await this.put(number, link);
      if (answer && answer.status < 300) return;
      this.here.delete(number);
      if (this.stopped || this.failed) return;
      if (!isPassing(answer)) {
        this.links.delete(number); // 403: it ended, or the site's own keys did; a new one may do
        if (++refusals > MOST_REFUSALS || answer.status === 404) await this.askWhy(answer);
      }
      if (isPassing(answer) || refusals > 1) await this.waitABit();
    }
  }

  async put(number, link) {
    const body = this.blob(number);
    let request;
    const answer = await send({
      method: "PUT",
      url: link,
      body,
      onSent: (sent) => this.isSent(number, sent),
      onStart: (started) => this.requests.add((request = started)),
    });
    this.requests.delete(request);
    if (answer && answer.status < 300) {
      this.patience.restore();
      this.isSent(number, body.size);
    }
    return answer;
  }

  isSent(number, bytes) {
    this.here.set(number, bytes);
    if (!this.stopped) this.showProgress();
  }

  showProgress() {
    const sent = this.isWhole ? this.file.size : [...this.here.values()].reduce((sum, size) => sum + size, 0);
    this.events.progress(sent);
  }

  // Asked for in handfuls, by whichever part needs one first.
  async linkTo(number, next) {
    while (!this.stopped && !this.failed) {
      const known = this.links.get(number);
      if (known && known.until > Date.now()) return known.url;
      this.asking ??= this.askLinks([number, ...next.slice(0, LINKS_AT_ONCE - 1)]).finally(() => (this.asking = null));
      await this.asking;
    }
    return null;
  }

  async askLinks(numbers) {
    const answer = await this.ask("POST", `${this.url}/parts`, { numbers });
    if (answer?.status !== 200) return this.pauseOrRefuse(answer);
    const until = Date.now() + LINK_LIFE_MS;
    for (const [number, url] of Object.entries(JSON.parse(answer.responseText).links)) {
      this.links.set(Number(number), { url, until });
    }
    return undefined;
  }

  // The bucket speaks XML for programs; the site may know in plain words, and if it knows nothing the upload was refused.
  async askWhy(answer) {
    const state = await this.askForState();
    if (state && state.status !== 200 && !isPassing(state)) throw refusal(state);
    throw new UploadRefused("", answer.status);
  }

  // 202: all bytes are there, and somebody else makes the recording.
  async complete() {
    const answer = await this.ask("POST", `${this.url}/complete`, {});
    if (answer?.status === 200) this.took(answer);
    else if (answer?.status === 202) this.isLookedAt = true;
    else if (answer?.status === 409) await this.sendAgain(answer);
    else await this.pauseOrRefuse(answer);
  }

  // Bytes are missing, or another process makes the recording at this moment: the site's state says which.
  async sendAgain(answer) {
    await this.pauseOrRefuse(answer);
    if (!this.stopped && !(await this.askState())) throw new UploadRefused("", 404);
    while (!this.stopped && !this.isWhole) await this.sendMissing();
  }

  async follow() {
    this.events.arrived();
    while (!this.stopped && !this.finished) {
      await this.patience.sleep(ASK_EVERY_MS);
      if (!this.stopped && !(await this.askAgain())) throw new UploadRefused("", 404);
    }
    this.tellFinished();
  }

  async askAgain() {
    const answer = await this.askForState();
    if (isPassing(answer)) return true;
    if (answer.status !== 200) throw refusal(answer);
    const state = JSON.parse(answer.responseText);
    if (state.status === "refused") throw new UploadRefused(state.error, 422);
    this.finished = finishedIn(state);
    return true;
  }

  ask(method, url, words) {
    return send({
      method,
      url,
      headers: {
        "X-CSRFToken": this.csrfToken,
        Accept: "application/json",
        ...(words && { "Content-Type": "application/json" }),
      },
      body: words && JSON.stringify(words),
    });
  }
}

function finishedIn({ recording }) {
  return recording ? { recording: recording.id, location: recording.location } : null;
}
