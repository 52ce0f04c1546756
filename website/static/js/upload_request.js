// What all kinds of uploads share: a request that tells how much of it was sent, refusals, and waiting for better times.

const LONGEST_WAIT_MS = 30_000;
const PASSING_FAULTS = [409, 423, 425, 429, 500, 502, 503, 504];

export class UploadRefused extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

// XMLHttpRequest and not fetch: only it tells how much of a body has been sent. Resolves to null where no answer came.
export function send({ method, url, headers = {}, body, onSent, onStart }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (onSent) request.upload.onprogress = (event) => onSent(event.loaded);
    request.onload = () => resolve(request);
    request.onerror = () => resolve(null);
    request.onabort = () => resolve(null);
    onStart?.(request);
    request.send(body);
  });
}

export function isPassing(answer) {
  return !answer || PASSING_FAULTS.includes(answer.status);
}

export function refusal(answer) {
  return new UploadRefused(sentenceOf(answer), answer.status);
}

function sentenceOf(answer) {
  try {
    return JSON.parse(answer.responseText).error.message;
  } catch {
    return "";
  }
}

// Waits longer each time, until the network is back, or until it is woken up.
export class Patience {
  constructor() {
    this.retries = 0;
    this.waiting = new Set();
  }

  wait() {
    return this.sleep(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** this.retries++));
  }

  sleep(ms) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        window.removeEventListener("online", end);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      window.addEventListener("online", end);
      this.waiting.add(end);
    });
  }

  restore() {
    this.retries = 0;
  }

  wakeUp() {
    for (const end of [...this.waiting]) end();
  }
}
