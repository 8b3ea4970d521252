// Looks again and again how far an import is; when it has come to another state, the page is another one.
import { fragment } from "./api.js";
import { complain } from "./toast.js";

const POLL_MS = 1000;
const place = document.querySelector("[data-busy-import]");

async function look() {
  try {
    const found = await fragment(`/console/imports/${place.dataset.busyImport}/progress`);
    const state = (part) => part.querySelector("[data-state]").dataset.state;
    if (state(found) !== state(place)) return location.reload();
    place.replaceChildren(found);
  } catch (error) {
    complain(error);
  }
  setTimeout(look, POLL_MS);
}

if (place) setTimeout(look, POLL_MS);
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => form.querySelector("button").setAttribute("aria-busy", "true"));
}
