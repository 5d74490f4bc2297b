// A bed's line of time: uPlot takes the server's drawing over, with pinch, wheel, buttons and arrow keys.

import { Cursor } from "./cursor.js";
import { Format, fill } from "./format.js";
import { tellConnection } from "./main.js";
import { Refresh } from "./refresh.js";
import { Stream } from "./stream.js";

const STEP = 0.5;
const LEAST_S = { true: 3 * 3600, false: 7 * 86400 };
const TICK_S = [3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400, 7 * 86400, 14 * 86400, 31 * 86400, 61 * 86400];
const RAIN_SHARE = 0.35;
const RAIN_MM = 10;

const told = (root) => JSON.parse(root.getElementById("page").textContent);
const page = told(document);
const format = new Format(page);
const figure = document.getElementById("story");
const canvas = figure.querySelector(".canvas");
const style = (name) => getComputedStyle(figure).getPropertyValue(name);
const day = new Intl.DateTimeFormat(page.language, { timeZone: page.timezone, day: "numeric", month: "short" });

let [from, to] = [page.from, page.to];
let chart;

// --- the data -----------------------------------------------------------------------------------

// A line is broken where nothing was measured for a while.
function broken([times, values], gapS) {
  const out = [[], []];
  times.forEach((t, i) => {
    if (i > 0 && t - times[i - 1] > gapS) { out[0].push(times[i - 1] + 1); out[1].push(null); }
    out[0].push(t);
    out[1].push(values[i]);
  });
  return out;
}

function tables() {
  const [first] = page.beds;
  const found = [first.rain];
  for (const bed of page.beds) found.push(broken(bed.books, 3 * 86400), broken(bed.probe, page.gap));
  return found;
}

function data() {
  return uPlot.join(tables(), tables().map((table) => table.slice(1).map(() => 2)));
}

// --- the drawing --------------------------------------------------------------------------------

function size() { return { width: canvas.clientWidth, height: canvas.clientHeight }; }

function water(hue, dash, width) {
  return {
    stroke: hue, width, dash, scale: "y", spanGaps: false,
    points: { show: true, size: 5, width: 0, fill: hue, filter: lonely },
  };
}

// Points stand where a line cannot: between two gaps.
function lonely(u, index) {
  const values = u.data[index];
  const shown = [];
  let before = null;
  values.forEach((v, i) => {
    if (v === undefined) return;
    if (v !== null && before === null) {
      const next = values.slice(i + 1).find((one) => one !== undefined);
      if (next === null || next === undefined) shown.push(i);
    }
    before = v;
  });
  return shown;
}

function options() {
  const [first, second] = [style("--first"), style("--second")];
  const series = [{}, {
    scale: "mm", stroke: style("--rain"), fill: style("--rain"), width: 0, points: { show: false },
    paths: uPlot.paths.bars({ size: [0.8, page.barWidth], align: 0 }),
  }];
  page.beds.forEach((bed, i) => {
    const hue = i ? second : first;
    series.push(water(hue, [2, 4], 2), water(hue, i ? [8, 4] : undefined, 3));
  });
  const most = Math.max(RAIN_MM, ...page.beds[0].rain[1]) / RAIN_SHARE;
  return {
    ...size(),
    padding: [0, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8, width: 2 } },
    scales: {
      x: { time: true, range: () => [from, to] },
      y: { range: () => [page.low, page.high] },
      mm: { dir: -1, range: () => [0, most] }, // rain hangs from the top
    },
    axes: [{ show: false }, { show: false }],
    series,
    hooks: { drawClear: [zones], setCursor: [(u) => readout(u)] },
  };
}

function zones(u) {
  const [{ dry, wet }] = page.beds;
  const at = (value) => Math.round(u.valToPos(value, "y", true));
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.fillStyle = style("--zone-wet");
  u.ctx.fillRect(left, top, width, at(wet) - top);
  u.ctx.fillStyle = style("--zone-dry");
  u.ctx.fillRect(left, at(dry), width, top + height - at(dry));
  u.ctx.strokeStyle = style("--zone-line");
  u.ctx.lineWidth = devicePixelRatio;
  u.ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const limit of [dry, wet]) {
    u.ctx.beginPath();
    u.ctx.moveTo(left, at(limit));
    u.ctx.lineTo(left + width, at(limit));
    u.ctx.stroke();
  }
  u.ctx.restore();
}

