// The garden's health as it changes: what turns ill or well shows within a minute.

import { Format, fill } from "./format.js";
import { isTyping, replaceMain, tellAges, tellConnection, tellOutcome } from "./main.js";
import { bePatient } from "./patient.js";
import { Refresh } from "./refresh.js";
import { Stream } from "./stream.js";

const TICK_MS = 5000;
const EVERY_MS = 60000;

let page = JSON.parse(document.getElementById("page").textContent);
const format = new Format(page);
const skewMs = page.now - Date.now();
const tick = () => tellAges(format, Date.now() + skewMs);

function put(fresh) {
  if (isTyping()) return;
  replaceMain(fresh);
  page = JSON.parse(document.getElementById("page").textContent);
  tick();
}

const say = (text, link) => tellOutcome(text, link, page.texts.enter);

const refresh = new Refresh(put);
bePatient(() => page, { say, put });
tick();
setInterval(tick, TICK_MS);
setInterval(() => refresh.ask(), EVERY_MS);
new Stream(page.lastEventId, {
  on: { state: () => refresh.ask(), alert: () => refresh.ask(), reset: () => refresh.ask() },
  lost: (since) => tellConnection(fill(page.texts.lost, { time: format.time(since) })),
  found: () => tellConnection(),
});
