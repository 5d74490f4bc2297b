// A card's week: takes the server's curve over with uPlot, follows finger and arrow keys, grows with readings.

import { Cursor } from "./cursor.js";
import { fill } from "./format.js";

const HOUR_S = 3600;
const GAP_S = 1.5 * HOUR_S;

export class Curve {
  constructor(card, page, format) {
    this.card = card;
    this.page = page;
    this.format = format;
    this.figure = card.querySelector(".week");
    this.plot = card.querySelector(".plot");
    this.sum = card.dataset.aggregate === "sum";
    this.vector = card.dataset.aggregate === "vector";
    this.decimals = Number(card.dataset.decimals);
    this.read(JSON.parse(card.querySelector(".hours").textContent));
    this.mark();
  }

  // The server's hours as columns; an hour without a reading becomes a gap.
  read(hours) {
    const columns = [[], [], [], []];
    const from = this.page.from / 1000;
    const newest = Number(this.card.dataset.t ?? Infinity) / 1000;
    let i = 0;
    for (const [first, count] of hours.runs) {
      if (i > 0) push(columns, from + (first - 0.5) * HOUR_S, null, null, null);
      for (let hour = first; hour < first + count; hour += 1, i += 1) {
        const start = from + hour * HOUR_S;
        const middle = Math.min(start + HOUR_S / 2, Math.max(newest, start));
        const value = hours.value[i];
        push(columns, middle, value, hours.least?.[i] ?? value, hours.most?.[i] ?? value);
      }
    }
    this.columns = columns;
    this.rescale();
  }

  // A reading of now. What is not newer than the curve is in it already.
  add(ms, value) {
    const [times, values] = this.columns;
    const at = ms / 1000;
    const last = times.at(-1);
    if (last !== undefined && at <= last) return;
    if (this.sum && last !== undefined && this.hourOf(last) === this.hourOf(at)) {
      values[values.length - 1] += value;
      times[times.length - 1] = at;
    } else {
      if (!this.sum && at - last > GAP_S) push(this.columns, last + 1, null, null, null);
      push(this.columns, at, value, value, value);
    }
    this.rescale();
    this.tell();
    this.mark();
    this.chart?.setData(this.columns);
  }

  hourOf(at) { return Math.floor((at - this.page.from / 1000) / HOUR_S); }

  rescale() {
    const [, values, least, most] = this.columns.map((c) => c.filter((v) => v !== null));
    const span = Number(this.figure.dataset.span);
    if (this.vector) [this.low, this.high] = [0, 360];
    else if (this.sum) [this.low, this.high] = [0, Math.max(span, ...values)];
    else {
      const low = Math.min(...least);
      const high = Math.max(...most);
      const missing = Math.max(0, span - (high - low)) / 2;
      [this.least, this.most] = [low, high];
      [this.low, this.high] = [low - missing, high + missing];
    }
  }

  // What has fallen since midnight.
  get today() {
    const midnight = this.page.days.at(-2) / 1000;
    return this.columns[1].reduce((sum, v, i) => (this.columns[0][i] >= midnight ? sum + v : sum), 0);
  }

  // The words around the curve: its ends and its sentence.
  tell() {
    this.card.querySelector(".top").textContent = this.format.number(this.high, this.decimals);
    this.card.querySelector(".bottom").textContent = this.format.number(this.low, this.decimals);
    if (this.vector || "yesOrNo" in this.card.dataset) return;
    const texts = this.page.texts;
    const total = this.columns[1].reduce((sum, v) => sum + (v ?? 0), 0);
    this.card.querySelector(".sentence").textContent = this.sum
      ? fill(texts.total, { total: this.measure(total) })
      : fill(texts.between, {
        low: this.format.number(this.least, this.decimals), high: this.measure(this.most),
      });
  }

  measure(value) {
    const number = this.format.number(value, this.decimals);
    return this.card.dataset.unit ? `${number} ${this.card.dataset.unit}` : number;
  }

  mark() {
    this.figure.dataset.points = this.columns[1].filter((v) => v !== null).length;
    this.figure.dataset.last = Math.round((this.columns[0].at(-1) ?? 0) * 1000);
  }

