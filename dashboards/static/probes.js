// Probes being calibrated: their raw numbers as they come; what was typed is kept on this device.

import { Format, fill } from "./format.js";
import { replaceMain, tellConnection, tellOutcome } from "./main.js";
import { bePatient } from "./patient.js";
import { Refresh } from "./refresh.js";
import { Stream } from "./stream.js";

const DRAFT = "jardin-probe";

let page = JSON.parse(document.getElementById("page").textContent);
const format = new Format(page);
const guide = () => document.getElementById("guide");
const many = () => document.getElementById("many");

const say = (text, link) => tellOutcome(text, link, page.texts.enter);

// The server's page, with what was typed wrongly marked in it.
function put(fresh) {
  replaceMain(fresh);
  page = JSON.parse(document.getElementById("page").textContent);
  const wrong = document.querySelector("[aria-invalid]");
  (wrong ?? document.getElementById("outcome")).scrollIntoView({ block: "center" });
  wrong?.focus({ preventScroll: true });
  keep();
}

bePatient(() => page, { say, put, saved: (form) => form.matches("[data-clears], [data-draft]") && shelve(null) });

// --- numbers as they come -----------------------------------------------------------------------

const refresh = new Refresh((fresh) => {
  for (const old of document.querySelectorAll("#raw, .probe-raw, .probe-made")) {
    const next = fresh.getElementById(old.id);
    if (next && next.outerHTML !== old.outerHTML) old.replaceWith(next);
  }
  // A field that nobody has touched follows the probe.
  const raw = document.getElementById("raw")?.dataset.raw;
  const field = document.querySelector("[data-follows]");
  if (field && raw && field !== document.activeElement) field.value = raw;
});

document.addEventListener("input", (event) => {
  event.target.removeAttribute("data-follows");
  event.target.removeAttribute("aria-invalid");
  keep();
});

// --- what was found so far, kept on this device -------------------------------------------------

const shelf = () => `${DRAFT}:${guide()?.dataset.place ?? "all"}`;

function shelve(what) {
  try {
    if (what) localStorage.setItem(shelf(), JSON.stringify(what));
    else localStorage.removeItem(shelf());
  } catch { /* this browser keeps nothing */ }
}

function shelved() {
  try { return JSON.parse(localStorage.getItem(shelf()) ?? "null"); } catch { return null; }
}

// A class needs a lesson for the dry numbers, and another day for the wet ones.
function keep() {
  if (!many()) return;
  const typed = [...many().querySelectorAll("input[id]")].filter((field) => field.value.trim());
  const rows = typed.filter((field) => field.closest("[data-row]"));
  shelve(rows.length ? { at: Date.now(), fields: typed.map((field) => [field.id, field.value]) } : null);
}

function resume() {
  const draft = shelved();
  if (guide()) {
    const asked = new URLSearchParams(location.search);
    if (asked.has("fait")) return shelve(null);
    if (asked.get("sec") && !document.querySelector("#sec[aria-invalid]")) shelve({ at: draft?.search === location.search ? draft.at : Date.now(), search: location.search });
    else if (draft?.search && !asked.has("humide")) offer(draft);
  } else if (draft?.fields && many()) {
    for (const [id, value] of draft.fields) {
      const field = document.getElementById(id);
      if (field && (!field.value || !field.closest("[data-row]"))) field.value = value;
    }
  }
}

function offer(draft) {
  const line = document.createElement("p");
  line.className = "advice";
  line.append(Object.assign(document.createElement("a"), {
    href: guide().dataset.place + draft.search,
    textContent: fill(page.texts.resume, { time: format.moment(draft.at) }),
  }));
  document.getElementById("outcome").append(line);
}

if (new URLSearchParams(location.search).has("fait") && many()) shelve(null);
resume();
new Stream(page.lastEventId, {
  on: { reading: () => refresh.ask(), reset: () => refresh.ask() },
  lost: (since) => tellConnection(fill(page.texts.lost, { time: format.time(since) })),
  found: () => tellConnection(),
});
