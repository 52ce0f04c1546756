// What uploads have in common whichever way their bytes go: begun once, found again, refused, finished, and patient.

import { Patience, UploadRefused, isPassing, refusal } from "./upload_request.js";

// Each kind has askToCreate(), created(answer), askForState(), took(answer), sendAll(), pause() and cancel().
export class ResumableUpload {
  url = null;
  stopped = false;
  ended = null;
  finished = null;
  patience = new Patience();

  // `events`: progress(sentBytes), waiting(), sending(), refused(error), done({recording, location}).
  constructor({ endpoint, csrfToken, file, metadata, remembered, events }) {
    Object.assign(this, { endpoint, csrfToken, file, metadata, remembered, events });
  }

  get isSending() {
    return this.ended !== null && !this.stopped;
  }

  start() {
    this.ended ??= this.run().finally(() => (this.ended = null));
    return this.ended;
  }

  async run() {
    this.stopped = false;
    await this.orRefused(async () => {
      await this.findOrCreate();
      await this.sendAll();
    });
    this.tellFinished();
  }

  async orRefused(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      if (error.status !== 401) this.remembered.forget();
      this.events.refused(error);
    }
  }

  tellFinished() {
    if (!this.finished || this.stopped) return;
    this.remembered.forget();
    this.events.done(this.finished);
  }

  async findOrCreate() {
    this.url ??= this.remembered.url();
    if (this.url && (await this.askState())) return;
    this.url = null;
    while (!this.stopped && !this.url) {
      const answer = await this.askToCreate();
      if (answer?.status === 201) this.created(answer);
      else await this.pauseOrRefuse(answer);
    }
  }

  // False where the site does not know the upload any more.
  async askState() {
    while (!this.stopped) {
      const answer = await this.askForState();
      if (answer && (answer.status === 404 || answer.status === 410)) return false;
      if (answer && answer.status < 300) {
        this.took(answer);
        return true;
      }
      await this.pauseOrRefuse(answer);
    }
    return true;
  }

  // No answer, or one that may be better soon: wait, longer each time. Anything else is final.
  async pauseOrRefuse(answer) {
    if (this.stopped) return;
    if (!isPassing(answer)) throw refusal(answer);
    await this.waitABit();
  }

  async waitABit() {
    this.events.waiting();
    await this.patience.wait();
  }
}
