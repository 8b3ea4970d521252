// The inbox by keyboard: one row is looked at, some are selected, and what is done holds for those, or for that one.
import { act } from "./acts.js";
import { fragment } from "./api.js";
import { bind, KEYS } from "./case.js";
import { go, listen } from "./keys.js";
import { arrivals } from "./live.js";
import { offer } from "./palette.js";
import { say } from "./texts.js";
import { complain } from "./toast.js";

const desk = document.querySelector(".desk");
const list = document.getElementById("cases");
const pane = desk.querySelector(".pane");
const bulk = desk.querySelector(".bulk");
const isWide = matchMedia("(min-width: 1181px)");
const canWrite = desk.dataset.canWrite === "yes";
// After these, the eye goes on to the next case, and what was selected is dealt with.
const LEAVING = ["done", "snooze", "join"];
// What the server can find; anything else filters the page that is there.
const FINDABLE = /@|^[0-9a-f]{8}-[0-9a-f-]{27}$|^[2-9a-hj-kmnp-tv-z]{4}([- ]?[2-9a-hj-kmnp-tv-z]{4}){2}$/i;
let here = null;
let asked = 0;

const rows = () => [...(list?.children ?? [])].filter((row) => !row.hidden);
const tick = (row) => row.querySelector('input[type="checkbox"]');
const selected = () => rows().filter((row) => tick(row).checked);
const targets = () => {
  const chosen = selected().length ? selected() : here ? [here] : [];
  return chosen.map((row) => row.dataset.id);
};

function look(row) {
  if (!row) return;
  here?.classList.remove("here");
  here?.removeAttribute("aria-current");
  here = row;
  here.classList.add("here");
  here.setAttribute("aria-current", "true");
  here.querySelector("a").focus({ preventScroll: true });
  here.scrollIntoView({ block: "nearest" });
  showPane();
}

function step(by) {
  const all = rows();
  look(all[Math.max(0, Math.min((here ? all.indexOf(here) : -1) + by, all.length - 1))]);
}

async function showPane() {
  if (!isWide.matches || !here) return;
  const mine = ++asked;
  try {
    const content = await fragment(`/console/cases/${here.dataset.id}/pane`);
    if (mine !== asked) return;
    pane.replaceChildren(content);
    pane.scrollTop = 0;
    bind(pane.querySelector("article"), refresh);
  } catch (error) {
    complain(error);
  }
}

function count() {
  const chosen = selected().length;
  bulk.hidden = !chosen || !canWrite;
  bulk.querySelector("strong").textContent = say("selected", { n: chosen });
}

// Rows that have changed are drawn again where they stand: nothing jumps, and what is done is seen to be done.
async function refresh(ids) {
  if (!ids.length) return;
  const content = await fragment(`/console/inbox/rows?${new URLSearchParams(ids.map((id) => ["id", id]))}`);
  for (const fresh of [...content.querySelectorAll(".case-row")]) {
    const old = list.querySelector(`[data-id="${fresh.dataset.id}"]`);
    if (!old) continue;
    const wasHere = old === here;
    const isOver = ["solved", "closed"].includes(fresh.dataset.state);
    tick(fresh).checked = tick(old).checked && !isOver;
    old.replaceWith(fresh);
    fresh.classList.toggle("gone", isOver);
    if (wasHere) {
      here = fresh;
      here.classList.add("here");
      here.setAttribute("aria-current", "true");
    }
  }
  count();
  if (here && ids.includes(here.dataset.id)) showPane();
}

async function run(name) {
  const ids = targets();
  const changed = await act(name, ids);
  await refresh(changed);
  if (!changed.length || !LEAVING.includes(name)) return;
  for (const row of selected()) tick(row).checked = false;
  count();
  step(1);
}

list?.addEventListener("click", (event) => {
  const row = event.target.closest(".case-row");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.type === "checkbox") return count();
  if (event.target.closest("a") && !isWide.matches) return;
  event.preventDefault();
  look(row);
});
bulk.addEventListener("click", (event) => {
  const name = event.target.closest("button")?.dataset.act;
  if (name === "clear") {
    for (const row of selected()) tick(row).checked = false;
    count();
  } else if (name) {
    run(name);
  }
});

listen({
  j: () => step(1),
  k: () => step(-1),
  Enter: () => here && go(here.querySelector("a").href),
  x: () => {
    if (!here) return;
    tick(here).checked = !tick(here).checked;
    count();
  },
  r: () => pane.querySelector('[data-form="reply"] textarea')?.focus(),
  "/": () => document.getElementById("find").focus(),
});
if (canWrite) {
  for (const [key, name] of Object.entries(KEYS)) {
    listen({ [key]: () => run(name) });
    offer(bulk.querySelector(`[data-act="${name}"]`).textContent.trim(), () => run(name), key);
  }
}

// What is typed into the search filters the loaded page at once; Enter asks the server.
const find = document.getElementById("find");
find.addEventListener("input", () => {
  const wanted = find.value.trim().toLowerCase();
  for (const row of list?.children ?? []) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  desk.querySelector(".nothing").hidden = !wanted || rows().length > 0;
  count();
});
find.form.addEventListener("submit", (event) => {
  if (FINDABLE.test(find.value.trim())) return;
  event.preventDefault();
  find.blur();
  step(here && !here.hidden ? 0 : 1);
});
find.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    find.value = "";
    find.dispatchEvent(new Event("input"));
    find.blur();
    step(0);
  }
});
for (const select of document.querySelectorAll(".filters select")) {
  select.addEventListener("change", () => {
    const address = new URLSearchParams(new FormData(select.form));
    for (const [name, value] of [...address]) if (!value) address.delete(name, value);
    go(`?${address}`);
  });
}

// New cases announce themselves; they come into the list only when they are asked to.
const arrived = desk.querySelector(".arrived");
if (desk.dataset.live) {
  arrivals(desk.dataset.live, ({ ids }) => {
    const fresh = ids.filter((id) => !list?.querySelector(`[data-id="${id}"]`));
    if (!fresh.length) return;
    arrived.dataset.ids = [...new Set([...(arrived.dataset.ids?.split(" ") ?? []), ...fresh])].join(" ");
    const waiting = arrived.dataset.ids.split(" ").filter(Boolean);
    arrived.textContent = say("arrived", { n: waiting.length });
    arrived.hidden = false;
  });
  arrived.addEventListener("click", async () => {
    if (!list) return location.reload();
    const ids = arrived.dataset.ids.split(" ").filter(Boolean);
    const content = await fragment(`/console/inbox/rows?${new URLSearchParams(ids.map((id) => ["id", id]))}`);
    list.prepend(...content.querySelectorAll(".case-row"));
    arrived.hidden = true;
    arrived.dataset.ids = "";
  });
}

// What is held as spam is the collector's to count: the page does not wait for it, nor break without it.
const held = document.querySelector('[data-slot="held"]');
if (held) fragment("/console/quarantine/waiting").then((count) => held.replaceChildren(count), () => {});
