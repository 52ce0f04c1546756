// Sends the files of an import with their progress; a ZIP of photos takes a while.

const form = document.querySelector("[data-import-form]");
const words = JSON.parse(form.dataset.words);
const bar = form.querySelector("[data-send-progress]");
const button = form.querySelector("[type=submit]");

function refuse(sentence) {
  const place = form.querySelector("[data-form-error]");
  place.hidden = false;
  place.querySelector("span").textContent = sentence;
  place.scrollIntoView({ block: "nearest" });
  bar.hidden = true;
  button.disabled = false;
}

function sentencesIn(answer) {
  try {
    const { error, fields = {} } = JSON.parse(answer);
    return Object.values(fields).flat().join(" ") || error.message;
  } catch {
    return words.sendFailed;
  }
}

// XMLHttpRequest and not fetch: only it tells how much has been sent.
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  bar.hidden = false;
  const request = new XMLHttpRequest();
  request.open("POST", form.action || location.href);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = total ? loaded / total : 0;
  };
  request.onload = () => {
    if (request.status === 201) location.assign(JSON.parse(request.responseText).location);
    else refuse(sentencesIn(request.responseText));
  };
  request.onerror = () => refuse(words.sendFailed);
  request.send(new FormData(form));
});
