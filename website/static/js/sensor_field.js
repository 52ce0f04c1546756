// The rectangle in which a kiosk's sensor looks: dragged at its middle or its corner; the numbers below say the same.

const picture = document.querySelector("[data-sensor-field]");
const place = picture.querySelector(".sensor-place");
const image = picture.querySelector("img");
const choose = document.querySelector("[data-sensor-picture]");
const fields = ["x", "y", "width", "height"].map((side) => document.querySelector(`[name=field_${side}]`));
const LEAST = 5; // percent

const within = (value, low, high) => Math.max(low, Math.min(high, value));
const now = () => fields.map((field) => Number(field.value) || 0);

function draw() {
  const [x, y, width, height] = now();
  Object.assign(place.style, { left: `${x}%`, top: `${y}%`, width: `${width}%`, height: `${height}%` });
}

function set(...sides) {
  fields.forEach((field, number) => (field.value = sides[number].toFixed(1)));
  draw();
}

picture.addEventListener("pointerdown", (down) => {
  const box = picture.getBoundingClientRect();
  const [x, y, width, height] = now();
  const corner = place.getBoundingClientRect();
  const resizes = down.clientX > corner.right - 26 && down.clientY > corner.bottom - 26;
  if (down.target !== place) return;
  picture.setPointerCapture(down.pointerId);
  const move = (event) => {
    const across = (100 * (event.clientX - down.clientX)) / box.width;
    const along = (100 * (event.clientY - down.clientY)) / box.height;
    if (resizes) set(x, y, within(width + across, LEAST, 100 - x), within(height + along, LEAST, 100 - y));
    else set(within(x + across, 0, 100 - width), within(y + along, 0, 100 - height), width, height);
  };
  picture.addEventListener("pointermove", move);
  picture.addEventListener("lostpointercapture", () => picture.removeEventListener("pointermove", move), { once: true });
  down.preventDefault();
});
for (const field of fields) field.addEventListener("input", draw);
choose.querySelector("input").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (!file) return;
  image.src = URL.createObjectURL(file); // it is sent nowhere
  image.hidden = false;
});
picture.hidden = choose.hidden = false;
draw();
