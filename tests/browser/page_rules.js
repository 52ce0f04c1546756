// The rules that every page keeps, as a function for the browser: the breaches as sentences.
() => {
  const breaches = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  const named = (element) => element.outerHTML.slice(0, 140).replaceAll(/\s+/g, " ");
  const breach = (rule, element) => breaches.push(element ? `${rule}: ${named(element)}` : rule);

  const headings = all("h1");
  if (headings.length !== 1) breach(`has ${headings.length} h1`);
  if (!headings.every((heading) => heading.textContent.trim())) breach("has an empty h1");
  if (!document.documentElement.lang) breach("has no language");
  if (!document.title.trim() || document.title.startsWith("·")) breach("has no title");
  if (all("main").length !== 1) breach("has not one main part");

  for (const input of all("input:not([type=hidden], [type=submit]), select, textarea").filter(isShown)) {
    const name = [...(input.labels ?? [])].map((label) => label.textContent).join("") || input.ariaLabel;
    if (!name?.trim()) breach("has an input without a label", input);
  }
  for (const control of all("a[href], button, [type=submit]").filter(isShown)) {
    const pictures = [...control.querySelectorAll("img[alt], svg[aria-label]")];
    const inner = pictures.map((picture) => picture.alt ?? picture.ariaLabel).join("");
    if (!(control.ariaLabel || control.textContent.trim() || control.value || inner)) breach("has a control without a name", control);
  }
  for (const image of all("img:not([alt])")) breach("has a picture without a text", image);
  for (const bar of all("progress").filter(isShown)) if (!bar.ariaLabel) breach("has a bar without a name", bar);

  const ids = all("[id]").map((element) => element.id);
  for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) breach(`has the id ${id} twice`);
  for (const element of all("[aria-describedby], [aria-labelledby], label[for]")) {
    const wanted = ["aria-describedby", "aria-labelledby", "for"].flatMap(
      (name) => element.getAttribute(name)?.split(/\s+/) ?? [],
    );
    for (const id of wanted.filter(Boolean)) if (!document.getElementById(id)) breach(`names the missing id ${id}`, element);
  }

  // WCAG 2.2, 1.4.3: text has 4.5 to 1 to what is behind it, large text 3 to 1.
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, place) => part * a + below[place] * (1 - a));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const colour = rgba(getComputedStyle(element).backgroundColor);
    return colour[3] === 1 ? colour.slice(0, 3) : over(colour, behind(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const isOff = (element) => element.closest(":disabled, .choice-done") || element.querySelector(":scope > :disabled");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const judged = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || judged.has(element) || !isShown(element) || isOff(element)) continue;
    if (element.closest("noscript, option, .visually-hidden, .skip-link")) continue;
    judged.add(element);
    const style = getComputedStyle(element);
    const below = behind(element);
    const [low, high] = [light(over(rgba(style.color), below)), light(below)].sort((a, b) => a - b);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < (isLarge ? 3 : 4.5)) breach(`has text at ${contrast.toFixed(2)} to 1`, element);
  }

  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) breach(`is ${scrollWidth - clientWidth} px wider than the window`);
  return breaches;
};
