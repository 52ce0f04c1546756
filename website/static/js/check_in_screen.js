// Renews the code on the screen. One that cannot be renewed is covered: it would be refused anyway.

const page = document.getElementById("main");
const [picture, digits, left, count] = ["picture", "digits", "left", "count"].map((part) =>
  document.getElementById(`code-${part}`),
);
let over = performance.now() + Number(page.dataset.leftMs);

async function renew() {
  let wait = 1000;
  try {
    const answer = await fetch(page.dataset.now, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 404 || answer.redirected) return location.reload(); // it was ended, or nobody is signed in
    if (!answer.ok) throw new Error(answer.status);
    const now = await answer.json();
    const next = new Image(); // shown once it is there, so that the screen never is without a picture
    next.src = now.picture;
    await next.decode();
    picture.src = next.src;
    digits.textContent = `${now.digits.slice(0, 3)} ${now.digits.slice(3)}`;
    count.textContent = page.dataset.count.replace("{came}", now.came).replace("{of}", now.of);
    over = performance.now() + now.left_ms;
    wait = Math.min(now.left_ms + 50, 2000); // within a step again, for the count
    page.classList.remove("is-lost");
  } catch {
    if (performance.now() > over) {
      page.classList.add("is-lost");
      count.textContent = page.dataset.lost;
    }
  }
  setTimeout(renew, wait);
}

setInterval(() => (left.value = Math.max(0, over - performance.now())), 100);
setTimeout(renew, Math.min(Number(page.dataset.leftMs) + 50, 2000));
navigator.wakeLock?.request("screen").catch(() => {}); // a laptop that sleeps shows nothing
