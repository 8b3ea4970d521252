// The page of parts: what only moves or speaks can be tried here.
import { toast } from "./toast.js";

for (const button of document.querySelectorAll("[data-toast]")) {
  const { toast: text, bad, act } = button.dataset;
  const offer = act ? { label: act, run: () => button.focus() } : null;
  button.addEventListener("click", () => toast(text, { bad: bad !== undefined, act: offer }));
}