  draw() {
    if (this.chart) return;
    this.chart = new uPlot(this.options(), this.columns, this.plot);
    this.figure.classList.add("drawn");
    this.sizes = new ResizeObserver(() => this.chart.setSize(this.size()));
    this.sizes.observe(this.plot);
    this.plot.addEventListener("pointermove", (event) => this.follow(event));
    this.plot.addEventListener("pointerleave", () => this.leave());
    this.plot.addEventListener("pointercancel", () => this.leave());
    this.cursor ??= new Cursor(this.plot, {
      label: this.plot.dataset.reads,
      count: () => this.measured.length,
      show: (n) => this.point(this.measured[n]),
      hide: () => this.leave(),
    });
  }

  redraw() {
    if (!this.chart) return;
    this.destroy();
    this.draw();
  }

  destroy() {
    this.sizes?.disconnect();
    this.chart?.destroy();
    this.chart = undefined;
  }

  size() { return { width: this.plot.clientWidth, height: this.plot.clientHeight }; }

  options() {
    const style = getComputedStyle(this.card);
    const hue = style.getPropertyValue("--hue");
    const wash = `color-mix(in srgb, ${hue} 16%, transparent)`;
    const lonely = (u, i, show, gaps) => this.lonely(u.data[i]);
    const main = {
      stroke: hue,
      width: this.vector ? 0 : 2,
      paths: this.sum ? uPlot.paths.bars({ size: [0.7, 6, 2] }) : undefined,
      fill: this.sum ? hue : undefined,
      points: this.sum
        ? { show: false }
        : { show: true, size: 5, width: 0, fill: hue, filter: this.vector ? undefined : lonely },
    };
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    return {
      ...this.size(),
      padding: [2, 3, 2, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8, width: 2, fill: hue, one: true } },
      scales: {
        x: { time: true, range: () => [this.page.from / 1000, this.page.to / 1000] },
        y: { range: () => [this.low, this.high] },
      },
      axes: [{ show: false }, { show: false }],
      series: [{}, main, edge, edge],
      bands: this.sum || this.vector ? [] : [{ series: [3, 2], fill: wash }],
      hooks: {
        drawClear: [(u) => this.days(u, style.getPropertyValue("--line"))],
        setCursor: [(u) => this.readout(u.cursor.idx)],
      },
    };
  }

  // Points are drawn where a line cannot be: between two gaps, and at the newest reading.
  lonely(values) {
    const shown = [];
    values.forEach((v, i) => {
      const alone = (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;
      if (v !== null && (alone || i === values.length - 1)) shown.push(i);
    });
    return shown;
  }

  days(u, colour) {
    u.ctx.save();
    u.ctx.fillStyle = colour;
    for (const day of this.page.days.slice(1, -1)) {
      const x = Math.round(u.valToPos(day / 1000, "x", true));
      u.ctx.fillRect(x, u.bbox.top, Math.max(1, Math.round(devicePixelRatio)), u.bbox.height);
    }
    u.ctx.restore();
  }

  follow(event) {
    const box = this.plot.getBoundingClientRect();
    this.chart?.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
  }

  // Where there is a value, as places in the columns.
  get measured() { return this.columns[1].flatMap((value, i) => (value === null ? [] : [i])); }

  // Reads one of them, and says it.
  point(index) {
    this.chart.setCursor({ left: this.chart.valToPos(this.columns[0][index], "x"), top: 0 });
    this.readout(index);
    return this.figure.querySelector(".readout").textContent;
  }

  leave() {
    this.chart?.setCursor({ left: -10, top: -10 });
    this.figure.classList.remove("reading");
  }

  readout(index) {
    const value = index === null || index === undefined ? null : this.columns[1][index];
    this.figure.classList.toggle("reading", value !== null && value !== undefined);
    if (value === null || value === undefined) return;
    const when = this.format.moment(this.columns[0][index] * 1000);
    const chip = this.figure.querySelector(".readout");
    chip.textContent = `${when} — ${this.measure(value)}`;
    const room = this.plot.clientWidth - chip.offsetWidth;
    chip.style.left = `${Math.max(0, Math.min(room, this.chart.cursor.left - chip.offsetWidth / 2))}px`;
  }
}

function push(columns, ...row) {
  columns.forEach((column, i) => column.push(row[i]));
}
