// Brings the page to life: readings as they come, ages that grow, the server's page when it must.

import { Card } from "./card.js";
import { Format, fill } from "./format.js";
import { Refresh } from "./refresh.js";
import { Stream } from "./stream.js";

const TICK_MS = 5000;

let page;
let format;
let skewMs; // the gateway's clock minus this device's
let cards = new Map();
let visible;
let missed; // readings told while the page is fetched again
let outdatedTables = false;

function start() {
  page = JSON.parse(document.getElementById("page").textContent);
  skewMs = page.now - Date.now();
  format = new Format(page);
  visible?.disconnect();
  visible = new IntersectionObserver(drawVisible, { rootMargin: "300px" });
  cards.forEach((card) => card.curve?.destroy());
  cards = new Map();
  for (const element of document.querySelectorAll("[data-channel]")) {
    cards.set(element.dataset.channel, new Card(element, page, format));
    visible.observe(element);
  }
  outdatedTables = false;
  tick();
}

const now = () => Date.now() + skewMs;

function drawVisible(entries) {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    visible.unobserve(entry.target);
    cards.get(entry.target.dataset.channel)?.curve?.draw();
  }
}

function tick() {
  document.querySelectorAll("[data-age]").forEach(age);
  let older = false;
  cards.forEach((card) => { older = card.outlive(now()) || older; });
  if (older || now() >= page.to) refresh();
}

function age(time) {
  const words = format.ago(Math.max(0, now() - Number(time.dataset.age)) / 1000);
  if (time.textContent !== words) time.textContent = words;
}

function onReading(reading) {
  // History that is filled comes in hundreds: the server's page tells it at once.
  if (reading.backlog || reading.quality === "stale") return refresh();
  missed?.push(reading);
  const card = cards.get(reading.channel);
  if (!card) return refresh();
  const more = card.take(reading);
  hear(reading);
  card.element.querySelectorAll("[data-age]").forEach(age);
  outdatedTables = true;
  if (more) refresh();
}

// A reading is also a sign of life of its node.
function hear(reading) {
  const node = reading.channel.slice(0, reading.channel.lastIndexOf("/"));
  const seen = document.getElementById(`node-${node}`)?.querySelector(".seen time");
  if (!seen) return;
  seen.dataset.age = Math.max(reading.t, Number(seen.dataset.age));
  age(seen);
}

function onState({ node, state }) {
  const line = document.getElementById(`node-${node}`)?.querySelector(".node-state");
  if (line && page.texts.states[state]) {
    line.className = `node-state ${state}`;
    line.querySelector(".state-words").textContent = page.texts.states[state];
    const use = line.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${state}`));
  }
  refresh();
}

// Readings that come while the page is asked for again are taken by the new one too.
const again = new Refresh(put, {
  begin: () => { missed = []; },
  end: () => { missed = undefined; },
});
const refresh = () => again.ask();

function put(fresh) {
  const open = [...document.querySelectorAll("details[open]")].map((d) => d.id);
  const focused = document.activeElement?.id;
  document.getElementById("main").replaceChildren(...fresh.getElementById("main").childNodes);
  document.querySelector(".today").textContent = fresh.querySelector(".today").textContent;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  start();
  const came = missed ?? [];
  missed = undefined;
  came.forEach(onReading);
}

function say(text) {
  document.getElementById("connection").textContent = text;
}

start();
setInterval(tick, TICK_MS);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  cards.forEach((card) => card.curve?.redraw());
});
document.addEventListener("toggle", (event) => {
  if (event.target.open && outdatedTables) refresh();
}, true);
new Stream(page.lastEventId, {
  on: { reading: onReading, state: onState, reset: refresh },
  lost: (since) => say(fill(page.texts.lost, { time: format.time(since) })),
  found: () => say(""),
});
