// Brings Today to life: 'done' in place, also without a network; advice and weather as they come.

import { Format, fill } from "./format.js";
import { Kept } from "./kept.js";
import { Refresh } from "./refresh.js";
import { Stream } from "./stream.js";
import { Voice } from "./voice.js";

const TICK_MS = 1000;
const SKY_EVERY_MS = 60000;

let page = JSON.parse(document.getElementById("page").textContent);
const format = new Format(page);
const skewMs = page.now - Date.now(); // the gateway's clock minus this device's
const now = () => Date.now() + skewMs;
let isLost = false;
let skyAt = Date.now();

const refresh = new Refresh(put);
const kept = new Kept(page.texts, {
  now,
  say,
  sent: () => { say(page.texts.sent); mark(); refresh.ask(); },
});

// Told to everybody: what the page does not show by itself is read on it too.
function say(text) {
  const line = document.getElementById("said");
  line.textContent = text;
  line.classList.remove("unseen");
}

// --- the page, made anew ------------------------------------------------------------------------

// Cards are changed where they stand: one that moved under a thumb would be tapped by mistake.
function put(fresh) {
  page = JSON.parse(fresh.getElementById("page").textContent);
  const same = (root) => [...root.querySelectorAll("[data-bed]")].map((e) => e.dataset.bed).sort().join();
  const garden = document.getElementById("garden");
  const open = [...document.querySelectorAll("#garden details[open]")].map((d) => d.id);
  const busy = document.activeElement?.closest?.("[data-bed]");
  if (same(document) === same(fresh)) {
    for (const card of document.querySelectorAll("[data-bed]")) {
      if (card !== busy || !busy.matches(":has(input:focus)")) card.replaceWith(fresh.getElementById(card.id));
    }
    for (const other of ["sky", "notice"]) swap(garden, fresh.getElementById("garden"), other);
  } else {
    garden.replaceChildren(...fresh.getElementById("garden").childNodes);
  }
  document.querySelector(".today").textContent = fresh.querySelector(".today").textContent;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (busy && !document.contains(busy)) {
    document.querySelector(`#${busy.id} summary`)?.focus({ preventScroll: true });
  }
  window.htmx?.process(garden);
  mark();
}

// What stands above the beds: the new ones in place of the old ones.
function swap(garden, fresh, name) {
  garden.querySelectorAll(`:scope > .${name}`).forEach((old) => old.remove());
  garden.prepend(...fresh.querySelectorAll(`:scope > .${name}`));
}

// --- 'done' without a network -------------------------------------------------------------------

function keep(form) {
  const bed = form.closest("[data-bed]").dataset.bed;
  if (!kept.take(bed, Object.fromEntries(new FormData(form)))) return say(page.texts.failed);
  say(page.texts.kept);
  mark();
}

// Beds whose watering waits here say so, with what one tap would do again taken away.
function mark() {
  for (const card of document.querySelectorAll("[data-bed]")) {
    const waits = kept.has(card.dataset.bed);
    card.classList.toggle("waits", waits);
    let note = card.querySelector(".waiting");
    if (!waits) { note?.remove(); continue; }
    if (!note) {
      note = document.createElement("p");
      note.className = "waiting";
      card.append(note);
    }
    note.textContent = page.texts.keptShort;
  }
  document.getElementById("kept").textContent = kept.all().length ? page.texts.kept : "";
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!(isLost || !navigator.onLine) || !event.target.matches("[data-done]")) return;
  event.preventDefault();
  keep(event.target);
});
for (const failure of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.target.matches("[data-done]")) keep(event.target);
    else say(page.texts.failed);
  });
}
// What the garden refuses comes as a card that says why; anything else is told in a sentence.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400) return;
  const isCard = (xhr.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
  event.detail.shouldSwap = isCard;
  event.detail.isError = false;
  if (isCard) return;
  try { say(JSON.parse(xhr.responseText).detail); } catch { say(page.texts.failed); }
});
// Once what came can be used: a key pressed at once would else send the form and load the page.
document.addEventListener("htmx:afterSettle", (event) => {
  document.getElementById("said").classList.add("unseen");
  const card = event.detail.elt?.closest?.("[data-bed]") ?? document.getElementById(event.detail.target?.id);
  if (card && !document.activeElement?.closest?.("[data-bed]")) {
    (card.querySelector(".act button") ?? card.querySelector("summary"))?.focus({ preventScroll: true });
  }
  mark();
});

// A page that leaves a lost gateway would be an empty one: the last garden stays.
document.addEventListener("click", (event) => {
  if (!isLost || !event.target.closest?.("a[href]:not([href^='#'])")) return;
  event.preventDefault();
  document.getElementById("connection").scrollIntoView({ block: "nearest" });
});

// --- time ---------------------------------------------------------------------------------------

// The minute in which one tap undoes is over: what was offered goes away.
function tick() {
  for (const form of document.querySelectorAll("[data-until]")) {
    if (Number(form.dataset.until) > now()) continue;
    if (form.contains(document.activeElement)) form.closest("[data-bed]").querySelector("summary").focus();
    form.remove();
  }
}

// --- events -------------------------------------------------------------------------------------

function onReading({ channel }) {
  const known = document.querySelector(`[data-sky="${CSS.escape(channel)}"]`);
  if (document.querySelector(".empty")) return refresh.ask();
  if (known && Date.now() - skyAt > SKY_EVERY_MS) { skyAt = Date.now(); refresh.ask(); }
}

new Stream(page.lastEventId, {
  on: {
    advice: () => refresh.ask(),
    alert: () => refresh.ask(),
    reset: () => refresh.ask(),
    reading: onReading,
  },
  lost: (since) => {
    isLost = true;
    document.getElementById("connection").textContent = fill(page.texts.lost, { time: format.time(since) });
  },
  found: () => {
    isLost = false;
    document.getElementById("connection").textContent = "";
    kept.send();
  },
});

new Voice(document.getElementById("speak"), () => [...document.querySelectorAll("[data-bed]")].map((card) =>
  [".name", ".word .first", ".amount .number", ".unit .first", ".when"]
    .map((part) => card.querySelector(part)?.textContent.trim()).filter(Boolean).join(", ")));
setInterval(tick, TICK_MS);
// A menu that is open closes by Escape, and by a tap elsewhere.
addEventListener("keydown", (event) => {
  const menu = document.getElementById("languages");
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("click", (event) => {
  const menu = document.getElementById("languages");
  if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && kept.send());
mark();
kept.send();
