// A curve under the arrow keys. It is a slider: screen readers hand the arrows over to one and say
// each value by themselves, without a second voice; who sees has the same words above the curve.

const FAR = 10; // a tenth of the curve

export class Cursor {
  // label: what it is called; count(): how many points there are; show(n): reads the nth and
  // returns its words; hide(): reads none; at: where it begins, absent: at the last.
  constructor(element, { label, count, show, hide, at = Infinity }) {
    Object.assign(this, { element, count, show, at });
    element.tabIndex = 0;
    element.setAttribute("role", "slider");
    element.setAttribute("aria-label", label);
    this.move(at, false);
    element.addEventListener("keydown", (event) => this.press(event));
    element.addEventListener("focus", () => element.matches(":focus-visible") && this.move(this.at));
    element.addEventListener("blur", hide);
  }

  press(event) {
    const far = Math.max(1, Math.round(this.count() / FAR));
    const to = {
      ArrowRight: this.at + 1, ArrowUp: this.at + 1, ArrowLeft: this.at - 1, ArrowDown: this.at - 1,
      PageUp: this.at + far, PageDown: this.at - far, Home: 0, End: Infinity,
    }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.move(to);
  }

  // To the nth point, or the last one there is; ``read``: and read it.
  move(n, read = true) {
    const last = this.count() - 1;
    if (last < 0) return;
    this.at = Math.max(0, Math.min(last, n));
    const words = read ? this.show(this.at) : "";
    const told = { valuemin: 1, valuemax: last + 1, valuenow: this.at + 1, ...(words && { valuetext: words }) };
    for (const [name, value] of Object.entries(told)) this.element.setAttribute(`aria-${name}`, value);
  }
}
