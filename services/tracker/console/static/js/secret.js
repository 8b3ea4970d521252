// What is shown once: a link or a key, with a button that copies it.
import { say } from "./texts.js";

const dialog = document.getElementById("secret");
const part = (name) => document.getElementById(`secret-${name}`);

function show(title, lead, value, snippet = "") {
  part("title").textContent = title;
  part("lead").textContent = lead;
  part("value").textContent = value;
  part("snippet").textContent = snippet;
  part("more").hidden = !snippet;
  part("copy").textContent = say("settings_copy");
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", done, { once: true }));
}

part("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(part("value").textContent);
    part("copy").textContent = say("settings_copied");
  } catch {
    // Without the right to the clipboard, the person copies by hand what is marked for them.
    getSelection().selectAllChildren(part("value"));
  }
});

export function showLink(answer) {
  const link = answer.link ?? answer;
  return show(say("settings_link_title"), say("settings_link_lead"), link.url);
}

export function showKey(answer, form) {
  const lines = [
    `curl ${form.dataset.postTo}/v1/feedback \\`,
    `  -H 'Authorization: Bearer ${answer.key}' \\`,
    ...answer.origins?.length ? [`  -H 'Origin: ${answer.origins[0]}' \\`] : [],
    "  -H 'Content-Type: application/json' \\",
    `  -d '${JSON.stringify({ text: say("settings_snippet_text") })}'`,
  ];
  const mayPost = answer.scopes.some((scope) => scope === "feedback:send" || scope === "feedback:write");
  return show(say("settings_key_title"), say("settings_key_lead"), answer.key, mayPost ? lines.join("\n") : "");
}
