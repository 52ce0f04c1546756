// Attempts that wait in this browser for the network, oldest first, until the site has answered them.

import { attemptForm, Offline, Refused } from "./site.js";

const MOST = 2000; // a day at a door; what is full refuses the newest, as it would be told to nobody

export class Outbox {
  static async open() {
    const request = indexedDB.open("rollcall-kiosk", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("attempts", { keyPath: "number", autoIncrement: true });
    return new Outbox(await done(request));
  }

  constructor(database) {
    this.database = database;
    this.sending = false;
  }

  store(mode = "readonly") {
    return this.database.transaction("attempts", mode).objectStore("attempts");
  }

  count() {
    return done(this.store().count());
  }

  // Returns once it is written. Raises where the disk is full.
  async keep(attempt, frames) {
    if ((await this.count()) >= MOST) throw new DOMException("", "QuotaExceededError");
    await done(this.store("readwrite").add({ attempt: { ...attempt, offline: true }, frames }));
  }

  // Sends what waits while the network lasts. The site knows each by its id, so that twice is once. Raises Unpaired.
  async send(site) {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let first = await this.first(); first; first = await this.first()) {
        try {
          await site.ask("kiosk/attempts", { method: "POST", form: attemptForm(first.attempt, first.frames) });
        } catch (fault) {
          if (fault instanceof Offline || (fault instanceof Refused && fault.status === 429)) return;
          if (!(fault instanceof Refused)) throw fault; // what is refused is refused for good, and recorded by the site
        }
        await done(this.store("readwrite").delete(first.number));
      }
    } finally {
      this.sending = false;
    }
  }

  async first() {
    const cursor = await done(this.store().openCursor());
    return cursor?.value ?? null;
  }

  clear() {
    return done(this.store("readwrite").clear());
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
