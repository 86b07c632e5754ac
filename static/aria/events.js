/**
 * What happens on the server, as it happens: one stream of events for the whole page.
 *
 * Closed while the tab is hidden, tried again with growing pauses. Whoever listens is also
 * told once after every (re)connection, since something may have happened in between.
 */
import { backoffDelay } from "aria/backoff";

// A connection that held this long was a good one: the next failure starts counting anew.
const GOOD_CONNECTION_MS = 10000;

export class EventFeed {
  /** ``onEvent(name, data)`` gets each named event, and ``onEvent("connected", null)``. */
  constructor(address, topics, names, onEvent) {
    this.url = `${address}?${topics.map((topic) => `topic=${encodeURIComponent(topic)}`).join("&")}`;
    this.names = names;
    this.onEvent = onEvent;
    this.attempt = 0;
    this.stopped = false;
    this.onVisibility = () => (document.hidden ? this.close() : this.open());
    document.addEventListener("visibilitychange", this.onVisibility);
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", () => this.open());
    this.open();
  }

  open() {
    if (this.source || this.stopped || document.hidden) return;
    clearTimeout(this.timer);
    const source = new EventSource(this.url);
    this.source = source;
    source.addEventListener("open", () => {
      this.openedAt = performance.now();
      this.onEvent("connected", null);
    });
    for (const name of this.names) {
      source.addEventListener(name, (event) => {
        let data = null;
        try {
          data = JSON.parse(event.data);
        } catch {
          return;
        }
        this.onEvent(name, data);
      });
    }
    source.addEventListener("error", () => {
      // The browser's own retry is quick and endless; ours is patient.
      if (this.openedAt && performance.now() - this.openedAt > GOOD_CONNECTION_MS) this.attempt = 0;
      this.close();
      this.timer = setTimeout(() => this.open(), backoffDelay(this.attempt));
      this.attempt += 1;
    });
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = undefined;
    this.openedAt = undefined;
  }

  /** Close for good. */
  stop() {
    this.stopped = true;
    this.close();
    document.removeEventListener("visibilitychange", this.onVisibility);
  }
}
