// Asks every second how far the search of a recording is, until it is done or failed.

const EVERY_MS = 1000;
const OPEN = ["queued", "searching"];

export async function followRecording(url, onChange) {
  for (;;) {
    const recording = await ask(url);
    if (recording === "gone") return null;
    if (recording) {
      onChange(recording);
      if (!OPEN.includes(recording.status)) return recording;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

// null where the site does not answer at this moment: it is asked again.
async function ask(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.ok) return await answer.json();
    return answer.status < 500 && answer.status !== 429 ? "gone" : null;
  } catch {
    return null;
  }
}
