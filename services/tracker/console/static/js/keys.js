// Keys: one table, asked once. Nothing is taken while somebody writes, and all of it can be switched off.
const table = new Map();
let begun = "";

export const areOn = () => document.querySelector("[data-shortcuts]")?.dataset.shortcuts !== "off";
export const go = (url) => { location.href = url; };

// While an act is under way, what is typed belongs to the question that it is about to ask, not to another act.
let held = 0;
export async function hold(work) {
  held += 1;
  try {
    return await work;
  } finally {
    held -= 1;
  }
}

export function listen(keys) {
  for (const [key, act] of Object.entries(keys)) table.set(key, act);
}

function writes(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "checkbox";
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey && event.key !== "k") return;
  const isCommand = event.ctrlKey || event.metaKey;
  const name = isCommand ? `Ctrl+${event.key.toLowerCase()}` : event.key;
  if (!isCommand && (held || !areOn() || writes(event.target) || document.querySelector("dialog[open]"))) return;
  const act = table.get(begun ? `${begun} ${name}` : name);
  begun = "";
  if (act) {
    event.preventDefault();
    act(event);
  } else if ([...table.keys()].some((key) => key.startsWith(`${name} `))) {
    begun = name;
  }
});
