/** Plays a song: the transport bar, the waveform and the overview, all moved by one audio element. */
import { Instruments } from "aria/instruments";
import { formatTime, spokenTime } from "aria/time";
import { Timeline, spanAt } from "aria/timeline";
import { Waveform } from "aria/waveform";

const STEP_SECONDS = 5;
const ROUNDING_TICKS = 1;
const SPOKEN_EVERY_MS = 1000;
const VOLUME_KEY = "aria-volume";

const byId = (id) => document.getElementById(id);

export class Player {
  /** ``data`` is the content of #song-data. Lives until ``stop()``. */
  constructor(data) {
    this.data = data;
    this.timeline = new Timeline(data.tempos, data.meters);
    this.duration = data.duration;
    this.transport = byId("transport");
    this.element = byId("song-audio");
    // Until there is a mix, the notes themselves are played.
    this.audio = this.element ?? new Instruments(this.transport.dataset.performance, data.duration);
    this.slider = byId("waveform");
    this.seekBar = byId("transport-seek");
    this.playhead = byId("playhead");
    this.scroller = document.querySelector(".timeline-scroll");
    this.abort = new AbortController();
    this.spokenAt = 0;
    this.wasPlayingBeforeDrag = false;
    this.element?.removeAttribute("controls");
    if (data.peaks && this.slider) {
      this.waveform = new Waveform(this.slider, data.peaks, (share) =>
        this.timeline.seconds(share * data.axisTicks));
    }
    this.listen();
    this.restoreVolume();
    this.playhead?.classList.add("is-shown");
    this.update(true);
  }

  stop() {
    this.abort.abort();
    this.waveform?.stop();
    cancelAnimationFrame(this.frame);
    if (this.element) this.audio.pause();
    else this.audio.stop();
  }

  /** Whether this player still shows the page as it is, for the given data. */
  fits(data) {
    const own = this.element ?? this.transport;
    return data.render === this.data.render && own.isConnected && this.playhead.isConnected;
  }

  /** Go on where ``other`` stands: at the same place, and playing if it plays. */
  continueFrom(other) {
    const { paused } = other.audio;
    const seconds = other.audio.currentTime;
    if (seconds > 0) this.seek(seconds);
    if (!paused) this.toggle();
  }

  listen() {
    const { signal } = this.abort;
    const on = (target, event, handler) => target?.addEventListener(event, handler, { signal });
    on(this.audio, "play", () => this.changed());
    on(this.audio, "pause", () => this.changed());
    on(this.audio, "ended", () => this.changed());
    on(this.audio, "seeking", () => this.update(true));
    on(this.audio, "timeupdate", () => this.update());
    on(this.audio, "durationchange", () => {
      if (Number.isFinite(this.audio.duration)) this.duration = this.audio.duration;
    });
    on(this.audio, "error", () => this.failed());
    on(this.element?.querySelector("source:last-of-type"), "error", () => this.failed());
    on(byId("play"), "click", () => this.toggle());
    on(byId("to-start"), "click", () => this.seek(0));
    on(this.seekBar, "input", () => this.seek(Number(this.seekBar.value)));
    on(byId("mute"), "click", () => this.mute());
    on(byId("volume"), "input", (event) => this.setVolume(Number(event.target.value)));
    on(document, "keydown", (event) => this.onKey(event));
    on(document, "click", (event) => {
      const line = event.target.closest(".sung-line");
      if (line) this.seek(this.timeline.seconds(Number(line.dataset.start)));
    });
    for (const slider of [this.slider, this.seekBar]) on(slider, "keydown", (event) => this.onSliderKey(event));
    for (const lane of document.querySelectorAll(".timeline .lane[data-seek], #waveform")) {
      on(lane, "pointerdown", (event) => this.onPress(event, lane));
    }
  }

  // -- Time ---------------------------------------------------------------------------

  toggle() {
    if (this.audio.paused) this.audio.play().catch((error) => this.failed(error));
    else this.audio.pause();
  }

