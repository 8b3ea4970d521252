// The board: cards are dragged, or moved by a menu that says the same; only legal moves are taken.
import { fragment } from "./api.js";
import { areOn } from "./keys.js";
import { askAndMove, chooseMove, lackingTo, moves, nameOf, namesOf, refusal } from "./move.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

const board = document.getElementById("board");
let held = null;

const isLegal = (card, to) => moves.legal[card.dataset.state].includes(to);

async function redraw(id) {
  const page = await fragment(location.href);
  board.replaceChildren(...page.getElementById("board").childNodes);
  document.getElementById(`action-${id}`)?.focus();
}

async function take(card, to) {
  const id = card.dataset.action;
  try {
    const moved = await askAndMove(card, to);
    if (moved) {
      await redraw(id);
      toast(say("board_moved", { state: nameOf(to) }));
    } else {
      card.focus();
    }
  } catch (error) {
    complain(error);
    await redraw(id).catch(complain);
  }
}

async function open(card) {
  const to = await chooseMove(card);
  if (to) await take(card, to);
  else card.focus();
}

function light(card) {
  for (const column of board.querySelectorAll("[data-column]")) {
    const to = column.dataset.column;
    if (to === card.dataset.state) continue;
    const legal = isLegal(card, to);
    column.classList.add(legal ? "is-legal" : "is-barred");
    const way = lackingTo(card.dataset.state, to);
    column.querySelector("[data-hint]").textContent = legal ? say("board_drop") : way.length ? say("board_lacking", { way: namesOf(way) }) : "";
  }
}

function dim() {
  for (const column of board.querySelectorAll("[data-column]")) {
    column.classList.remove("is-legal", "is-barred", "is-over");
    column.querySelector("[data-hint]").textContent = "";
  }
  held?.classList.remove("is-held");
  held = null;
}

function columnAt(event) {
  const column = event.target.closest?.("[data-column]");
  return held && column && column.dataset.column !== held.dataset.state ? column : null;
}

function listenToDrags() {
  board.addEventListener("dragstart", (event) => {
    held = event.target.closest?.(".ticket") ?? null;
    if (!held) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.title);
    held.classList.add("is-held");
    // Lighting up within the event would let the browser drag the picture of what it changes.
    requestAnimationFrame(() => held && light(held));
  });
  board.addEventListener("dragover", (event) => {
    const column = columnAt(event);
    for (const other of board.querySelectorAll(".is-over")) other.classList.toggle("is-over", other === column);
    if (!column) return;
    column.classList.add("is-over");
    event.preventDefault();
  });
  board.addEventListener("drop", (event) => {
    const column = columnAt(event);
    if (!column) return;
    event.preventDefault();
    const card = held;
    const to = column.dataset.column;
    dim();
    if (isLegal(card, to)) take(card, to);
    else toast(refusal(card.dataset.state, to), { bad: true });
  });
  board.addEventListener("dragend", dim);
}

function neighbour(card, key) {
  const columns = [...board.querySelectorAll("[data-column]")].map((one) => [...one.querySelectorAll(".ticket")]).filter((one) => one.length);
  const at = columns.findIndex((one) => one.includes(card));
  const place = columns[at].indexOf(card);
  if (key === "ArrowDown") return columns[at][place + 1];
  if (key === "ArrowUp") return columns[at][place - 1];
  const beside = columns[at + (key === "ArrowRight" ? 1 : -1)];
  return beside?.[Math.min(place, beside.length - 1)];
}

function listenToKeys() {
  board.addEventListener("keydown", (event) => {
    const card = event.target;
    if (!card.classList.contains("ticket") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || areOn() && event.key.toLowerCase() === "m") open(card);
    else if (event.key.startsWith("Arrow")) neighbour(card, event.key)?.focus();
    else return;
    event.preventDefault();
  });
}

if (board && moves) {
  listenToDrags();
  listenToKeys();
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-menu]");
    if (button) open(button.closest(".ticket"));
  });
}
