// A move of an action: the menu of legal ones, the note, and before the last one whom it will tell.
import { change, read } from "./api.js";
import { choose } from "./choose.js";
import { fitted } from "./dialogs.js";
import { say } from "./texts.js";

const table = document.getElementById("moves");
export const moves = table ? JSON.parse(table.textContent) : null;
const dialog = document.getElementById("move");
const part = (name) => dialog.querySelector(`[data-${name}]`);
const made = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

export const nameOf = (state) => moves.states[state].name;
export const namesOf = (states) => states.map(nameOf).join(say("board_between"));
// The steps between, without the last: that one is where somebody wanted to go.
// Nobody goes through an end to begin again, so there is no way there to be named.
const REOPENED = "reopened";
export const lackingTo = (state, to) => (to === REOPENED ? [] : moves.ways[state][to] ?? []).slice(0, -1);

export function refusal(state, to) {
  const about = { state: nameOf(state), to: nameOf(to), legal: namesOf(moves.legal[state]) };
  const way = lackingTo(state, to);
  if (to === REOPENED) return say("board_reopens");
  return way.length ? say("board_illegal", { ...about, way: namesOf(way) }) : say("board_never", about);
}

export function chooseMove(card) {
  const { state, title } = card.dataset;
  return choose(say("board_move", { title }), moves.legal[state].map((to) => ({
    value: to, label: say("board_to", { state: nameOf(to), says: moves.states[to].says }),
  })));
}

function showTelling(telling) {
  part("told").textContent = telling.told;
  part("untold").textContent = telling.customers ? telling.counted - telling.told : 0;
  part("languages").replaceChildren(...Object.entries(telling.languages).map(([language, n]) => made("span", "chip outline", say(`board_in_${language}`, { n }))));
  part("reasons").replaceChildren(...Object.entries(telling.skipped).map(([reason, n]) => made("li", "", `${n} · ${moves.reasons[reason]}`)));
  const notes = [];
  if (!telling.mails_leave && telling.told) notes.push(say("board_kept"));
  if (telling.counted < telling.customers) notes.push(say("board_of", telling));
  part("notes").replaceChildren(...notes.map((text) => made("p", "note warn", text)));
  part("letters").replaceChildren(...telling.letters.map((letter) => {
    const box = made("article", "letter", "");
    box.lang = letter.language === "zh" ? "zh-CN" : "en";
    box.append(made("h3", "", letter.subject), made("p", "", letter.text.trim()));
    if (!letter.has_answer) box.append(made("p", "gap small", say("board_silent")));
    return box;
  }));
  part("go").textContent = say("board_close", { n: telling.told });
  part("wait").hidden = true;
  part("counts").hidden = false;
}

async function preview(id) {
  part("go").disabled = true;
  part("wait").hidden = false;
  part("counts").hidden = true;
  showTelling(await read(`/v1/actions/${id}/telling`));
  part("go").disabled = false;
}

let wanted = null;
if (dialog) {
  fitted(dialog, async () => {
    const { card, to } = wanted;
    const note = document.getElementById("move-note").value.trim();
    const body = note ? { to, note } : { to };
    wanted.moved = await change(`/v1/actions/${card.dataset.action}/moves`, card.dataset.version, body, "POST");
    dialog.close();
  });
}

// Asks for the note, and moves. Gives the action as it stands then, or null when somebody thinks better of it.
export async function askAndMove(card, to) {
  wanted = { card, to, moved: null };
  const isClosing = to === "closed";
  dialog.querySelector("h2").textContent = say("board_title", { state: nameOf(to), title: card.dataset.title });
  part("says").textContent = moves.states[to].says;
  part("go").textContent = say("board_go", { state: nameOf(to) });
  part("go").disabled = false;
  part("telling").hidden = !isClosing;
  dialog.classList.toggle("has-telling", isClosing);
  document.getElementById("move-note").value = "";
  dialog.showModal();
  document.getElementById("move-note").focus();
  const ended = new Promise((done) => dialog.addEventListener("close", () => done(wanted.moved), { once: true }));
  if (isClosing) {
    try {
      await preview(card.dataset.action);
    } catch (error) {
      dialog.close();
      throw error;
    }
  }
  return ended;
}