function zone(value, { dry, wet }) {
  if (value < dry) return page.texts.dry;
  return value > wet ? page.texts.wet : page.texts.good;
}

// What the finger is on: the nearest measure of each bed.
function readout(u) {
  const chip = figure.querySelector(".readout");
  const { left } = u.cursor;
  const seconds = left < 0 ? null : u.posToVal(left, "x");
  const said = seconds === null ? [] : page.beds.map((bed) => nearest(bed, seconds)).filter(Boolean);
  figure.classList.toggle("reading", said.length > 0);
  if (!said.length) return;
  const when = page.hourly ? format.moment(said[0].at * 1000) : day.format(said[0].at * 1000);
  const names = said.length > 1;
  chip.textContent = `${when} — ${said
    .map(({ bed, value }) => `${names ? `${bed.name} ` : ""}${format.number(value, 0)} % (${zone(value, bed)})`)
    .join(" · ")}`;
  chip.style.left = `${Math.max(0, Math.min(canvas.clientWidth - chip.offsetWidth, left - chip.offsetWidth / 2))}px`;
}

function nearest(bed, seconds) {
  const [times, values] = bed.probe[0].length ? bed.probe : bed.books;
  let best = -1;
  times.forEach((t, i) => { if (best < 0 || Math.abs(t - seconds) < Math.abs(times[best] - seconds)) best = i; });
  if (best < 0 || Math.abs(times[best] - seconds) > Math.max(page.gap, 86400)) return null;
  return { bed, at: times[best], value: values[best] };
}

// --- zoom ---------------------------------------------------------------------------------------

function look(newFrom, newTo) {
  const whole = page.to - page.from;
  const span = Math.min(whole, Math.max(LEAST_S[page.hourly], newTo - newFrom));
  const middle = (newFrom + newTo) / 2;
  from = Math.min(page.to - span, Math.max(page.from, middle - span / 2));
  to = from + span;
  chart.batch(() => chart.setScale("x", { min: from, max: to })); // at once: a point is placed by it
  place();
}

function zoom(factor, at = 0.5) {
  const span = to - from;
  const centre = from + span * at;
  look(centre - span * factor * at, centre + span * factor * (1 - at));
}

const shift = (share) => look(from + (to - from) * share, to + (to - from) * share);

// Marks and words of time stand where their time is now.
function place() {
  for (const mark of figure.querySelectorAll(".mark")) {
    const at = (Number(mark.dataset.t) - from) / (to - from);
    mark.setAttribute("x", `${100 * at}%`);
    mark.style.display = at < 0 || at > 1 ? "none" : "";
  }
  const whole = from === page.from && to === page.to;
  const times = figure.querySelector(".times");
  times.replaceChildren(...(whole ? serverTicks : ticks()));
  for (const button of figure.querySelectorAll("[data-zoom]")) button.disabled = whole && button.dataset.zoom !== "in";
}

function ticks() {
  const most = Math.max(3, Math.floor(canvas.clientWidth / 75));
  const step = TICK_S.find((s) => (to - from) / s <= most) ?? TICK_S.at(-1);
  const found = [];
  for (let t = Math.ceil((from - page.from) / step) * step + page.from; t <= to; t += step) {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    const at = (t - from) / (to - from);
    text.setAttribute("x", `${100 * at}%`);
    text.setAttribute("y", "15");
    if (at < 0.05) text.setAttribute("text-anchor", "start");
    if (at > 0.95) text.setAttribute("text-anchor", "end");
    text.textContent = step < 86400 ? format.moment(t * 1000) : day.format(t * 1000);
    found.push(text);
  }
  return found;
}

let serverTicks = [...figure.querySelector(".times").children];

// One finger reads, and moves what is zoomed; two spread and pinch.
const fingers = new Map();

function down(event) {
  fingers.set(event.pointerId, event);
  canvas.setPointerCapture?.(event.pointerId);
}

