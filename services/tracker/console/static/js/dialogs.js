// Dialogs with a form: they close by their own button, and are busy while the server is asked.
import { complain } from "./toast.js";

export function fitted(dialog, submit) {
  const form = dialog.querySelector("form");
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const go = form.querySelector("button.primary");
    if (go.getAttribute("aria-busy") === "true") return;
    go.setAttribute("aria-busy", "true");
    try {
      await submit(new FormData(form));
    } catch (error) {
      complain(error);
    } finally {
      go.removeAttribute("aria-busy");
    }
  });
}

// What was said on the page that is left stays seen on the one that comes.
const LATER = "huiyin-said";
export const sayLater = (text) => sessionStorage.setItem(LATER, text);
export function takeSaid() {
  const text = sessionStorage.getItem(LATER);
  sessionStorage.removeItem(LATER);
  return text;
}
