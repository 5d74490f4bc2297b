// Asks for the page again, soon and not too often, and hands it over.

const AFTER_MS = 400;
const EVERY_MS = 5000;

export class Refresh {
  constructor(put, { begin = () => {}, end = () => {} } = {}) {
    Object.assign(this, { put, begin, end, at: 0 });
  }

  ask() {
    const wait = Math.max(AFTER_MS, this.at + EVERY_MS - Date.now());
    this.waiting ??= setTimeout(() => this.load(), wait);
  }

  async load() {
    this.begin();
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
      if (!answer.ok) return;
      this.put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // Without a gateway the last garden stays; the stream says when it is back.
    } finally {
      this.waiting = undefined;
      this.at = Date.now();
      this.end();
    }
  }
}
