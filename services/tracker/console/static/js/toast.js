// Short messages in the corner; one that offers something to do stays longer.
import { say } from "./texts.js";

const SHOWN_MS = 5000;
const OFFER_MS = 10000;

export function toast(text, { bad = false, act = null } = {}) {
  const box = document.createElement("div");
  box.className = bad ? "toast bad" : "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (act) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: act.label });
    button.addEventListener("click", () => { box.remove(); act.run(); });
    box.append(button);
  }
  // What went well makes room for what comes next; what did not stays until its time.
  for (const old of document.querySelectorAll(".toast:not(.bad)")) old.remove();
  document.querySelector(".toasts").append(box);
  setTimeout(() => box.remove(), act || bad ? OFFER_MS : SHOWN_MS);
}

export function complain(error) {
  toast(error.said ?? say("lost"), { bad: true });
}
