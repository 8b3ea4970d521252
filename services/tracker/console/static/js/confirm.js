// Asks once more before what cannot be undone.
import { say } from "./texts.js";

export function confirmed(question, label) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", question);
  const text = Object.assign(document.createElement("p"), { textContent: question });
  const acts = Object.assign(document.createElement("form"), { method: "dialog", className: "acts" });
  const no = Object.assign(document.createElement("button"), { value: "", textContent: say("settings_cancel"), autofocus: true });
  const yes = Object.assign(document.createElement("button"), { value: "yes", textContent: label, className: "danger" });
  acts.append(no, yes);
  dialog.append(text, acts);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => { dialog.remove(); done(dialog.returnValue === "yes"); });
  });
}
