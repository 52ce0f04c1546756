// Chooses all, those without a mark, or none, without a new page, and counts.

const form = document.getElementById("several");

if (form) {
  const boxes = [...form.querySelectorAll("input[name=students]")];
  const count = document.getElementById("several-count");
  const chosen = { all: () => true, open: (box) => box.dataset.open === "yes", none: () => false };

  const tell = () => {
    const number = boxes.filter((box) => box.checked).length;
    count.textContent = count.dataset.words.replace("{number}", number);
  };

  for (const link of form.querySelectorAll("[data-choose]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      for (const box of boxes) box.checked = chosen[link.dataset.choose](box);
      tell();
    });
  }
  // A reason that is typed is not one of the usual ones any more.
  form.querySelector("#reason").addEventListener("input", () => {
    for (const chip of form.querySelectorAll("input[name=usual]")) chip.checked = false;
  });
  for (const chip of form.querySelectorAll("input[name=usual]")) {
    chip.addEventListener("change", () => (form.querySelector("#reason").value = ""));
  }
  form.addEventListener("change", tell);
  tell();
}
