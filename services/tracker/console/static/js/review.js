// The review: a digit takes a label and the next card is there at once; the answer is sent behind it, and can be undone.
import { change, fragment } from "./api.js";
import { choose } from "./choose.js";
import { listen } from "./keys.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

const FETCH_BELOW = 4;
const deck = document.querySelector(".deck");
const end = document.getElementById("all-done");
const choices = JSON.parse(document.getElementById("choices").textContent);
const done = [];
let sending = Promise.resolve();
let here = null;

const waiting = () => [...deck.querySelectorAll(".review-card:not(.done)")];

function show(card) {
  here?.classList.remove("here");
  here = card ?? null;
  end.hidden = Boolean(here);
  here?.classList.add("here");
  here?.focus({ preventScroll: true });
}

function figure(name, by) {
  const shown = document.getElementById(name);
  const number = Number(shown.textContent.replace(/\D/g, "")) + by;
  if (!shown.textContent.includes("+") || by > 0 && name === "done") shown.textContent = Math.max(0, number);
}

async function more() {
  if (deck.dataset.more !== "yes" || waiting().length >= FETCH_BELOW) return;
  deck.dataset.more = "asked";
  await sending;
  const content = await fragment("/console/review/cards");
  const fresh = [...content.querySelectorAll(".review-card")].filter(
    (card) => !deck.querySelector(`[data-id="${card.dataset.id}"]`));
  deck.append(...fresh);
  deck.dataset.more = fresh.length ? "yes" : "no";
  if (!here) show(waiting()[0]);
}

// One after the other, so that an undo never overtakes what it undoes.
function send(card, wanted) {
  sending = sending.then(async () => {
    try {
      const seen = await change(`/v1/cases/${card.dataset.id}`, card.dataset.version, wanted);
      card.dataset.version = seen.version;
    } catch (error) {
      complain(error);
      card.classList.remove("done");
    }
  });
  return sending;
}

function take(category) {
  if (!here) return;
  const card = here;
  card.classList.add("done");
  done.push({ card, category: card.dataset.category });
  send(card, { category });
  toast(say("taken", { label: choices.categories.find(({ value }) => value === category)?.label ?? category }));
  figure("waiting", -1);
  figure("done", 1);
  show(waiting()[0]);
  more();
}

function undo() {
  const last = done.pop();
  if (!last) return toast(say("nothing_to_undo"));
  last.card.classList.remove("done");
  send(last.card, { category: last.category, reviewed: false });
  figure("waiting", 1);
  figure("done", -1);
  show(last.card);
  toast(say("undone"));
}

async function other() {
  const chosen = here && await choose(say("other"), choices.categories);
  if (chosen) take(chosen);
}

if (deck) {
  deck.addEventListener("click", (event) => {
    const { category, act } = event.target.closest("button")?.dataset ?? {};
    if (category) take(category);
    else if (act === "other") other();
    else if (act === "undo") undo();
  });
  for (const digit of ["1", "2", "3"]) {
    listen({ [digit]: () => here?.querySelectorAll(".labels button")[digit - 1]?.click() });
  }
  listen({ c: other, z: undo });
  show(waiting()[0]);
}
