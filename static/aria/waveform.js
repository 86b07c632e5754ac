/** Draws a waveform on the same axis as the notes: bars of sound, played ones in the accent. */
import { decodePeaks, loudest, rangeOf } from "aria/peaks";

const BAR_WIDTH = 2;
const BAR_GAP = 1;
// A canvas wider than this is not needed to tell bars apart, and may not be made.
const WIDEST_CANVAS = 8192;

export class Waveform {
  /** ``secondsAt(share)`` gives the time at a share 0..1 of the axis. */
  constructor(element, peaks, secondsAt) {
    this.element = element;
    this.canvas = element.querySelector("canvas");
    this.secondsAt = secondsAt;
    this.pointsPerSecond = peaks.sample_rate / peaks.size;
    this.values = decodePeaks(peaks.data);
    this.scale = 1 / Math.max(0.05, loudest(this.values));
    this.share = 0;
    this.drawnBar = -1;
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(element);
    this.onTheme = () => this.layOut();
    document.addEventListener("aria:theme", this.onTheme);
    this.layOut();
  }

  stop() {
    this.observer.disconnect();
    document.removeEventListener("aria:theme", this.onTheme);
  }

  /** Measure, find the height of each bar, and draw. */
  layOut() {
    const { width, height } = this.element.getBoundingClientRect();
    if (!width || !height) return;
    const density = Math.min(devicePixelRatio || 1, WIDEST_CANVAS / width);
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.played = this.colour("--accent");
    this.coming = this.colour("--edge");
    this.density = density;
    this.height = height;
    const count = Math.floor(width / (BAR_WIDTH + BAR_GAP));
    this.bars = new Array(count);
    for (let bar = 0; bar < count; bar += 1) {
      const from = this.secondsAt(bar / count) * this.pointsPerSecond;
      const to = this.secondsAt((bar + 1) / count) * this.pointsPerSecond;
      const [low, high] = rangeOf(this.values, from, to);
      this.bars[bar] = Math.max(Math.abs(low), Math.abs(high)) * this.scale;
    }
    this.drawnBar = -1;
    this.draw();
  }

  /** A colour of the theme as the canvas understands it. */
  colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    this.element.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  }

  /** Move the border between played and coming to a share 0..1 of the axis. */
  setPosition(share) {
    this.share = share;
    this.draw();
  }

  draw() {
    if (!this.bars) return;
    const border = Math.round(this.share * this.bars.length);
    if (border === this.drawnBar) return;
    this.drawnBar = border;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.density, 0, 0, this.density, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const middle = this.height / 2;
    const reach = middle - 4;
    for (let bar = 0; bar < this.bars.length; bar += 1) {
      const half = Math.max(0.75, this.bars[bar] * reach);
      context.fillStyle = bar < border ? this.played : this.coming;
      context.fillRect(bar * (BAR_WIDTH + BAR_GAP), middle - half, BAR_WIDTH, 2 * half);
    }
  }
}
