// Looks at a whole page as a person would, and names what is wrong with it.
({ language, allowed, isAlone }) => {
  const faults = [];
  const root = document.documentElement;
  const NAMED = 3;
  const FOREIGN = language === "zh" ? /[A-Za-z][A-Za-z'’]*(?:[ ,]+[A-Za-z][A-Za-z'’]*){2,}/ : /[\u3400-\u9fff]+/;
  const DATA = "[translate=no], code, pre, kbd, .mono, textarea, script, style, noscript, svg text, datalist";

  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const nameOf = (element) => element.tagName.toLowerCase() + [...element.classList].map((one) => `.${one}`).join("");
  // A part in another language says so; a name or a figure says that it is not to be translated.
  const isOurs = (element) => !element.closest(DATA) && element.closest("[lang]") === root;

  const room = root.clientWidth;
  if (root.scrollWidth > room) {
    const wide = [...document.body.querySelectorAll("*")]
      .filter((one) => isSeen(one) && one.getBoundingClientRect().right > room + 1);
    const told = wide.filter((one) => ![...one.children].some((child) => wide.includes(child)));
    faults.push(`wider than the window by ${root.scrollWidth - room} px: ${told.slice(0, NAMED).map(nameOf).join(", ")}`);
  }

  const spoken = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (data.trim() && isSeen(parentElement)) spoken.push([data.trim(), parentElement]);
  }
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]")) {
    if (!isSeen(element)) continue;
    for (const name of ["aria-label", "placeholder", "title"]) {
      if (element.getAttribute(name)) spoken.push([element.getAttribute(name), element]);
    }
  }
  const whole = spoken.map(([said]) => said).join("");
  if (whole.includes("\ufffd")) faults.push("a letter that was spoilt: U+FFFD");

  const without = (said) => allowed.reduce((left, word) => left.replaceAll(word, ""), said);
  const foreign = spoken.filter(([said, element]) => isOurs(element) && FOREIGN.test(without(said)));
  for (const [said, element] of foreign.slice(0, NAMED)) faults.push(`not in ${language}: "${said.slice(0, 60)}" in ${nameOf(element)}`);

  // A letter that no font has is drawn as the same box as a letter that does not exist.
  const canvas = Object.assign(document.createElement("canvas"), { width: 24, height: 24 });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = (letter) => {
    pen.clearRect(0, 0, 24, 24);
    pen.font = `16px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(letter, 2, 18);
    return pen.getImageData(0, 0, 24, 24).data.join();
  };
  const box = drawn("\u{10fffe}");
  const boxes = [...new Set(whole)].filter((letter) => letter > "\u007f" && letter.trim() && drawn(letter) === box);
  if (boxes.length) faults.push(`no font has: ${boxes.slice(0, 10).join(" ")}`);

  const titles = [...document.querySelectorAll("h1")].filter(isSeen);
  if (titles.length !== 1) faults.push(`${titles.length} first headings`);
  const elsewhere = [...document.querySelectorAll("a[href]")]
    .filter((one) => isSeen(one) && new URL(one.href).pathname.startsWith("/console") && new URL(one.href).pathname !== location.pathname);
  if (!elsewhere.length && !(isAlone && document.querySelector("form button"))) faults.push("a dead end: no link leads on");
  return faults;
};
