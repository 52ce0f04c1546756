// Shows a part of a form only where another field has the value that it is for.

for (const part of document.querySelectorAll("[data-shown-for]")) {
  const field = document.getElementById(part.dataset.shownFor);
  const show = () => {
    part.hidden = field.value !== part.dataset.shownWhen;
  };
  field.addEventListener("change", show);
  show();
}
