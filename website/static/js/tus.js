// A small client for tus 1.0: sends a file in pieces, goes on where it stopped, and waits while the network is away.

import { ResumableUpload } from "./resumable_upload.js";
import { UploadRefused, send } from "./upload_request.js";

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

export class TusUpload extends ResumableUpload {
  offset = 0;

  async sendAll() {
    while (!this.stopped && !this.finished) await this.sendPiece();
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
    return answer?.status === 404 ? finishedIn(await this.askForState()) : null;
  }

  askToCreate() {
    return this.ask("POST", this.endpoint, {
      "Upload-Length": String(this.file.size),
      "Upload-Metadata": metadataHeader(this.metadata),
    });
  }

  askForState() {
    return this.ask("HEAD", this.url);
  }

  created(answer) {
    this.url = answer.getResponseHeader("Location");
    this.offset = 0;
    this.patience.restore();
    this.remembered.store(this.url);
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
    if (!this.stopped && !(await this.askState())) throw new UploadRefused("", 404);
  }

  // To somebody who is signed out, the site refuses bytes before it says so.
  async checkSignedIn() {
    const answer = await this.askForState();
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
}
