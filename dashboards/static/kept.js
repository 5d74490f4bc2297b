// What was tapped without a network: kept in this browser, and sent as soon as there is one.
//
// Each has the key of its form, so the garden writes it down once, however often it is sent.

import { fill } from "./format.js";

const SHELF = "jardin-kept";
const AGAIN_MS = 15000;
const FOR_GOOD = [400, 404, 422];

export class Kept {
  // texts: what is said; now: the gateway's clock; sent: called when something has arrived.
  constructor(texts, { now, say, sent }) {
    Object.assign(this, { texts, now, say, sent });
    addEventListener("online", () => this.send());
    setInterval(() => this.all().length && this.send(), AGAIN_MS);
  }

  all() {
    try { return JSON.parse(localStorage.getItem(SHELF) ?? "[]"); } catch { return []; }
  }

  // Whether a watering of this bed waits to be sent.
  has(bed) { return this.all().some((one) => one.bed === bed); }

  // Takes a form's fields; false where this browser keeps nothing.
  take(bed, fields) {
    const { key, csrf, ...amounts } = fields;
    const told = { at: new Date(this.now()).toISOString(), key: key || newKey() };
    for (const name of ["cans", "litres"]) {
      if (amounts[name]) told[name] = Number(amounts[name].replace(",", "."));
    }
    return this.put([...this.all().filter((one) => one.told.key !== told.key), { bed, told, csrf }]);
  }

  put(all) {
    try { localStorage.setItem(SHELF, JSON.stringify(all)); return true; } catch { return false; }
  }

  drop(key) { this.put(this.all().filter((one) => one.told.key !== key)); }

  async send() {
    if (this.sending || !this.all().length) return;
    this.sending = true;
    let arrived = 0;
    try {
      for (const { bed, told, csrf } of this.all()) {
        const answer = await fetch(`/api/v1/beds/${encodeURIComponent(bed)}/waterings?lang=${document.documentElement.lang === "en" ? "en" : "fr"}`, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...(csrf ? { "X-CSRF-Token": csrf } : {}) },
          body: JSON.stringify(told),
        });
        if (answer.ok) arrived += 1;
        else {
          const why = (await answer.json()).detail ?? answer.status;
          const forGood = FOR_GOOD.includes(answer.status);
          this.say(fill(forGood ? this.texts.refused : this.texts.notYet, { why }));
          if (!forGood) break; // a key is needed, or the garden is ill
        }
        this.drop(told.key);
      }
    } catch {
      // Still no network: it stays on its shelf.
    } finally {
      this.sending = false;
    }
    if (arrived) this.sent();
  }
}

// Sixteen random bytes: what makes such names by itself is for https only.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
