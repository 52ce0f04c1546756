// Ten large digits for whoever has no keyboard; they type into the field that was last chosen of the form.

export function padOf(form) {
  const fields = [...form.querySelectorAll("input[data-pad]")];
  let field = fields[0];
  for (const one of fields) one.addEventListener("focus", () => (field = one));
  form.querySelector(".kiosk-pad").addEventListener("click", (event) => {
    const key = event.target.closest("button")?.dataset.key;
    if (!key) return;
    if (key === "back") field.value = field.value.slice(0, -1);
    else if (field.value.length < field.maxLength) field.value += key;
  });
  return {
    empty() {
      for (const one of fields) one.value = "";
      field = fields[0];
    },
  };
}
