// Says how a test mail came out, in the server's own words and in ours.
import { say } from "./texts.js";

function note(kind, title, text, words = "") {
  const box = Object.assign(document.createElement("div"), { className: `note ${kind}` });
  const inside = document.createElement("div");
  inside.append(Object.assign(document.createElement("strong"), { textContent: title }), text);
  if (words) inside.append(Object.assign(document.createElement("code"), { textContent: words }));
  box.append(inside);
  return box;
}

export function showMail(answer, form) {
  const place = form.parentElement.querySelector(".outcome");
  if (answer.is_sent) {
    place.replaceChildren(note("good", say("settings_mail_sent"), say("settings_mail_sent_says", { to: answer.to })));
    return;
  }
  const words = [answer.code, answer.answer].filter(Boolean).join(" ");
  const title = say(`settings_fault_${answer.fault}`);
  place.replaceChildren(note("bad", title, say(`settings_remedy_${answer.fault}`), words));
}
