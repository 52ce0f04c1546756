// What searching a chosen file will cost, told before it is sent: its length times the price of a minute.

const PATIENCE_MS = 5000;
const PICTURE = /\.(jpe?g|png)$/i;

// A sentence; empty for a picture, which costs next to nothing. `left` is what the month's budget still has; null
// where there is none, and with 0 the page says more.
export async function costOf(file, { pricePerMinute, left }, texts) {
  if (PICTURE.test(file.name)) return "";
  const seconds = await secondsOf(file);
  if (!seconds) return texts.costUnknown.replace("{price}", dollars(pricePerMinute));
  const cost = (Math.ceil(seconds) / 60) * pricePerMinute;
  const sentence = texts.cost.replace("{cost}", dollars(cost)).replace("{length}", clock(seconds));
  return left > 0 && cost > left ? `${sentence} ${texts.costTooHigh}` : sentence;
}

// Only the file's own words about its length are read; 0 where the browser cannot read them.
function secondsOf(file) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  return new Promise((resolve) => {
    video.preload = "metadata";
    video.onloadedmetadata = () => resolve(Number.isFinite(video.duration) ? video.duration : 0);
    video.onerror = () => resolve(0);
    setTimeout(() => resolve(0), PATIENCE_MS);
    video.src = address;
  }).finally(() => {
    video.removeAttribute("src");
    URL.revokeObjectURL(address);
  });
}

const dollars = (amount) => (amount >= 0.01 || amount === 0 ? amount.toFixed(2) : amount.toPrecision(1));

function clock(seconds) {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