function move(event) {
  const box = canvas.getBoundingClientRect();
  chart.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  const before = fingers.get(event.pointerId);
  if (!before) return;
  if (fingers.size === 1) shift((before.clientX - event.clientX) / box.width);
  if (fingers.size === 2) {
    const [other] = [...fingers.values()].filter((one) => one.pointerId !== event.pointerId);
    const apart = (one) => Math.max(10, Math.abs(one.clientX - other.clientX));
    const middle = (event.clientX + other.clientX) / 2 - box.left;
    zoom(apart(before) / apart(event), Math.min(1, Math.max(0, middle / box.width)));
  }
  fingers.set(event.pointerId, event);
}

function up(event) {
  fingers.delete(event.pointerId);
  if (event.type !== "pointerup") leave();
}

function leave() { chart.setCursor({ left: -10, top: -10 }); }

// The arrow keys go from measure to measure, and take along what is looked at.
const measures = () => page.beds.flatMap((bed) => [bed.probe, bed.books]).find(([times]) => times.length)?.[0] ?? [];

function point(n) {
  const at = measures()[n];
  if (at < from || at > to) look(at - (to - from) / 2, at + (to - from) / 2);
  chart.setCursor({ left: chart.valToPos(at, "x"), top: 0 });
  return figure.querySelector(".readout").textContent;
}

function wheel(event) {
  if (!event.ctrlKey) return; // a page is scrolled past a curve, not caught in it
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  zoom(event.deltaY < 0 ? 0.8 : 1.25, (event.clientX - box.left) / box.width);
}

const ACTS = {
  in: () => zoom(STEP), out: () => zoom(1 / STEP), earlier: () => shift(-STEP), later: () => shift(STEP),
  all: () => look(page.from, page.to),
};

function start() {
  if (!page.beds.some((bed) => bed.probe[0].length || bed.books[0].length)) return;
  draw();
  figure.querySelector(".zoom").hidden = false;
  figure.querySelector(".zoom").addEventListener("click", (event) => {
    ACTS[event.target.closest("[data-zoom]")?.dataset.zoom]?.();
  });
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) canvas.addEventListener(name, up);
  canvas.addEventListener("wheel", wheel, { passive: false });
  new Cursor(canvas, { label: canvas.dataset.reads, count: () => measures().length, show: point, hide: leave });
  new ResizeObserver(() => chart.setSize(size())).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { chart.destroy(); draw(); });
}

function draw() {
  chart = new uPlot(options(), data(), canvas);
  figure.classList.add("drawn");
  place();
}

// --- what has come since ------------------------------------------------------------------------

// Under a finger nothing moves by itself: it is said that there is more, and a button brings it.
const PARTS = [".bed-head", ".drawn-here", ".letters", ".times", ".strip", ".legend", "figcaption", "#story-table table", "#happened"];
const news = document.getElementById("news");
const refresh = new Refresh(put);

function tell() {
  if (news.querySelector("button")) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: page.texts.update });
  button.addEventListener("click", () => refresh.load());
  news.replaceChildren(Object.assign(document.createElement("span"), { textContent: page.texts.news }), button);
}

// The form of a note is left alone, and so is what is looked at closely.
function put(fresh) {
  const whole = from === page.from && to === page.to;
  const open = [...document.querySelectorAll("#happened details[open]")].map((one) => one.id);
  const focused = document.activeElement?.closest("#happened [id]")?.id;
  for (const part of PARTS) swap(fresh, part);
  Object.assign(page, told(fresh));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.querySelector("summary, button")?.focus({ preventScroll: true });
  serverTicks = [...figure.querySelector(".times").children];
  if (whole) [from, to] = [page.from, page.to];
  if (chart) { chart.destroy(); draw(); } else start();
  const byButton = news.contains(document.activeElement);
  news.replaceChildren(Object.assign(document.createElement("span"), { className: "unseen", textContent: page.texts.updated }));
  if (byButton) document.getElementById("story-title").focus({ preventScroll: true });
}

function swap(fresh, part) {
  const [before, after] = [document, fresh].map((root) => [...root.querySelectorAll(part)]);
  if (before.length === after.length) before.forEach((one, i) => one.replaceWith(after[i]));
}

new Stream(page.lastEventId, {
  on: {
    reading: ({ channel }) => page.channels.includes(channel) && tell(),
    advice: ({ bed }) => page.ids.includes(bed) && tell(),
    reset: tell,
  },
  lost: (since) => tellConnection(fill(page.texts.lost, { time: format.time(since) })),
  found: () => tellConnection(),
});

start();