  seek(seconds) {
    this.audio.currentTime = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.05));
    this.update(true);
  }

  changed() {
    const playing = !this.audio.paused && !this.audio.ended;
    this.transport.classList.toggle("is-playing", playing);
    byId("play").setAttribute("aria-label", playing ? "Pause" : "Play");
    cancelAnimationFrame(this.frame);
    if (playing) {
      const tick = () => {
        this.update();
        this.follow();
        this.frame = requestAnimationFrame(tick);
      };
      this.frame = requestAnimationFrame(tick);
    }
    this.update(true);
  }

  failed(error) {
    if (error?.name === "AbortError") return;
    byId("player-error").textContent = "The song could not be played. Reload the page to try again.";
    byId("time-now").textContent = "cannot be played";
  }

  /** Show the present position everywhere; texts for screen readers only now and then. */
  update(settled = false) {
    const seconds = this.audio.currentTime;
    const tick = this.timeline.tick(seconds);
    const share = Math.min(1, tick / this.data.axisTicks);
    if (this.playhead) this.playhead.style.transform = `translateX(${share * 100}%)`;
    this.waveform?.setPosition(share);
    // The browser rounds times to samples: the beginning of a bar must not read as the last.
    const { bar, beat } = this.timeline.position(tick + ROUNDING_TICKS);
    setText("bar-beat", `${bar}.${beat}`);
    setText("time-now", formatTime(seconds));
    this.seekBar.value = seconds;
    this.seekBar.style.setProperty("--played", `${(100 * seconds) / (this.duration || 1)}%`);
    const section = spanAt(this.data.sections, tick + ROUNDING_TICKS);
    const chord = spanAt(this.data.chords, tick + ROUNDING_TICKS);
    setText("now-section", section?.[2] ?? "");
    setText("now-chord", chord?.[2] ?? "");
    mark(".section-box", section?.[0], this);
    mark(".chord-box", chord?.[0], this);
    mark(".sung-line", spanAt(this.data.lines, tick + ROUNDING_TICKS)?.[0], this);
    const now = performance.now();
    if (this.slider && (settled || now - this.spokenAt > SPOKEN_EVERY_MS)) {
      this.spokenAt = now;
      this.slider.setAttribute("aria-valuenow", seconds.toFixed(1));
      const place = section ? `, ${section[2]}` : "";
      this.slider.setAttribute("aria-valuetext", `${spokenTime(seconds)}, bar ${bar} beat ${beat}${place}`);
      this.seekBar.setAttribute("aria-valuetext", spokenTime(seconds));
    }
  }

  /** Keep the playhead in view when the overview is wider than its frame. */
  follow() {
    const scroller = this.scroller;
    if (!scroller || scroller.scrollWidth <= scroller.clientWidth) return;
    const overlay = document.querySelector(".timeline-overlay");
    const head = overlay.offsetLeft;
    const tick = this.timeline.tick(this.audio.currentTime);
    const x = head + (tick / this.data.axisTicks) * overlay.offsetWidth;
    const left = scroller.scrollLeft;
    if (x < left + head || x > left + scroller.clientWidth - 24) scroller.scrollLeft = x - head - 24;
  }

  // -- Pointer and keys -----------------------------------------------------------------

  onPress(event, lane) {
    if (event.button !== 0) return;
    const seekTo = (clientX) => {
      const box = lane.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width));
      this.seek(this.timeline.seconds(share * this.data.axisTicks));
    };
    if (event.pointerType === "touch") {
      // A finger may be scrolling: only a tap that ends where it began seeks.
      const up = (end) => {
        if (Math.abs(end.clientX - event.clientX) < 8 && Math.abs(end.clientY - event.clientY) < 8) seekTo(end.clientX);
      };
      lane.addEventListener("pointerup", up, { once: true, signal: this.abort.signal });
      return;
    }
    seekTo(event.clientX);
    lane.setPointerCapture(event.pointerId);
    const move = (moved) => seekTo(moved.clientX);
    lane.addEventListener("pointermove", move, { signal: this.abort.signal });
    const done = () => lane.removeEventListener("pointermove", move);
    lane.addEventListener("pointerup", done, { once: true });
    lane.addEventListener("pointercancel", done, { once: true });
  }

  onSliderKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const seconds = this.audio.currentTime;
    const { bar } = this.timeline.position(this.timeline.tick(seconds) + ROUNDING_TICKS);
    const toBar = (number) => this.timeline.seconds(this.timeline.barStart(Math.max(1, number)));
    const targets = {
      ArrowLeft: () => (event.shiftKey ? seconds - STEP_SECONDS : toBar(seconds - toBar(bar) > 0.35 ? bar : bar - 1)),
      ArrowRight: () => (event.shiftKey ? seconds + STEP_SECONDS : toBar(bar + 1)),
      ArrowDown: () => seconds - 1,
      ArrowUp: () => seconds + 1,
      PageDown: () => toBar(bar - 8),
      PageUp: () => toBar(bar + 8),
      Home: () => 0,
      End: () => this.duration,
    };
    const target = targets[event.key];
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    this.seek(target());
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open], [popover]:popover-open")) return;
    if (event.code === "Space") {
      // A focused button or disclosure keeps its own meaning of Space.
      if (event.target.closest("button, summary, a")) return;
      event.preventDefault();
      if (!event.repeat) this.toggle();
    } else if (event.code === "Home" && event.target !== this.slider && event.target === document.body) {
      this.seek(0);
    } else if (event.code === "KeyM") {
      this.mute();
    }
  }

  // -- Volume -----------------------------------------------------------------------------

  restoreVolume() {
    let stored = null;
    try {
      stored = localStorage.getItem(VOLUME_KEY);
    } catch {
      // Without storage it is loud again on the next page.
    }
    const volume = stored === null ? 1 : Number(stored);
    this.setVolume(volume >= 0 && volume <= 1 ? volume : 1);
  }

  setVolume(volume) {
    this.audio.volume = volume;
    this.audio.muted = false;
    const slider = byId("volume");
    slider.value = volume;
    slider.setAttribute("aria-valuetext", `${Math.round(volume * 100)} percent`);
    this.showMuted();
    try {
      localStorage.setItem(VOLUME_KEY, String(volume));
    } catch {
      // As above.
    }
  }

  mute() {
    this.audio.muted = !this.audio.muted;
    this.showMuted();
  }

  showMuted() {
    byId("mute").setAttribute("aria-pressed", String(this.audio.muted));
    this.transport.classList.toggle("is-muted-audio", this.audio.muted || this.audio.volume === 0);
  }
}

function setText(id, text) {
  const element = byId(id);
  if (element && element.textContent !== text) element.textContent = text;
}

/** Mark the box that begins at ``start`` as the one that sounds now. */
function mark(selector, start, memory) {
  const key = `marked${selector}`;
  if (memory[key] === start) return;
  memory[key] = start;
  for (const box of document.querySelectorAll(selector)) {
    box.classList.toggle("is-now", start !== undefined && Number(box.dataset.start) === start);
  }
}
