/**
 * Plays the notes of a song before its mix is made, or while it is being mixed, on the instruments of the mix.
 *
 * Each track sounds on the engine and the samples that renders use, at the level that the latest
 * mix found for it, or that is usual for its role. Works without a secure context: pieces of sound are made ahead of time
 * and handed to the audio clock. Looks like a media element to the player: the same properties,
 * methods and events.
 */
import { TrackSynth } from "aria/track_synth";

// Pieces are handed out this far ahead; timers of hidden tabs run once a second.
const AHEAD_SECONDS = 1.6;
const FIRST_AHEAD_SECONDS = 0.3;
const PIECE_SECONDS = 0.1;
const TIMER_MS = 60;
const DELAY_SECONDS = 0.08;
const ROOM_SECONDS = 1.7;
const LEVEL = 1.4;
const GLIDE_SECONDS = 0.015;
const FILTERS = {
  high_pass: "highpass",
  low_shelf: "lowshelf",
  bell: "peaking",
  high_shelf: "highshelf",
  low_pass: "lowpass",
};

/** The sound of a room as one stereo impulse: noise that fades; always the same. */
export function roomImpulse(context) {
  const length = Math.round(ROOM_SECONDS * context.sampleRate);
  const buffer = new AudioBuffer({ length, numberOfChannels: 2, sampleRate: context.sampleRate });
  let state = 0x2545f491;
  for (let channel = 0; channel < 2; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let index = 0; index < length; index += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      samples[index] = (state / 2 ** 31) * Math.exp((-6.9 * index) / length);
    }
  }
  return buffer;
}

export class Instruments extends EventTarget {
  /** ``address`` gives {tracks: […], seconds} as JSON; ``duration`` in seconds, else as there. */
  constructor(address, duration) {
    super();
    this.address = address;
    this.duration = duration;
    this.strips = new Map();
    this.paused = true;
    this.ended = false;
    this.isConnected = true;
    this.at = 0;
    this.loudness = 1;
    this.silent = false;
  }

  get currentTime() {
    if (this.paused || this.startedAt === undefined) return this.at;
    return Math.min(this.duration, this.at + Math.max(0, this.context.currentTime - this.startedAt));
  }

  set currentTime(seconds) {
    this.silence();
    this.at = seconds;
    this.ended = false;
    if (!this.paused) this.begin();
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
    this.paused = false;
    this.ended = false;
    this.dispatchEvent(new Event("play"));
    try {
      // Made at once: later than the press of the button the browser would not let it sound.
      this.context ??= this.makeContext();
      await this.context.resume();
      this.loading ??= this.load();
      this.tracks = await this.loading;
    } catch (error) {
      this.loading = undefined;
      this.pause();
      throw error;
    }
    if (this.paused) return; // meanwhile
    if (this.at >= this.duration) this.at = 0;
    this.begin();
  }

  pause() {
    if (this.paused) return;
    this.at = this.currentTime;
    this.paused = true;
    this.silence();
    this.dispatchEvent(new Event("pause"));
  }

  /** Give the sound card and the memory back. */
  stop() {
    this.pause();
    for (const { synth } of this.tracks ?? []) synth.close();
    this.tracks = undefined;
    this.context?.close();
    this.context = undefined;
  }

  makeContext() {
    const context = new AudioContext();
    const limiter = new DynamicsCompressorNode(context, { threshold: -10, ratio: 8, release: 0.2 });
    this.output = new GainNode(context);
    this.limiter = limiter;
    this.room = new ConvolverNode(context, { buffer: roomImpulse(context) });
    this.room.connect(limiter).connect(this.output).connect(context.destination);
    this.applyVolume();
    return context;
  }

  async load() {
    const [core, answer] = await Promise.all([import("spessasynth_core"), getJson(this.address)]);
    core.SpessaLog?.setLogLevel?.(false, false, false);
    await core.BasicSoundBank.isSF3DecoderReady;
    this.duration ??= answer.seconds;
    this.dispatchEvent(new Event("durationchange"));
    const files = new Map();
    const load = (url) => {
      if (!files.has(url)) files.set(url, getBytes(url));
      return files.get(url);
    };
    return Promise.all(
      answer.tracks.map(async (track) => ({
        synth: await TrackSynth.open(core, await load(track.preset), track, this.context.sampleRate),
        strip: track,
      })),
    );
  }

