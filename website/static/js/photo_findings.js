// Shows what was found in a photo: boxes over the picture, and sentences below it.

const SVG = "http://www.w3.org/2000/svg";

function rectangle([left, top, right, bottom], name) {
  const shape = document.createElementNS(SVG, "rect");
  const sides = { x: left, y: top, width: right - left, height: bottom - top, rx: (right - left) * 0.04 };
  for (const [side, value] of Object.entries(sides)) shape.setAttribute(side, value);
  shape.setAttribute("class", name);
  return shape;
}

// The first face is the one that counts. The drawing has the photo's own size, so it fits the picture at any width.
export function drawFaces(frame, report) {
  frame.querySelector("svg.faces")?.remove();
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "faces");
  drawing.setAttribute("viewBox", `0 0 ${report.width} ${report.height}`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  report.faces.forEach(({ box }, place) => {
    drawing.append(rectangle(box, "halo"), rectangle(box, place === 0 && report.usable ? "chosen" : "other"));
  });
  frame.append(drawing);
}

function finding(kind, sentence, url) {
  const item = document.createElement("li");
  item.className = `finding-${kind}`;
  const icon = document.querySelector(`template[data-icon="${kind}"]`).content.cloneNode(true);
  const words = document.createElement(url ? "a" : "span");
  if (url) Object.assign(words, { href: url, target: "_blank", rel: "noopener" });
  words.textContent = sentence;
  item.append(icon, words);
  return item;
}

// The other student's picture stands beside the words, so that both can be compared at a glance.
function lookAlike({ sentence, url, picture, picture_alt: alt }) {
  const item = finding("poor", sentence, url);
  if (picture) {
    const other = Object.assign(document.createElement("img"), { src: picture, alt, width: 64, height: 64 });
    other.className = "finding-picture";
    item.append(other);
  }
  return item;
}

export function say(list, kind, sentence) {
  list.replaceChildren(finding(kind, sentence));
}

export function sayFindings(list, report, words, note = "") {
  const items = [];
  if (report.refusal) items.push(finding("bad", report.refusal));
  else for (const { sentence } of report.problems) items.push(finding("poor", sentence));
  items.push(...report.look_alikes.map(lookAlike));
  if (!items.length) items.push(finding("good", words.good));
  if (note && report.usable) items.push(finding("wait", note));
  list.replaceChildren(...items);
}

export async function sentenceOf(answer, otherwise) {
  try {
    return (await answer.json()).error.message;
  } catch {
    return otherwise;
  }
}
