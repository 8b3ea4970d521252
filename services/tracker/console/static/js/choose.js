// Asks for one of several, by a few letters, arrows and Enter. Gives null when the person thinks better of it.
import { say } from "./texts.js";

export function choose(title, choices) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", title);
  const heading = Object.assign(document.createElement("h2"), { textContent: title });
  const field = Object.assign(document.createElement("input"), { type: "search", placeholder: say("filter") });
  field.setAttribute("aria-label", say("filter"));
  const list = Object.assign(document.createElement("div"), { className: "choices" });
  dialog.append(heading, field, list);
  document.body.append(dialog);
  return new Promise((done) => {
    let picked = null;
    const pick = (value) => { picked = value; dialog.close(); };
    let at = 0;
    const shown = () => [...list.children];
    const light = (index) => {
      at = Math.max(0, Math.min(index, shown().length - 1));
      shown().forEach((one, place) => one.toggleAttribute("data-lit", place === at));
      shown()[at]?.scrollIntoView({ block: "nearest" });
    };
    const draw = () => {
      const wanted = field.value.trim().toLowerCase();
      list.replaceChildren(...choices.filter(({ label }) => label.toLowerCase().includes(wanted)).map((choice) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: choice.label });
        if (choice.key) button.append(Object.assign(document.createElement("kbd"), { textContent: choice.key }));
        button.addEventListener("click", () => pick(choice.value));
        return button;
      }));
      light(0);
    };
    field.addEventListener("input", draw);
    dialog.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") light(at + 1);
      else if (event.key === "ArrowUp") light(at - 1);
      else if (event.key === "Enter" && event.target === field) shown()[at]?.click();
      else return;
      event.preventDefault();
    });
    dialog.addEventListener("close", () => { dialog.remove(); done(picked); });
    draw();
    dialog.showModal();
    field.focus();
  });
}

// Asks for a line of text; null when the person thinks better of it.
export function ask(title, value = "") {
  const dialog = document.createElement("dialog");
  const form = Object.assign(document.createElement("form"), { method: "dialog" });
  const label = Object.assign(document.createElement("label"), { textContent: title, htmlFor: "asked" });
  const field = Object.assign(document.createElement("input"), { id: "asked", value, maxLength: 200 });
  const acts = Object.assign(document.createElement("div"), { className: "acts" });
  const cancel = Object.assign(document.createElement("button"), { type: "button", textContent: say("cancel") });
  acts.append(cancel, Object.assign(document.createElement("button"), { className: "primary", textContent: say("ok") }));
  form.append(label, field, acts);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((done) => {
    let said = null;
    form.addEventListener("submit", () => { said = field.value.trim(); });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); done(said); });
    dialog.showModal();
    field.focus();
  });
}
