/**
 * Plays the notes of a song before its mix is made: a plain synthesiser, one sound per part.
 *
 * Looks like a media element to the player: the same properties, methods and events.
 */

// Notes are handed to the audio clock this far ahead; timers of hidden tabs run once a second.
const AHEAD_SECONDS = 1.5;
const TIMER_MS = 250;
const SHORTEST_SECONDS = 0.05;
const LEVEL = 0.16;

// Drums by their General MIDI keys.
const FALLING_DRUMS = new Set([35, 36, 41, 43, 45, 47, 48, 50]);
const CYMBALS = new Set([46, 49, 51, 52, 53, 55, 57, 59]);

const VOICES = {
  bass: { wave: "triangle", cutoff: 700, attack: 0.008, release: 0.08, gain: 1.5 },
  lead: { wave: "triangle", cutoff: 4500, attack: 0.012, release: 0.12, gain: 1.1 },
  vocal: { wave: "triangle", cutoff: 3000, attack: 0.03, release: 0.12, gain: 1.2 },
  pad: { wave: "sawtooth", cutoff: 1100, attack: 0.25, release: 0.4, gain: 0.28 },
  other: { wave: "triangle", cutoff: 2600, attack: 0.006, release: 0.18, gain: 0.5 },
};

/** Hertz of a MIDI pitch. */
export function frequencyOf(pitch) {
  return 440 * 2 ** ((pitch - 69) / 12);
}

/** Index of the first of ``notes`` ([seconds, …] in order) that begins at ``seconds`` or later. */
export function firstFrom(notes, seconds) {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle][0] < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * All notes of ``tracks`` in time order as [begin, length, pitch, velocity, role, percussion],
 * begin and length in seconds through ``secondsAt(tick)``. Muted tracks are left out.
 */
export function notesInTime(tracks, secondsAt) {
  const notes = [];
  for (const track of tracks) {
    if (track.muted) continue;
    for (const [start, duration, pitch, velocity] of track.notes) {
      const begin = secondsAt(start);
      notes.push([begin, secondsAt(start + duration) - begin, pitch, velocity, track.role, track.percussion]);
    }
  }
  return notes.sort((a, b) => a[0] - b[0]);
}

export class Sketch extends EventTarget {
  /** ``address`` gives {tracks: […]} as JSON; ``secondsAt`` maps ticks; ``duration`` in seconds. */
  constructor(address, secondsAt, duration) {
    super();
    this.address = address;
    this.secondsAt = secondsAt;
    this.duration = duration;
    this.paused = true;
    this.ended = false;
    this.isConnected = true;
    this.at = 0;
    this.loudness = 1;
    this.silent = false;
  }

  get currentTime() {
    if (this.paused || !this.context) return this.at;
    return Math.min(this.duration, this.at + Math.max(0, this.context.currentTime - this.startedAt));
  }

  set currentTime(seconds) {
    const wasPlaying = !this.paused;
    if (wasPlaying) this.silence();
    this.at = seconds;
    this.ended = false;
    if (wasPlaying) this.begin();
    this.dispatchEvent(new Event("seeking"));
  }

  get volume() { return this.loudness; }

  set volume(value) {
    this.loudness = value;
    this.applyVolume();
  }

  get muted() { return this.silent; }

  set muted(value) {
    this.silent = value;
    this.applyVolume();
  }

  applyVolume() {
    if (this.output) this.output.gain.value = this.silent ? 0 : this.loudness;
  }

