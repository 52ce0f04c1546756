// A small client for tus 1.0: sends a file in pieces, goes on where it stopped, and waits while the network is away.

import { Patience, UploadRefused, isPassing, refusal, send } from "./upload_request.js";

const VERSION = "1.0.0";
const PIECE_BYTES = 8 * 1024 * 1024;

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

const metadataHeader = (metadata) =>
  Object.entries(metadata)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${base64(value)}`)
    .join(",");

function finishedIn(answer) {
  const recording = answer?.getResponseHeader("Rollcall-Recording");
  return recording ? { recording, location: answer.getResponseHeader("Rollcall-Location") } : null;
}

export class TusUpload {
  // `events`: progress(sentBytes), waiting(), sending(), refused(error), done({recording, location}).
  constructor({ endpoint, csrfToken, file, metadata, remembered, events }) {
    Object.assign(this, { endpoint, csrfToken, file, metadata, remembered, events });
    this.url = null;
    this.offset = 0;
    this.stopped = false;
    this.ended = null;
    this.patience = new Patience();
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
    try {
      await this.findOrCreate();
      while (!this.stopped && !this.finished) await this.sendPiece();
    } catch (error) {
      if (!(error instanceof UploadRefused)) throw error;
      if (error.status !== 401) this.remembered.forget();
      this.events.refused(error);
    }
    if (this.finished && !this.stopped) {
      this.remembered.forget();
      this.events.done(this.finished);
    }
  }

  // Only a piece is broken off: the answer to anything else is short, and says where the upload is.
  pause() {
    this.stopped = true;
    this.piece?.abort();
    this.patience.wakeUp();
  }

  // The recording where the last byte had arrived before, else null.
  async cancel() {
    this.pause();
    await this.ended;
    this.remembered.forget();
    if (!this.url) return null;
    const answer = await this.ask("DELETE", this.url);
    return answer?.status === 404 ? finishedIn(await this.ask("HEAD", this.url)) : null;
  }

  async findOrCreate() {
    this.url ??= this.remembered.url();
    if (this.url && (await this.askOffset())) return;
    this.url = null;
    while (!this.stopped && !this.url) {
      const answer = await this.ask("POST", this.endpoint, {
        "Upload-Length": String(this.file.size),
        "Upload-Metadata": metadataHeader(this.metadata),
      });
      if (answer?.status === 201) this.created(answer);
      else await this.pauseOrRefuse(answer);
    }
  }

  created(answer) {
    this.url = answer.getResponseHeader("Location");
    this.offset = 0;
    this.patience.restore();
    this.remembered.keep(this.url);
  }

  // False where the server does not know the upload any more.
  async askOffset() {
    while (!this.stopped) {
      const answer = await this.ask("HEAD", this.url);
      if (answer && (answer.status === 404 || answer.status === 410)) return false;
      if (answer && answer.status < 300) {
        this.took(answer);
        return true;
      }
      await this.pauseOrRefuse(answer);
    }
    return true;
  }

  async sendPiece() {
    const from = this.offset;
    const answer = await this.ask(
      "PATCH",
      this.url,
      { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(from) },
      this.file.slice(from, from + PIECE_BYTES),
      (sent) => this.events.progress(from + sent),
    );
    if (answer && answer.status < 300) return this.took(answer);
    if (answer?.status === 400 || answer?.status === 413) await this.checkSignedIn();
    await this.pauseOrRefuse(answer);
    if (!this.stopped && !(await this.askOffset())) throw new UploadRefused("", 404);
  }

  // To somebody who is signed out, the site refuses bytes before it says so.
  async checkSignedIn() {
    const answer = await this.ask("HEAD", this.url);
    if (answer?.status === 401) throw new UploadRefused("", 401);
  }

  took(answer) {
    this.offset = Number(answer.getResponseHeader("Upload-Offset"));
    this.patience.restore();
    this.events.sending();
    this.events.progress(this.offset);
    this.finished = finishedIn(answer);
  }

  ask(method, url, headers = {}, body = null, onSent = null) {
    return send({
      method,
      url,
      headers: { "Tus-Resumable": VERSION, "X-CSRFToken": this.csrfToken, Accept: "application/json", ...headers },
      body,
      onSent,
      onStart: (request) => (this.piece = method === "PATCH" ? request : null),
    });
  }

  // No answer, or one that may be better soon: wait, longer each time. Anything else is final.
  async pauseOrRefuse(answer) {
    if (this.stopped) return;
    if (!isPassing(answer)) throw refusal(answer);
    this.events.waiting();
    await this.patience.wait();
  }
}
