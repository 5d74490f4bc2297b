// The forms of a bed: what a lost connection or an old key kept from being saved stays typed.

import { replaceMain, tellOutcome } from "./main.js";
import { bePatient } from "./patient.js";

const page = JSON.parse(document.getElementById("page").textContent);

// The server's form: one crop more, or what is wrong with it.
function put(fresh, form) {
  if (form.matches("#note")) return form.submit(); // its page is more than a form: the server draws it
  replaceMain(fresh);
  const main = document.getElementById("main");
  const next = main.querySelector("[autofocus]") ?? main.querySelector(".notice[role=alert]");
  if (!next) return;
  if (!next.matches("[autofocus]")) next.tabIndex = -1;
  next.focus();
}

bePatient(() => page, {
  say: (text, link) => tellOutcome(text, link, page.texts.enter),
  put,
  entering: (answer) => location.assign(answer.url), // it brings along what was typed
});
