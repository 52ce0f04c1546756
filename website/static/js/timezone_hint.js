// Offers the device's own time zone where another one is chosen.

const hint = document.getElementById("timezone-hint");
const select = document.getElementById(hint.dataset.select);
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = [...select.options].some((option) => option.value === zone);

const show = () => {
  hint.hidden = !known || select.value === zone;
};

hint.querySelector("button").textContent = zone;
hint.querySelector("button").addEventListener("click", () => {
  select.value = zone;
  show();
  select.focus();
});
select.addEventListener("change", show);
show();
