// The one stream of events of this browser, for ever: its tabs choose one that listens and tells
// the others. Only what plain http has is used: a channel between tabs, and the browser's storage.

const PATIENCE_MS = 4000; // a blink of the Wi-Fi is not worth a word
const RETRY_MS = [2000, 5000, 10000, 30000];
const BEAT_MS = 2000;
const SILENCE_MS = 7000; // then the tab that listened is gone, or sleeps
const KEPT = 500;
const PLACE = "jardin-listener";

export class Stream {
  constructor(lastEventId, { on, lost, found }) {
    this.me = Math.random().toString(36).slice(2);
    this.lastEventId = lastEventId;
    this.handlers = on;
    this.lost = lost;
    this.found = found;
    this.tries = 0;
    this.kept = [];
    this.tabs = new BroadcastChannel("jardin");
    this.tabs.onmessage = ({ data }) => this.hear(data);
    addEventListener("offline", () => this.source && this.silent());
    addEventListener("online", () => this.source && this.open());
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", (event) => event.persisted && this.join());
    addEventListener("storage", (event) => event.key === PLACE && this.yield());
    this.join();
  }

  // --- which tab listens ----------------------------------------------------------------------

  join() {
    clearInterval(this.beat);
    this.beat = setInterval(() => this.turn(), BEAT_MS);
    if (this.listener()) this.tell({ kind: "hello", since: this.lastEventId });
    else this.listen();
  }

  turn() {
    if (this.source || this.retry) this.claim();
    else if (!this.listener()) this.listen();
  }

  // The id of another tab that has shown lately that it listens.
  listener() {
    const [id, at] = (storage(PLACE) ?? "").split(" ");
    return id && id !== this.me && Math.abs(Date.now() - Number(at)) < SILENCE_MS ? id : undefined;
  }

  claim() { store(PLACE, `${this.me} ${Date.now()}`); }

  listen() {
    this.claim();
    this.open();
  }

  // Two that began at once: the one that claimed last goes on.
  yield() {
    if (!this.listener() || !(this.source || this.retry)) return;
    this.close();
    this.tell({ kind: "hello", since: this.lastEventId });
  }

  leave() {
    clearInterval(this.beat);
    if (!this.source && !this.retry) return;
    this.close();
    store(PLACE, "");
    this.tell({ kind: "bye" });
  }

  tell(message) { this.tabs.postMessage({ ...message, from: this.me }); }

  hear(message) {
    if (message.kind === "hello") return this.welcome(message);
    if (message.kind === "bye") { setTimeout(() => this.turn(), 50 + 200 * Math.random()); return; }
    if (this.source || this.retry || (message.to && message.to !== this.me)) return;
    if (message.kind === "event") this.handle(message.name, message.id, message.data);
    else if (message.kind === "lost") this.lost(this.since = message.since);
    else if (message.kind === "found" && this.since) { this.since = undefined; this.found(); }
  }

  // A tab that has just come: what it missed since its page was made, or that it must ask again.
  welcome({ from, since }) {
    if (!this.source && !this.retry) return;
    const place = this.kept.findIndex((event) => event.id === since);
    if (since === this.lastEventId) { /* it has everything */ }
    else if (place < 0) this.tell({ kind: "event", to: from, name: "reset", id: this.lastEventId, data: {} });
    else for (const event of this.kept.slice(place + 1)) this.tell({ ...event, kind: "event", to: from });
    this.tell(this.lostNow ? { kind: "lost", to: from, since: this.since } : { kind: "found", to: from });
  }

  // --- listening ------------------------------------------------------------------------------

  open() {
    clearTimeout(this.retry);
    this.retry = undefined;
    this.source?.close();
    this.source = new EventSource(`/api/v1/events?last_event_id=${encodeURIComponent(this.lastEventId)}`);
    this.source.onopen = () => this.heard();
    this.source.onerror = () => this.failed();
    for (const name of ["reading", "state", "advice", "alert", "reset"]) {
      this.source.addEventListener(name, (event) => {
        const id = event.lastEventId || this.lastEventId;
        const data = event.data ? JSON.parse(event.data) : {};
        this.kept = [...this.kept.slice(1 - KEPT), { name, id, data }];
        this.tell({ kind: "event", name, id, data });
        this.handle(name, id, data);
      });
    }
  }

  close() {
    clearTimeout(this.retry);
    clearTimeout(this.patience);
    this.retry = this.patience = undefined;
    this.source?.close();
    this.source = undefined;
  }

  handle(name, id, data) {
    this.lastEventId = id;
    this.handlers[name]?.(data);
  }

  heard() {
    this.tries = 0;
    clearTimeout(this.patience);
    this.patience = this.since = undefined;
    this.lostNow = false;
    this.tell({ kind: "found" });
    this.found();
  }

  failed() {
    this.silent();
    if (this.source?.readyState !== EventSource.CLOSED) return;
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    this.retry = setTimeout(() => this.open(), wait);
  }

  silent() {
    this.since ??= Date.now();
    this.patience ??= setTimeout(() => {
      this.lostNow = true;
      this.tell({ kind: "lost", since: this.since });
      this.lost(this.since);
    }, PATIENCE_MS);
  }
}

// A browser may forbid its storage: then each tab listens by itself.
function storage(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function store(name, text) {
  try { localStorage.setItem(name, text); } catch { /* it is forbidden */ }
}
