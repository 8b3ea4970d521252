// Plans an action, or mends one; the letter beside it shows each word at once.
import { fitted } from "./dialogs.js";

export function actionForm(send) {
  const dialog = document.getElementById("action-form");
  if (!dialog) return;
  for (const field of dialog.querySelectorAll("textarea")) {
    const letter = dialog.querySelector(`[data-letter="${field.name}"]`);
    const show = () => {
      const text = field.value.trim();
      const answer = letter.querySelector("[data-answer]");
      answer.textContent = text;
      answer.hidden = !text;
      letter.querySelector("[data-gap]").hidden = Boolean(text);
    };
    field.addEventListener("input", show);
    show();
  }
  fitted(dialog, (said) => {
    const answers = {};
    for (const language of ["zh", "en"]) if (said.get(language).trim()) answers[language] = said.get(language).trim();
    return send({ title: said.get("title").trim(), answers, kind: said.get("kind") });
  });
}
