/** Two takes of the same bars, played together; the ear goes from one to the other in place. */
import { announce } from "aria/announce";
import { gainsOf, placeOf, sideOf } from "aria/ab_place";

// Long enough not to click, short enough to seem at once.
const FADE_SECONDS = 0.012;
const AHEAD_SECONDS = 0.05;

class Comparison {
  constructor(root) {
    this.root = root;
    this.side = "a";
    this.offset = 0;
    this.playing = null;
    this.loading = false;
    this.play = root.querySelector("[data-ab-play]");
    this.buttons = [...root.querySelectorAll("[data-ab-side]")];
    this.progress = root.querySelector("[data-ab-place]");
    this.play.addEventListener("click", () => this.toggle());
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.choose(button.dataset.abSide));
    }
    // Single keys are for whoever is in the player, not for the whole page.
    root.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const side = sideOf(event.key);
      if (side) this.choose(side);
    });
    root.querySelector("[data-ab-controls]").hidden = false;
    root.querySelector("[data-ab-plain]").hidden = true;
  }

  async load() {
    this.context = new AudioContext();
    const fetched = ["a", "b"].map(async (side) => {
      const answer = await fetch(this.root.dataset[side]);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return this.context.decodeAudioData(await answer.arrayBuffer());
    });
    const [a, b] = await Promise.all(fetched);
    this.buffers = { a, b };
    this.duration = Math.min(a.duration, b.duration);
  }

  async toggle() {
    if (this.playing) {
      this.stop();
      return;
    }
    // A disabled button would lose the focus, and with it the keys.
    if (this.loading) return;
    this.loading = true;
    try {
      if (!this.buffers) await this.load();
      await this.context.resume();
      this.start();
    } catch {
      const error = this.root.querySelector("[data-ab-error]");
      error.textContent = "The sound could not be loaded. It is kept for a day; ask for it again.";
      error.hidden = false;
    } finally {
      this.loading = false;
    }
  }

  start() {
    const started = this.context.currentTime + AHEAD_SECONDS;
    const gains = gainsOf(this.side);
    const takes = {};
    for (const side of ["a", "b"]) {
      const gain = new GainNode(this.context, { gain: gains[side] });
      const source = new AudioBufferSourceNode(this.context, {
        buffer: this.buffers[side], loop: true, loopEnd: this.duration,
      });
      source.connect(gain).connect(this.context.destination);
      source.start(started, this.offset);
      takes[side] = { gain, source };
    }
    this.playing = { started, takes };
    this.say("Stop", true);
    this.draw();
  }

  stop() {
    if (!this.playing) return;
    this.offset = this.place();
    for (const { source } of Object.values(this.playing.takes)) source.stop();
    this.playing = null;
    this.say("Play", false);
  }

  choose(side) {
    this.side = side;
    const gains = gainsOf(side);
    for (const [name, take] of Object.entries(this.playing?.takes ?? {})) {
      const now = this.context.currentTime;
      take.gain.gain.cancelScheduledValues(now);
      take.gain.gain.setValueAtTime(take.gain.gain.value, now);
      take.gain.gain.linearRampToValueAtTime(gains[name], now + FADE_SECONDS);
    }
    for (const button of this.buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.abSide === side));
    }
    announce(`${side.toUpperCase()} is heard`);
  }

  place() {
    const { started } = this.playing;
    return placeOf(this.context.currentTime, started, this.offset, this.duration);
  }

  draw() {
    if (!this.playing) return;
    if (!this.root.isConnected) {
      this.stop();
      return;
    }
    this.progress.value = this.place() / this.duration;
    requestAnimationFrame(() => this.draw());
  }

  say(word, pressed) {
    this.play.setAttribute("aria-pressed", String(pressed));
    this.play.querySelector("[data-ab-word]").textContent = word;
    this.play.querySelector("use")?.setAttribute("href", this.iconOf(pressed ? "stop" : "play"));
  }

  iconOf(name) {
    const use = this.play.querySelector("use");
    return use.getAttribute("href").replace(/#.*$/, `#${name}`);
  }
}

/** Make players of what is on the page, and of what comes later. */
export function startComparisons() {
  const find = () => {
    for (const root of document.querySelectorAll("[data-ab]:not([data-ab-ready])")) {
      root.dataset.abReady = "";
      new Comparison(root);
    }
  };
  find();
  document.addEventListener("htmx:after:swap", find);
}
