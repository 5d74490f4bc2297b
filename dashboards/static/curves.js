// Two or three curves: taken over with uPlot, read under the finger and the arrow keys, stretched by two fingers.

import { Cursor } from "./cursor.js";
import { Format, fill } from "./format.js";
import { isTyping, replaceMain, tellAges, tellConnection } from "./main.js";
import { Refresh } from "./refresh.js";
import { Stream } from "./stream.js";

const TICK_MS = 5000;
const REDRAW_MS = 60000; // the curve itself grows a point a minute at the most
const LEAST_MS = 600000;
const DASHES = [[], [10, 5], [2, 4]];
const MOST = 3;

let page;
let format;
let skewMs;
let chart;
let sizes;
let drawnAt;
let readAt; // the moment that the arrow keys read last
const fingers = new Map();

const refresh = new Refresh((fresh) => {
  if (isTyping()) return;
  const reading = document.activeElement?.id === "canvas";
  replaceMain(fresh);
  start();
  if (reading) document.getElementById("canvas")?.focus({ preventScroll: true });
});

function start() {
  page = JSON.parse(document.getElementById("page").textContent);
  format = new Format(page);
  skewMs = page.now - Date.now();
  drawnAt = Date.now();
  draw();
  if (chart) hold(document.querySelector(".canvas"));
  bound();
  tick();
}

const now = () => Date.now() + skewMs;
const tick = () => tellAges(format, now());

// --- the picture --------------------------------------------------------------------------------

function draw() {
  sizes?.disconnect();
  chart?.destroy();
  chart = undefined;
  const canvas = document.querySelector(".canvas");
  if (!canvas || !Object.keys(page.scales).length || !window.uPlot) return;
  const plot = canvas.querySelector("svg");
  const size = () => ({ width: canvas.clientWidth, height: plot.clientHeight || 240 });
  const times = page.times.map((ms) => (ms + page.step / 2) / 1000);
  const data = [times];
  const series = [{}];
  const bands = [];
  page.curves.forEach((curve, i) => {
    const hue = getComputedStyle(document.querySelector(`.told-curve.hue-${i + 1}`)).getPropertyValue("--hue");
    const first = series.length;
    series.push(line(curve, hue, i));
    data.push(curve.value);
    if (!curve.least) return;
    for (const edge of [curve.least, curve.most]) {
      series.push({ scale: curve.unit, stroke: "transparent", width: 0, points: { show: false } });
      data.push(edge);
    }
    bands.push({ series: [first + 2, first + 1], fill: `color-mix(in srgb, ${hue} 14%, transparent)` });
  });
  const height = size();
  chart = new uPlot({
    ...height,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: () => [page.from / 1000, page.to / 1000] },
      ...Object.fromEntries(Object.entries(page.scales).map(([unit, ends]) => [unit, { range: () => ends }])),
    },
    axes: [{ show: false }],
    series,
    bands,
    hooks: { drawClear: [grid], setCursor: [(u) => readout(u.cursor.idx)] },
  }, data, canvas);
  canvas.classList.add("drawn");
  sizes = new ResizeObserver(() => chart?.setSize({ width: canvas.clientWidth, height: height.height }));
  sizes.observe(canvas);
}

// Once for each canvas: fingers, wheel and arrow keys. These go on where they were.
function hold(canvas) {
  for (const [name, act] of [["pointerdown", press], ["pointermove", move], ["pointerup", lift], ["pointercancel", lift], ["pointerleave", lift]]) {
    canvas.addEventListener(name, act);
  }
  canvas.addEventListener("wheel", wheel, { passive: false });
  const measured = page.times.flatMap((at, i) => (page.curves.some(({ value }) => (value[i] ?? null) !== null) ? [i] : []));
  const at = readAt === undefined ? -1 : measured.findIndex((i) => page.times[i] >= readAt);
  new Cursor(canvas, {
    label: canvas.dataset.reads, at: at < 0 ? Infinity : at,
    count: () => measured.length, show: (n) => point(measured[n]), hide: leave,
  });
}

// Reads one point of time, and says it.
function point(index) {
  chart.setCursor({ left: chart.valToPos(chart.data[0][index], "x"), top: 0 });
  readout(index);
  readAt = page.times[index];
  return document.querySelector(".canvas .readout").textContent;
}

const leave = () => chart?.setCursor({ left: -10, top: -10 });

function line(curve, hue, i) {
  const sum = curve.aggregate === "sum";
  const vector = curve.aggregate === "vector";
  return {
    scale: curve.unit,
    stroke: hue,
    width: vector ? 0 : 2,
    dash: sum ? undefined : DASHES[i],
    paths: sum ? uPlot.paths.bars({ size: [0.7, 8, 2] }) : undefined,
    fill: sum ? hue : undefined,
    points: sum ? { show: false } : { show: true, size: 5, width: 0, fill: hue, filter: vector ? undefined : alone(curve.value) },
  };
}

// A point is drawn where a line cannot be: between two gaps.
const alone = (values) => () => values.flatMap((v, i) => (
  v !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null ? [i] : []));

