// What scripts say, in the page's language.
const texts = JSON.parse(document.getElementById("texts").textContent);

export function say(name, about = {}) {
  const found = texts[name];
  const text = typeof found === "object" ? found[about.n === 1 ? "one" : "other"] ?? found.other : found;
  return text.replace(/\{(\w+)\}/g, (_, gap) => about[gap]);
}
