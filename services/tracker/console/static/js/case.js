// One case, on its page or in the pane beside the inbox.
import { act } from "./acts.js";
import { change, fragment, post } from "./api.js";
import { ask } from "./choose.js";
import { listen } from "./keys.js";
import { offer } from "./palette.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

// `afterwards` is told the ids of cases that have changed.
export function bind(article, afterwards) {
  const { id } = article.dataset;
  const run = async (name) => afterwards(await act(name, [id]));
  const put = async (wanted) => {
    try {
      await change(`/v1/cases/${id}`, article.dataset.version, wanted);
      afterwards([id]);
    } catch (error) {
      complain(error);
    }
  };
  article.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { act: name, category, load } = button.dataset;
    if (load) return show(article, load, button);
    if (category) return put({ category });
    if (name === "confirm") return put({ category: article.dataset.category, urgency: article.dataset.urgency });
    if (name === "tag") return tags(article, put);
    if (name) return run(name);
  });
  files(article);
  article.querySelector('[data-form="reply"] textarea')?.addEventListener("focus", () => reach(article), { once: true });
  for (const form of article.querySelectorAll("form[data-form]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      write(form, id, afterwards);
    });
  }
}

async function tags(article, put) {
  const said = await ask(say("tags"), JSON.parse(article.dataset.tags).join(", "));
  if (said !== null) put({ tags: said.split(/[,，、]/).map((tag) => tag.trim()).filter(Boolean) });
}

// What the customer attached is another service's to tell: the page does not wait for it, nor break without it.
async function files(article) {
  const slot = article.querySelector('[data-slot="files"]');
  try {
    slot?.replaceChildren(await fragment(`/console/cases/${article.dataset.id}/files`));
  } catch {
    slot?.remove();
  }
}

// Before somebody writes in vain: whether an answer would arrive, and why not.
async function reach(article) {
  try {
    const content = await fragment(`/console/cases/${article.dataset.id}/reach`);
    article.querySelector('[data-form="reply"] button').disabled = Boolean(content.querySelector("[data-blocked]"));
    article.querySelector('[data-slot="reach"]').replaceChildren(content);
  } catch (error) {
    complain(error);
  }
}

async function show(article, name, button) {
  try {
    const content = await fragment(`/console/cases/${article.dataset.id}/${name}`);
    article.querySelector(`[data-slot="${name}"]`).replaceChildren(content);
    button.remove();
  } catch (error) {
    complain(error);
  }
}

const doors = { reply: ["replies", "sent"], note: ["notes", "noted"] };

async function write(form, id, afterwards) {
  const button = form.querySelector("button");
  const [door, said] = doors[form.dataset.form];
  button.setAttribute("aria-busy", "true");
  button.disabled = true;
  try {
    await post(`/v1/cases/${id}/${door}`, { text: new FormData(form).get("text") });
    form.reset();
    toast(say(said));
    afterwards([id]);
  } catch (error) {
    complain(error);
  } finally {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

const KEYS = { a: "assign", c: "category", u: "urgency", s: "snooze", p: "join", e: "done" };

// The page of one case; beside the inbox, the inbox listens.
const whole = document.querySelector(".whole-case");
if (whole) {
  const again = async (ids) => {
    if (!ids.length) return;
    const { id } = whole.firstElementChild.dataset;
    whole.replaceChildren(await fragment(`/console/cases/${id}/pane`));
    bind(whole.firstElementChild, again);
  };
  bind(whole.firstElementChild, again);
  const run = async (name) => again(await act(name, [whole.firstElementChild.dataset.id]));
  if (whole.querySelector("[data-act]")) {
    for (const [key, name] of Object.entries(KEYS)) {
      listen({ [key]: () => run(name) });
      offer(whole.querySelector(`[data-act="${name}"]`).textContent.trim(), () => run(name), key);
    }
    listen({ r: () => whole.querySelector('[data-form="reply"] textarea')?.focus() });
  }
}

export { KEYS };
