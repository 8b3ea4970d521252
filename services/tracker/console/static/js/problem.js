// One problem: plans what is done about it.
import { post } from "./api.js";
import { actionForm } from "./action_form.js";
import { sayLater, takeSaid } from "./dialogs.js";
import { listen } from "./keys.js";
import { offer } from "./palette.js";
import { say } from "./texts.js";
import { toast } from "./toast.js";

const said = takeSaid();
if (said) toast(said);

const problem = document.querySelector("[data-problem]")?.dataset.problem;
if (problem) {
  actionForm(async (wanted) => {
    const planned = await post("/v1/actions", { problem_id: problem, ...wanted });
    sayLater(say("board_started"));
    location.href = `/console/actions/${planned.id}`;
  });
  const dialog = document.getElementById("action-form");
  const open = () => dialog.showModal();
  listen({ n: open });
  offer(dialog.querySelector("h2").textContent, open, "n");
}
