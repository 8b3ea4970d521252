// The list of problems: starts one.
import { post } from "./api.js";
import { fitted, sayLater } from "./dialogs.js";
import { listen } from "./keys.js";
import { offer } from "./palette.js";
import { say } from "./texts.js";

const dialog = document.getElementById("start");
if (dialog) {
  fitted(dialog, async (said) => {
    const started = await post("/v1/problems", { title: said.get("title").trim() });
    sayLater(say("board_started"));
    location.href = `/console/problems/${started.id}`;
  });
  const open = () => dialog.showModal();
  listen({ n: open });
  offer(dialog.querySelector("h2").textContent, open, "n");
}
