// The quarantine by keyboard: one row is looked at, some are selected, and what is decided holds for those, or for that.
import { listen } from "./keys.js";
import { offer } from "./palette.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

const TIMEOUT_MS = 15000;
const KEYS = { r: "release", p: "spam" };
const place = document.getElementById("quarantine");
let here = null;
let isSending = false;

const form = () => place.querySelector("form");
const rows = () => [...place.querySelectorAll(".held-row")];
const tick = (row) => row.querySelector(':scope > input[type="checkbox"]');
const selected = () => rows().filter((row) => tick(row)?.checked);

function look(row) {
  if (!row) return;
  here?.classList.remove("here");
  here?.removeAttribute("aria-current");
  here = row;
  here.classList.add("here");
  here.setAttribute("aria-current", "true");
  (tick(here) ?? here.querySelector("a")).focus({ preventScroll: true });
  here.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  look(all[Math.max(0, Math.min((here ? all.indexOf(here) : -1) + by, all.length - 1))]);
}

function count() {
  const acts = place.querySelector(".held-acts");
  if (!acts) return;
  const chosen = selected().length;
  const said = acts.querySelector("[data-count]");
  said.textContent = chosen ? say("selected", { n: chosen }) : said.dataset.count;
  acts.classList.toggle("has-some", chosen > 0);
  const all = acts.querySelector("[data-all]");
  all.checked = chosen === rows().length;
  all.indeterminate = chosen > 0 && !all.checked;
}

// The form goes where it would go by itself; of the page that answers, the list takes the place of the one here.
async function decide(button) {
  if (!button || isSending) return;
  const body = new URLSearchParams(new FormData(form()));
  if (!selected().length) {
    if (!here) return toast(say("quarantine_choose"));
    body.append(tick(here).name, "on");
  }
  isSending = true;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button.formAction, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch (error) {
    complain(error);
  } finally {
    button.removeAttribute("aria-busy");
    isSending = false;
  }
}

function show(page) {
  const fresh = page.getElementById("quarantine");
  if (!fresh) return toast(page.querySelector("h1")?.textContent ?? say("lost"), { bad: true });
  const at = here ? rows().indexOf(here) : -1;
  const done = fresh.querySelector(".held-done");
  if (done) toast(done.textContent.trim());
  done?.remove();
  here = null;
  place.replaceChildren(...fresh.childNodes);
  if (at >= 0) look(rows()[Math.min(at, rows().length - 1)]);
}

place.addEventListener("submit", (event) => {
  event.preventDefault();
  decide(event.submitter);
});
place.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) for (const row of rows()) tick(row).checked = event.target.checked;
  count();
});
place.addEventListener("click", (event) => {
  const row = event.target.closest(".held-row");
  if (row && !event.target.closest("a, summary") && !String(getSelection())) look(row);
});

listen({
  j: () => step(1),
  k: () => step(-1),
  x: () => {
    if (!here || !tick(here)) return;
    tick(here).checked = !tick(here).checked;
    count();
  },
});
const buttonFor = (verb) => place.querySelector(`[data-verb="${verb}"]`);
for (const [key, verb] of Object.entries(KEYS)) {
  listen({ [key]: () => decide(buttonFor(verb)) });
  const label = buttonFor(verb)?.firstChild.nextSibling?.textContent.trim();
  if (label) offer(label, () => decide(buttonFor(verb)), key);
}
