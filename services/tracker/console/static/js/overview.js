// Brings each chart as soon as the page stands, as wide as there is room, and again when the room changes much.
import { fragment } from "./api.js";
import { say } from "./texts.js";

const ROOM_CHANGED_PX = 60;
const SETTLED_MS = 250;

function roomIn(card) {
  const style = getComputedStyle(card);
  return Math.floor(card.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
}

async function bring(card) {
  const room = roomIn(card);
  card.dataset.room = room;
  const wasOpen = card.querySelector("details")?.open;
  try {
    const address = new URL(card.dataset.chart, location.href);
    address.searchParams.set("width", room);
    const piece = await fragment(address);
    if (wasOpen) piece.querySelector("details").open = true;
    card.replaceChildren(piece);
  } catch {
    card.querySelector(".bones, .chart")?.replaceWith(failure(card));
  }
  card.removeAttribute("aria-busy");
}

function failure(card) {
  const note = document.createElement("p");
  note.className = "note bad";
  const again = document.createElement("button");
  again.type = "button";
  again.className = "small";
  again.textContent = say("overview_again");
  again.addEventListener("click", () => bring(card));
  note.append(say("lost"), " ", again);
  return note;
}

const cards = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
for (const card of cards) bring(card);

let settled;
addEventListener("resize", () => {
  clearTimeout(settled);
  settled = setTimeout(() => {
    for (const card of cards) if (Math.abs(roomIn(card) - card.dataset.room) > ROOM_CHANGED_PX) bring(card);
  }, SETTLED_MS);
});
