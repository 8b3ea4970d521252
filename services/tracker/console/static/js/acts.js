// What people do with cases, the same for one and for many: each act asks what it must know, changes, and says so.
import { change, post, read } from "./api.js";
import { ask, choose } from "./choose.js";
import { hold } from "./keys.js";
import { say } from "./texts.js";
import { complain, toast } from "./toast.js";

const HOUR_MS = 3_600_000;
const MORNING_H = 9;
const PROBLEMS_OFFERED_MAX = 100;
const choices = JSON.parse(document.getElementById("choices").textContent);

const labelOf = (list, value) => choices[list].find((choice) => choice.value === value)?.label ?? value;

function morning(days) {
  const day = new Date();
  day.setDate(day.getDate() + days);
  day.setHours(MORNING_H, 0, 0, 0);
  return day.toISOString();
}

const daysToMonday = () => ((8 - new Date().getDay()) % 7) || 7;

async function assign() {
  const people = choices.people.map(({ value, label }) =>
    ({ value, label: value === choices.me ? say("me", { name: label }) : label }));
  people.sort((one) => (one.value === choices.me ? -1 : 1));
  const chosen = await choose(say("assign"), [...people, { value: "", label: say("nobody") }]);
  return chosen === null ? null : { assignee_id: chosen || null };
}

const category = async () => wrap("category", await choose(say("category"), choices.categories));
const urgency = async () => wrap("urgency", await choose(say("urgency"), choices.urgencies));
const wrap = (name, value) => (value === null ? null : { [name]: value });

async function snooze() {
  const chosen = await choose(say("snooze"), [
    { value: new Date(Date.now() + 3 * HOUR_MS).toISOString(), label: say("snooze_hours") },
    { value: morning(1), label: say("snooze_tomorrow") },
    { value: morning(daysToMonday()), label: say("snooze_monday") },
    { value: "", label: say("snooze_wake") },
  ]);
  return chosen === null ? null : { snoozed_until: chosen || null };
}

async function done() {
  const chosen = await choose(say("done"), [
    { value: "solved", label: say("done_solved") },
    ...choices.reasons.map(({ value, label }) => ({ value, label: say("done_closed", { reason: label }) })),
  ]);
  if (chosen === null) return null;
  return chosen === "solved" ? { state: "solved" } : { state: "closed", close_reason: chosen };
}

const asking = { assign, category, urgency, snooze, done };

// Changes cases and gives the ids of those that did change; nothing, when the person thought better of it.
export const act = (name, ids) => hold(askAndChange(name, ids));

async function askAndChange(name, ids) {
  if (!ids.length) {
    toast(say("nothing_selected"));
    return [];
  }
  try {
    if (name === "join") return await join(ids);
    const wanted = await asking[name]();
    return wanted ? await changeAll(ids, wanted) : [];
  } catch (error) {
    complain(error);
    return [];
  }
}

export async function changeAll(ids, wanted) {
  const { items } = await post("/v1/cases:change", { case_ids: ids, change: wanted });
  const changed = items.filter((item) => item.status === 200).map((item) => item.id);
  const refused = items.filter((item) => item.status !== 200);
  if (refused.length) {
    toast(say("refused", { n: refused.length, why: refused[0].problem.title }), { bad: true });
  } else {
    toast(say("changed", { n: changed.length }));
  }
  return changed;
}

async function join(ids) {
  const { items } = await read(`/v1/problems?limit=${PROBLEMS_OFFERED_MAX}`);
  const offered = items.map((problem) => ({ value: problem.id, label: problem.title }));
  const chosen = await choose(say("join"), [{ value: "new", label: say("join_new") }, ...offered]);
  if (chosen === null) return [];
  let title;
  if (chosen === "new") {
    title = await ask(say("problem_title"));
    if (!title) return [];
    await post("/v1/problems", { title, case_ids: ids });
  } else {
    const problem = items.find((one) => one.id === chosen);
    title = problem.title;
    await change(`/v1/problems/${chosen}/cases`, problem.version, { case_ids: ids }, "POST");
  }
  toast(say("joined", { n: ids.length, title }));
  return ids;
}

export { labelOf, choices };