  /**
   * Set how tracks are mixed, by their ids: any of ``audible``, ``automatic_level``, ``gain_db``,
   * ``pan``, ``reverb_send`` and ``bands`` (of an equaliser). What is not told stays as it was.
   */
  mix(strips) {
    for (const [id, strip] of Object.entries(strips)) {
      this.strips.set(id, { ...this.strips.get(id), ...strip });
    }
    if (this.bus) for (const track of this.tracks) this.setStrip(track);
  }

  setStrip(track) {
    const strip = { ...track.strip, ...this.strips.get(track.strip.id) };
    const level = strip.automatic_level === false ? 0 : strip.level_db;
    this.glide(track.input.gain, strip.audible ? 10 ** ((level + strip.gain_db) / 20) : 0);
    this.glide(track.place.pan, strip.pan);
    this.glide(track.send.gain, strip.reverb_send * strip.reverb_scale);
    const bands = JSON.stringify(strip.bands ?? []);
    if (bands === track.bands) return;
    track.bands = bands;
    track.input.disconnect();
    let last = track.input;
    for (const band of strip.bands ?? []) {
      const filter = new BiquadFilterNode(this.context, {
        type: FILTERS[band.type],
        frequency: band.frequency_hz,
        gain: band.gain_db,
        // Of pass filters Web Audio counts the resonance in dB.
        Q: band.type.endsWith("pass") ? 20 * Math.log10(band.q) : band.q,
      });
      last.connect(filter);
      last = filter;
    }
    last.connect(track.place);
  }

  glide(parameter, value) {
    if (this.startedAt === undefined) parameter.value = value;
    else parameter.setTargetAtTime(value, this.context.currentTime, GLIDE_SECONDS);
  }

  begin() {
    if (!this.tracks) return;
    const { context } = this;
    this.bus = new GainNode(context, { gain: LEVEL });
    this.bus.connect(this.limiter);
    this.hall = new GainNode(context, { gain: LEVEL });
    this.hall.connect(this.room);
    const rate = context.sampleRate;
    this.frame = Math.round(this.at * rate);
    for (const track of this.tracks) {
      track.synth.seek(this.frame);
      track.input = new GainNode(context);
      track.place = new StereoPannerNode(context);
      track.send = new GainNode(context);
      track.bands = undefined;
      this.setStrip(track);
      track.place.connect(this.bus);
      track.place.connect(track.send).connect(this.hall);
    }
    // On a whole frame, so that each piece begins exactly where the one before it ends.
    this.startFrame = Math.ceil((context.currentTime + DELAY_SECONDS) * rate);
    this.startedAt = this.startFrame / rate;
    this.beganAt = this.frame;
    this.timer = setInterval(() => this.schedule(), TIMER_MS);
    this.schedule(FIRST_AHEAD_SECONDS);
  }

  silence() {
    clearInterval(this.timer);
    this.startedAt = undefined;
    // Leaving the buses out silences everything that was handed out, at once.
    this.bus?.disconnect();
    this.hall?.disconnect();
    this.bus = this.hall = undefined;
  }

  schedule(ahead = AHEAD_SECONDS) {
    if (!this.context || this.startedAt === undefined) return;
    const rate = this.context.sampleRate;
    const now = this.currentTime;
    const until = Math.min(this.duration, now + ahead) * rate;
    const deadline = performance.now() + TIMER_MS / 2;
    while (this.frame < until) {
      this.piece(Math.round(PIECE_SECONDS * rate));
      // A slow machine still answers to clicks between two pieces, unless silence threatens.
      if (performance.now() > deadline && this.frame / rate > now + FIRST_AHEAD_SECONDS) break;
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

  /** Make the next ``length`` frames of every track and hand them out. */
  piece(length) {
    const { context } = this;
    const when = (this.startFrame + this.frame - this.beganAt) / context.sampleRate;
    for (const track of this.tracks) {
      const buffer = new AudioBuffer({ length, numberOfChannels: 2, sampleRate: context.sampleRate });
      if (!track.synth.render(buffer.getChannelData(0), buffer.getChannelData(1))) continue;
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(track.input);
      source.start(when);
    }
    this.frame += length;
  }
}

async function getJson(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error("The notes could not be loaded.");
  return response.json();
}

async function getBytes(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error("An instrument could not be loaded.");
  return response.arrayBuffer();
}
