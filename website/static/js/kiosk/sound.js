// Sounds and speech: how loud, when not at all, and which voices. Whatever is heard stands on the screen as well.

// "22:00" to "06:00" goes over midnight. `now` is a Date of this device's clock.
export function isQuiet(settings, now) {
  const { quiet_from: from, quiet_until: until } = settings;
  if (!from || !until || from === until) return false;
  const clock = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  return from < until ? from <= clock && clock < until : clock >= from || clock < until;
}

export class Sound {
  constructor(files) {
    this.files = files;
    this.players = new Map();
  }

  loudness(settings) {
    return isQuiet(settings, new Date()) ? 0 : Math.max(0, Math.min(1, settings.volume ?? 0.5));
  }

  play(name, settings) {
    const volume = this.loudness(settings);
    if (!volume || !this.files[name]) return;
    const player = this.players.get(name) ?? new Audio(this.files[name]);
    this.players.set(name, player);
    player.volume = volume;
    player.currentTime = 0;
    player.play().catch(() => {}); // before the first touch a browser plays nothing
  }

  // Only by voices that are on this device: a name is sent to nobody.
  say(text, language, settings) {
    const volume = this.loudness(settings);
    if (settings.speech !== "browser" || !volume || !text || !globalThis.speechSynthesis) return;
    const voice = speechSynthesis.getVoices().find((one) => one.localService && one.lang.startsWith(language));
    if (!voice) return;
    speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(text);
    Object.assign(words, { voice, lang: voice.lang, volume });
    speechSynthesis.speak(words);
  }

  hush() {
    globalThis.speechSynthesis?.cancel();
  }
}

// What was said, as a command; null where it is none of these words or more than one.
export function commandIn(said, words) {
  const plain = (text) => text.toLowerCase().replaceAll(/[\s.,!?-]+/g, "");
  const heard = Object.entries(words).filter(([, ways]) => ways.some((way) => plain(said).includes(plain(way))));
  return heard.length === 1 ? heard[0][0] : null;
}

// Listens for one command, where the setting says so; returns what stops it.
export function hear(language, settings, words, onCommand) {
  const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
  if (settings.speech !== "browser" || !Recognition) return () => {};
  const listening = new Recognition();
  listening.lang = language === "ko" ? "ko-KR" : "en-US";
  listening.maxAlternatives = 3;
  if ("processLocally" in listening) listening.processLocally = true; // where it cannot, it hears nothing, and buttons do
  listening.onresult = (event) => {
    const said = [...event.results].flatMap((result) => [...result]).map((one) => one.transcript);
    const command = said.map((one) => commandIn(one, words)).find(Boolean);
    if (command) onCommand(command);
  };
  listening.onerror = () => {};
  try {
    listening.start();
  } catch {
    return () => {};
  }
  return () => listening.abort();
}
