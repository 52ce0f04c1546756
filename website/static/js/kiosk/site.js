// What the kiosk asks the site, with its own key; a page cannot use the key of another, and no cookie is needed.

export class Offline extends Error {}
export class Unpaired extends Error {}
export class Refused extends Error {}

const UNREACHABLE = [502, 503, 504];
const PATIENCE_MS = 30_000;

export class Site {
  constructor(api, key) {
    this.api = api;
    this.key = key;
  }

  // The answer's JSON; null where there is none. Raises Offline, Unpaired, Refused with the site's sentence.
  async ask(path, { method = "GET", json, form } = {}) {
    const answer = await this.fetched(path, {
      method,
      headers: { Accept: "application/json", ...(json ? { "Content-Type": "application/json" } : {}) },
      body: json ? JSON.stringify(json) : form,
    });
    return answer.status === 204 ? null : answer.json();
  }

  async picture(path) {
    return (await this.fetched(path, {})).blob();
  }

  async fetched(path, { headers = {}, ...request }) {
    const authorization = this.key ? { Authorization: `Bearer ${this.key}` } : {};
    let answer;
    try {
      answer = await fetch(path.startsWith("/") ? path : `${this.api}/${path}`, {
        ...request,
        headers: { ...headers, ...authorization },
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    } catch (fault) {
      throw new Offline("", { cause: fault });
    }
    if (answer.ok) return answer;
    if (UNREACHABLE.includes(answer.status)) throw new Offline();
    const sentence = (await answer.json().catch(() => null))?.error?.message ?? "";
    if (answer.status === 401 && this.key) throw new Unpaired(sentence);
    const refusal = new Refused(sentence);
    refusal.status = answer.status;
    throw refusal;
  }
}

export function attemptForm(attempt, frames) {
  const form = new FormData();
  form.append("attempt", JSON.stringify(attempt));
  frames.forEach((frame, number) => form.append("frames", frame, `${number}.jpg`));
  return form;
}
