// Ctrl-K: every command of the page and every room, by a few letters.
import { choose } from "./choose.js";
import { go } from "./keys.js";
import { say } from "./texts.js";

const commands = [];

export function offer(label, run, key = "") {
  commands.push({ label, run, key });
}

export async function openPalette() {
  const rooms = [...document.querySelectorAll(".rooms a")].map((link) => ({
    label: link.textContent.trim(), key: link.dataset.key, run: () => go(link.href),
  }));
  const all = [...commands, ...rooms];
  const chosen = await choose(say("commands"), all.map(({ label, key }, index) => ({ label, key, value: index })));
  if (chosen !== null) all[chosen].run();
}
