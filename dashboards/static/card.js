// One channel on the page: its value, its age, its state, its curve.

import { Curve } from "./curve.js";

export class Card {
  constructor(element, page, format) {
    this.element = element;
    this.page = page;
    this.format = format;
    this.curve = element.querySelector(".week") && new Curve(element, page, format);
  }

  get at() { return Number(this.element.dataset.t ?? -1); }

  get quality() {
    return ["good", "stale", "suspect", "fault", "none"].find((q) => this.element.classList.contains(q));
  }

  // A reading as it is told by the stream. True where only the server can say the rest.
  take(reading) {
    if (reading.t <= this.at) return false;
    const before = this.quality;
    this.element.dataset.t = reading.t;
    if (reading.value !== null) this.curve?.add(reading.t, reading.value);
    const today = this.element.dataset.aggregate === "sum" && reading.value !== null && this.curve;
    this.show(today ? this.curve.today : reading.value);
    this.judge(reading.quality);
    this.stamp(reading.t);
    return before !== reading.quality || reading.quality === "fault" || !this.curve;
  }

  show(value) {
    const number = this.element.querySelector(".number");
    number.textContent = this.words(value);
    const unit = this.element.querySelector(".unit");
    if (this.element.dataset.aggregate === "vector" && value !== null) {
      unit.textContent = `° ${this.page.texts.winds[Math.round(value / 45) % 8]}`;
    }
    this.element.classList.remove("fresh");
    void number.offsetWidth; // lets the animation start again
    this.element.classList.add("fresh");
  }

  words(value) {
    if (value === null) return "–";
    if ("yesOrNo" in this.element.dataset) return value ? this.page.texts.yes : this.page.texts.no;
    return this.format.number(value, Number(this.element.dataset.decimals));
  }

  judge(quality) {
    this.element.classList.remove(this.quality);
    this.element.classList.add(quality);
    this.element.querySelector(".state-words").textContent = this.page.texts.qualities[quality];
    const use = this.element.querySelector(".state use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${quality}`));
  }

  stamp(ms) {
    const age = this.element.querySelector(".age");
    if (!age) return; // its first reading: the server's page has the rest
    age.dataset.age = ms;
    age.dateTime = new Date(ms).toISOString();
    age.title = this.format.moment(ms);
  }

  // Whether it has just grown old; a page without its gateway must not call it fresh either.
  outlive(nowMs) {
    const old = this.at >= 0 && nowMs - this.at > 1000 * Number(this.element.dataset.staleAfter);
    if (!old || this.quality === "stale") return false;
    this.judge("stale");
    return true;
  }
}
