// Forms of a bed and of a group: what a lost connection or an old key kept from being saved stays typed.

import { replaceMain, tellOutcome } from "./main.js";
import { bePatient } from "./patient.js";

const page = JSON.parse(document.getElementById("page").textContent);

// The server's form: one crop more, or what is wrong with it.
function put(fresh, form) {
  if (form.matches("#note")) return form.submit(); // its page is more than a form: the server draws it
  replaceMain(fresh);
  const main = document.getElementById("main");
  const trouble = main.querySelector("[role=alert]:has(*)");
  if (trouble) trouble.tabIndex = -1;
  (trouble ?? main.querySelector("[autofocus]"))?.focus();
}

bePatient(() => page, {
  say: (text, link) => tellOutcome(text, link, page.texts.enter),
  put,
  entering: (answer) => location.assign(answer.url), // it brings along what was typed
});