function grid(u) {
  u.ctx.save();
  u.ctx.fillStyle = getComputedStyle(document.body).getPropertyValue("--line");
  const marks = document.querySelectorAll(".marks li").length;
  const wide = Math.max(1, Math.round(devicePixelRatio));
  for (let i = 1; i < marks; i += 1) {
    u.ctx.fillRect(Math.round(u.bbox.left + (u.bbox.width * i) / marks), u.bbox.top, wide, u.bbox.height);
  }
  u.ctx.fillRect(u.bbox.left, Math.round(u.bbox.top + u.bbox.height / 2), u.bbox.width, wide);
  u.ctx.restore();
}

function readout(index) {
  const chip = document.querySelector(".canvas .readout");
  const told = index === null || index === undefined ? [] : page.curves.map((curve, i) => toldOf(curve.value[index], i)).filter(Boolean);
  chip.classList.toggle("shown", told.length > 0);
  if (!told.length) return;
  chip.textContent = [format.moment(page.times[index]), ...told].join(" — ");
  const room = chart.width - chip.offsetWidth;
  chip.style.left = `${Math.max(0, Math.min(room, chart.cursor.left - chip.offsetWidth / 2))}px`;
}

function toldOf(value, i) {
  if (value === null || value === undefined) return "";
  const { decimals, unit } = document.querySelectorAll(".told-curve")[i].dataset;
  return `${format.number(value, Number(decimals))} ${unit}`.trim();
}

// --- one finger reads, two stretch --------------------------------------------------------------

let grip; // what lay under the two fingers when they came down

function press(event) {
  fingers.set(event.pointerId, event.clientX);
  if (fingers.size === 2) grip = { ends: ends(), from: page.from, to: page.to };
}

function move(event) {
  if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event.clientX);
  const box = event.currentTarget.getBoundingClientRect();
  if (fingers.size === 2 && grip) return stretch(box);
  chart?.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
}

function lift(event) {
  fingers.delete(event.pointerId);
  if (event.type !== "pointerup") leave();
  if (grip && fingers.size < 2) {
    grip = undefined;
    look();
  }
}

const ends = () => [...fingers.values()].sort((a, b) => a - b);

// What was under each finger stays under it.
function stretch(box) {
  const at = grip.ends.map((x) => grip.from + ((x - box.left) / box.width) * (grip.to - grip.from));
  const [left, right] = ends();
  const perPixel = Math.max(at[1] - at[0], 1) / Math.max(right - left, 24);
  show(at[0] - (left - box.left) * perPixel, box.width * perPixel);
}

function show(from, length) {
  const whole = Math.max(LEAST_MS, length);
  page.to = Math.min(from + whole, now() + 86400000);
  page.from = Math.max(0, page.to - whole);
  chart?.setScale("x", { min: page.from / 1000, max: page.to / 1000 });
  chart?.redraw();
}

let wheeled;

function wheel(event) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  const box = event.currentTarget.getBoundingClientRect();
  const share = (event.clientX - box.left) / box.width;
  const length = page.to - page.from;
  const next = length * Math.exp(event.deltaY / 300);
  show(page.from + share * (length - next), next);
  clearTimeout(wheeled);
  wheeled = setTimeout(look, 300);
}

// The address says what is looked at, so it can be kept, sent, and gone back from.
function look() {
  const asked = new URLSearchParams(location.search);
  asked.delete("duree");
  asked.set("de", new Date(page.from).toISOString());
  asked.set("jusque", new Date(page.to).toISOString());
  history.replaceState(null, "", `${location.pathname}?${asked}`);
  refresh.ask();
}

// --- choosing -----------------------------------------------------------------------------------

// A fourth cannot be ticked: the server would show the first three.
function bound() {
  const boxes = [...document.querySelectorAll("#choose [name=voie]")];
  const full = boxes.filter((box) => box.checked).length >= MOST;
  boxes.forEach((box) => { box.disabled = full && !box.checked; });
}

document.addEventListener("change", (event) => event.target.matches("#choose [name=voie]") && bound());

// --- readings as they come ----------------------------------------------------------------------

function onReading(reading) {
  const told = document.querySelector(`[data-channel="${CSS.escape(reading.channel)}"]`);
  if (!told) return;
  if (!reading.backlog) hear(told, reading);
  if (reading.backlog || (Date.now() - drawnAt > REDRAW_MS && !grip)) {
    drawnAt = Date.now();
    refresh.ask();
  }
}

let saidAt = 0;

function hear(told, reading) {
  const { decimals, name, unit } = told.dataset;
  const words = reading.value === null ? "–" : format.number(reading.value, Number(decimals));
  const live = told.querySelector(".live");
  live.querySelector(".number").textContent = words;
  live.className = `live ${reading.quality}`;
  live.querySelector(".state-words").textContent = page.texts.qualities[reading.quality];
  const use = live.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${reading.quality}`));
  const time = live.querySelector("time");
  if (time) time.dataset.age = reading.t;
  tick();
  if (Date.now() - saidAt < REDRAW_MS) return; // who listens is not talked to without end
  saidAt = Date.now();
  document.getElementById("heard").textContent = `${name} ${words} ${unit}`;
}

start();
setInterval(tick, TICK_MS);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
new Stream(page.lastEventId, {
  on: { reading: onReading, reset: () => refresh.ask() },
  lost: (since) => tellConnection(fill(page.texts.lost, { time: format.time(since) })),
  found: () => tellConnection(),
});
