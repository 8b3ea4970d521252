// On every page: marks that scripts run, opens dialogs, and listens to keys.
import { listen, go } from "./keys.js";
import { openPalette } from "./palette.js";

document.documentElement.classList.add("js");

for (const opener of document.querySelectorAll("[data-open]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.open).showModal());
}
// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

listen({ "?": () => document.getElementById("help").showModal(), "Ctrl+k": openPalette });
for (const link of document.querySelectorAll("[data-key]")) listen({ [link.dataset.key]: () => go(link.href) });
// On a phone the chosen tab may stand beside the screen.
document.querySelector(".scroll-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
