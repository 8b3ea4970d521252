// Looks again and again whether the test feedback has become a case.
import { fragment } from "./api.js";
import { complain } from "./toast.js";

const POLL_MS = 1000;
const POLLS_MAX = 120;
const place = document.getElementById("arrival");

async function look(left) {
  try {
    const found = await fragment(`/console/setup/arrival?feedback=${place.dataset.feedback}`);
    if (found.querySelector("[data-arrived]")) return place.replaceChildren(found);
  } catch (error) {
    return complain(error);
  }
  if (left > 0) setTimeout(() => look(left - 1), POLL_MS);
}

if (place && !place.querySelector("[data-arrived]")) look(POLLS_MAX);
