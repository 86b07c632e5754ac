/** Seconds to ticks, bars and beats, through the tempo and meter maps of a song. Pure. */

const TICKS_PER_QUARTER = 480;
const DEFAULT_BPM = 120;

/** Index of the last entry whose key is not beyond ``value``; 0 before the first. */
function lastAtOrBefore(keys, value) {
  let low = 0;
  let high = keys.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (keys[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

export class Timeline {
  /** ``tempos``: [[tick, bpm], …]; ``meters``: [[tick, numerator, denominator], …]. */
  constructor(tempos = [], meters = []) {
    this.tempos = [...tempos].sort((a, b) => a[0] - b[0]);
    if (!this.tempos.length || this.tempos[0][0] > 0) this.tempos.unshift([0, DEFAULT_BPM]);
    this.tempoTicks = this.tempos.map(([tick]) => tick);
    this.tempoSeconds = [0];
    for (let index = 1; index < this.tempos.length; index += 1) {
      const [tick, bpm] = this.tempos[index - 1];
      const beats = (this.tempos[index][0] - tick) / TICKS_PER_QUARTER;
      this.tempoSeconds.push(this.tempoSeconds[index - 1] + (beats * 60) / bpm);
    }
    this.meters = [...meters].sort((a, b) => a[0] - b[0]);
    if (!this.meters.length || this.meters[0][0] > 0) this.meters.unshift([0, 4, 4]);
    this.meterTicks = this.meters.map(([tick]) => tick);
    this.meterBars = [0];
    for (let index = 1; index < this.meters.length; index += 1) {
      const length = this.meters[index][0] - this.meters[index - 1][0];
      // A change inside a bar cuts that bar short and begins a new one.
      const bars = Math.ceil(length / this.ticksPerBar(index - 1));
      this.meterBars.push(this.meterBars[index - 1] + bars);
    }
  }

  ticksPerBeat(index) {
    return (TICKS_PER_QUARTER * 4) / this.meters[index][2];
  }

  ticksPerBar(index) {
    return this.meters[index][1] * this.ticksPerBeat(index);
  }

  /** The tick (not rounded) at ``seconds`` from the start. */
  tick(seconds) {
    const index = lastAtOrBefore(this.tempoSeconds, seconds);
    const [tick, bpm] = this.tempos[index];
    return tick + ((seconds - this.tempoSeconds[index]) * bpm * TICKS_PER_QUARTER) / 60;
  }

  /** Seconds from the start at ``tick``. */
  seconds(tick) {
    const index = lastAtOrBefore(this.tempoTicks, tick);
    const [start, bpm] = this.tempos[index];
    return this.tempoSeconds[index] + ((tick - start) / TICKS_PER_QUARTER) * (60 / bpm);
  }

  /** Bar and beat at ``tick``, both counted from 1. */
  position(tick) {
    const index = lastAtOrBefore(this.meterTicks, tick);
    const inside = Math.max(0, tick - this.meters[index][0]);
    const bars = Math.floor(inside / this.ticksPerBar(index));
    const beat = Math.floor((inside - bars * this.ticksPerBar(index)) / this.ticksPerBeat(index));
    return { bar: this.meterBars[index] + bars + 1, beat: beat + 1 };
  }

  /** First tick of ``bar`` (from 1). */
  barStart(bar) {
    const index = lastAtOrBefore(this.meterBars, bar - 1);
    return this.meters[index][0] + (bar - 1 - this.meterBars[index]) * this.ticksPerBar(index);
  }
}

/** The entry of ``spans`` ([[start, end, …], …] in order) that holds ``tick``, or undefined. */
export function spanAt(spans, tick) {
  if (!spans.length) return undefined;
  const index = lastAtOrBefore(spans.map(([start]) => start), tick);
  const span = spans[index];
  return tick >= span[0] && tick < span[1] ? span : undefined;
}
