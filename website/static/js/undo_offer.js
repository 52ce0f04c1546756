// The offer to undo goes after ten seconds, but not while somebody points at it or has reached it by keyboard.

const OFFERED_MS = 10_000;
const offer = document.querySelector("[data-undo-offer]");
let passed = 0;

const clock = setInterval(() => {
  if (offer.matches(":hover, :focus-within")) return;
  passed += 500;
  if (passed < OFFERED_MS) return;
  clearInterval(clock);
  offer.remove();
}, 500);

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select");
  if (!offer.isConnected || writes || event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
  event.preventDefault();
  offer.requestSubmit();
});
