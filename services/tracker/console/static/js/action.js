// One action: its legal moves as buttons and commands, and its texts.
import { change } from "./api.js";
import { actionForm } from "./action_form.js";
import { sayLater, takeSaid } from "./dialogs.js";
import { listen } from "./keys.js";
import { askAndMove, chooseMove, moves, nameOf } from "./move.js";
import { offer } from "./palette.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

const said = takeSaid();
if (said) toast(said);

const card = document.getElementById("action");

async function take(to) {
  try {
    if (!await askAndMove(card, to)) return;
    sayLater(say("board_moved", { state: nameOf(to) }));
    location.reload();
  } catch (error) {
    complain(error);
  }
}

if (moves) {
  for (const button of document.querySelectorAll("[data-to]")) {
    button.addEventListener("click", () => take(button.dataset.to));
    offer(button.textContent.trim(), () => take(button.dataset.to));
  }
  listen({ m: async () => {
    const to = await chooseMove(card);
    if (to) await take(to);
  } });
  actionForm(async ({ title, answers }) => {
    await change(`/v1/actions/${card.dataset.action}`, card.dataset.version, { title, answers });
    sayLater(say("board_saved"));
    location.reload();
  });
}
