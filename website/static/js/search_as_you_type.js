// Shows the results of a search form while one types. The form works without this script too.

const PAUSE_MS = 250;

for (const form of document.querySelectorAll("[data-search-as-you-type]")) {
  const place = form.dataset.searchAsYouType;
  let timer = null;
  let running = null;

  const show = async () => {
    running?.abort();
    running = new AbortController();
    const url = new URL(form.action || location.href);
    url.search = new URLSearchParams(new FormData(form)).toString();
    try {
      const answer = await fetch(url, { signal: running.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById(place).replaceWith(document.adoptNode(page.getElementById(place)));
      history.replaceState(null, "", url);
    } catch (stopped) {
      if (stopped.name !== "AbortError") form.requestSubmit();
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE_MS);
  });
}
