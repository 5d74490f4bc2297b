// The one stream of events of this page, for ever: a browser gives up where a gateway restarts.

const PATIENCE_MS = 4000; // a blink of the Wi-Fi is not worth a word
const RETRY_MS = [2000, 5000, 10000, 30000];

export class Stream {
  constructor(lastEventId, { on, lost, found }) {
    this.lastEventId = lastEventId;
    this.handlers = on;
    this.lost = lost;
    this.found = found;
    this.tries = 0;
    addEventListener("offline", () => this.silent());
    addEventListener("online", () => this.open());
    addEventListener("pagehide", () => this.source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    this.open();
  }

  open() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = new EventSource(`/api/v1/events?last_event_id=${encodeURIComponent(this.lastEventId)}`);
    this.source.onopen = () => this.heard();
    this.source.onerror = () => this.failed();
    for (const [name, handler] of Object.entries(this.handlers)) {
      this.source.addEventListener(name, (event) => {
        this.lastEventId = event.lastEventId || this.lastEventId;
        handler(event.data ? JSON.parse(event.data) : {});
      });
    }
  }

  heard() {
    this.tries = 0;
    clearTimeout(this.patience);
    this.patience = undefined;
    this.since = undefined;
    this.found();
  }

  failed() {
    this.silent();
    if (this.source.readyState !== EventSource.CLOSED) return;
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    this.retry = setTimeout(() => this.open(), wait);
  }

  silent() {
    this.since ??= Date.now();
    this.patience ??= setTimeout(() => this.lost(this.since), PATIENCE_MS);
  }
}
