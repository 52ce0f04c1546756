// Takes the code out of the link, where it stands behind # so that it is sent to nobody, and out of the address.

const form = document.querySelector("[data-join]");
const code = decodeURIComponent(location.hash.slice(1));

if (code) {
  history.replaceState(null, "", location.pathname);
  form.elements.code.value = code;
  form.requestSubmit();
}