  async play() {
    if (!this.paused) return;
    if (!this.notes) {
      const response = await fetch(this.address, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error("The notes could not be loaded.");
      const { tracks } = await response.json();
      this.notes = notesInTime(tracks, this.secondsAt);
    }
    this.context ??= this.makeContext();
    await this.context.resume();
    if (this.ended || this.at >= this.duration) this.at = 0;
    this.ended = false;
    this.paused = false;
    this.begin();
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    if (this.paused) return;
    this.at = this.currentTime;
    this.paused = true;
    this.silence();
    this.dispatchEvent(new Event("pause"));
  }

  /** Give the sound card back. */
  stop() {
    this.pause();
    this.context?.close();
    this.context = undefined;
  }

  makeContext() {
    const context = new AudioContext();
    const limiter = new DynamicsCompressorNode(context, { threshold: -14, ratio: 6 });
    this.output = new GainNode(context);
    limiter.connect(this.output).connect(context.destination);
    this.limiter = limiter;
    this.noise = new AudioBuffer({ length: context.sampleRate, sampleRate: context.sampleRate });
    const samples = this.noise.getChannelData(0);
    for (let index = 0; index < samples.length; index += 1) samples[index] = Math.random() * 2 - 1;
    this.applyVolume();
    return context;
  }

  begin() {
    this.bus = new GainNode(this.context, { gain: LEVEL });
    this.bus.connect(this.limiter);
    this.startedAt = this.context.currentTime + 0.05;
    this.next = firstFrom(this.notes, this.at);
    this.timer = setInterval(() => this.schedule(), TIMER_MS);
    this.schedule();
  }

  silence() {
    clearInterval(this.timer);
    // Leaving the bus out silences everything that was scheduled, at once.
    this.bus?.disconnect();
    this.bus = undefined;
  }

  schedule() {
    const now = this.currentTime;
    while (this.next < this.notes.length && this.notes[this.next][0] < now + AHEAD_SECONDS) {
      const [begin, length, pitch, velocity, role, percussion] = this.notes[this.next];
      const when = this.startedAt + begin - this.at;
      if (percussion) this.hit(when, pitch, velocity / 127);
      else this.sing(when, length, pitch, velocity / 127, VOICES[role] ?? VOICES.other);
      this.next += 1;
    }
    this.dispatchEvent(new Event("timeupdate"));
    if (now >= this.duration) {
      this.silence();
      this.at = this.duration;
      this.paused = true;
      this.ended = true;
      this.dispatchEvent(new Event("ended"));
    }
  }

  sing(when, length, pitch, strength, voice) {
    const { context } = this;
    const end = when + Math.max(length, SHORTEST_SECONDS);
    const tone = new OscillatorNode(context, { type: voice.wave, frequency: frequencyOf(pitch) });
    const filter = new BiquadFilterNode(context, { type: "lowpass", frequency: voice.cutoff });
    const shape = new GainNode(context, { gain: 0 });
    const peak = voice.gain * strength ** 1.5;
    shape.gain.setValueAtTime(0, when);
    shape.gain.linearRampToValueAtTime(peak, when + voice.attack);
    shape.gain.setTargetAtTime(peak * 0.5, when + voice.attack, 0.5);
    shape.gain.setTargetAtTime(0, end, voice.release / 3);
    tone.connect(filter).connect(shape).connect(this.bus);
    tone.start(when);
    tone.stop(end + voice.release * 2);
  }

  hit(when, pitch, strength) {
    const { context } = this;
    const shape = new GainNode(context, { gain: 0 });
    shape.connect(this.bus);
    if (FALLING_DRUMS.has(pitch)) {
      // Bass drums and toms: a tone that falls.
      const tone = new OscillatorNode(context, { frequency: 150 });
      tone.frequency.setValueAtTime(150, when);
      tone.frequency.exponentialRampToValueAtTime(pitch <= 36 ? 45 : 80, when + 0.12);
      fade(shape.gain, when, 2.2 * strength, 0.16);
      tone.connect(shape);
      tone.start(when);
      tone.stop(when + 0.4);
      return;
    }
    const isSnare = pitch >= 37 && pitch <= 40;
    const noise = new AudioBufferSourceNode(context, { buffer: this.noise });
    const filter = new BiquadFilterNode(context, {
      type: isSnare ? "bandpass" : "highpass",
      frequency: isSnare ? 1900 : 7000,
    });
    const length = isSnare ? 0.14 : CYMBALS.has(pitch) ? 0.3 : 0.045;
    fade(shape.gain, when, (isSnare ? 1.3 : 0.45) * strength, length);
    noise.connect(filter).connect(shape);
    noise.start(when, (pitch * 0.013) % 0.5);
    noise.stop(when + length * 3);
  }
}

function fade(gain, when, peak, seconds) {
  gain.setValueAtTime(Math.max(0.0001, peak), when);
  gain.exponentialRampToValueAtTime(0.0001, when + seconds * 2);
}
