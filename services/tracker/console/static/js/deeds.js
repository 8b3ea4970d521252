// Forms and buttons that say which door they knock at: data-deed="POST /v1/keys". What is refused stands beside it.
import { change, post, remove, Refused } from "./api.js";
import { confirmed } from "./confirm.js";
import { showMail } from "./mail_outcome.js";
import { showKey, showLink } from "./secret.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

const SAID = "huiyin_said";
const shows = { key: showKey, link: showLink, mail: showMail };

function value(field) {
  const text = field.value.trim();
  if ("lines" in field.dataset) return text.split(/\s+/).filter(Boolean);
  if ("number" in field.dataset) return text === "" ? undefined : Number(text);
  if ("null" in field.dataset && text === "") return null;
  return field.type === "password" ? field.value : text;
}

function body(form) {
  const kind = form.elements.kind?.value;
  const found = {};
  for (const field of form.elements) {
    const other = field.closest("[data-of]")?.dataset.of;
    if (!field.name || (other && other !== kind)) continue;
    if ("list" in field.dataset) {
      found[field.name] ??= [];
      if (field.checked) found[field.name].push(field.value);
    } else if (field.type !== "radio" || field.checked) found[field.name] = value(field);
  }
  return found;
}

function send(deed, version, what) {
  const [method, path] = deed.split(" ");
  if (method === "DELETE") return remove(path);
  return method === "PATCH" ? change(path, version, what) : post(path, what);
}

function clear(form) {
  form.querySelector(".fault-box")?.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

function refuse(form, error) {
  if (!(error instanceof Refused)) return complain(error);
  const box = Object.assign(document.createElement("div"), { className: "note bad fault-box", textContent: error.said });
  box.setAttribute("role", "alert");
  form.prepend(box);
  box.scrollIntoView({ block: "nearest" });
  for (const fault of error.problem.errors ?? []) {
    const field = form.elements[fault.pointer.split("/")[1]];
    const one = field?.length && !field.options ? field[0] : field;
    one?.setAttribute?.("aria-invalid", "true");
    one?.focus?.();
  }
}

async function run(holder, button, what, failed) {
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    const answer = await send(holder.dataset.deed, holder.dataset.version, what);
    const show = shows[holder.dataset.shows];
    holder.closest("dialog")?.close();
    if (show) await show(answer, holder);
    if (holder.dataset.shows !== "mail") {
      sessionStorage.setItem(SAID, holder.dataset.said ?? say("settings_done"));
      if (holder.dataset.then) location.href = holder.dataset.then;
      else location.reload();
    }
  } catch (error) {
    failed(error);
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-deed]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clear(form);
    run(form, event.submitter ?? form.querySelector("button"), body(form), (error) => refuse(form, error));
  });
}
for (const button of document.querySelectorAll("button[data-deed]")) {
  button.addEventListener("click", async () => {
    const ask = button.dataset.ask;
    if (ask && !await confirmed(ask, button.textContent.trim())) return;
    run(button, button, {}, complain);
  });
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
const said = sessionStorage.getItem(SAID);
if (said) {
  sessionStorage.removeItem(SAID);
  toast(said);
}
