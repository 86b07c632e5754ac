/**
 * One track of a song on its own synthesiser, with the engine and the samples that renders use.
 *
 * What it plays is the dry stem of the renderer (compositions/sound/synthesise.mjs): events fall on
 * their exact frame, and blocks are as long as there. Nothing here knows of a page.
 */

const BLOCK = 128;
const CHUNK = 1 << 16;
const VOICES = 512;
const BANK_SELECT = 0;
const NOTE_OFF = 0;
const NOTE_ON = 1;
const CONTROL_CHANGE = 2;
// A note that began earlier is struck anew when at least so much of it is left.
const SHORTEST_REST_SECONDS = 0.15;

/** Events ``[seconds, kind, a, b]`` on frames of ``rate``; their order stays. */
export function onFrames(events, rate) {
  return events.map(([seconds, kind, first, second]) => [Math.round(seconds * rate), kind, first, second]);
}

/**
 * What must be sent so that playing can begin at ``frame``, and the index of the first event after.
 *
 * ``controls`` holds the last event of each controller and of the pitch wheel, in the order of
 * their last change; ``notes`` the strokes of the notes that go on for ``rest`` frames at least.
 */
export function stateAt(events, frame, rest) {
  const controls = new Map();
  const open = new Map();
  let next = 0;
  while (next < events.length && events[next][0] < frame) {
    const event = events[next];
    const [, kind, first] = event;
    if (kind === NOTE_ON) open.set(first, event);
    else if (kind === NOTE_OFF) open.delete(first);
    else {
      const key = kind === CONTROL_CHANGE ? `control ${first}` : "wheel";
      controls.delete(key);
      controls.set(key, event);
    }
    next += 1;
  }
  const ends = new Map();
  for (let index = next; index < events.length && ends.size < open.size; index += 1) {
    const [at, kind, pitch] = events[index];
    if (kind === NOTE_OFF && open.has(pitch) && !ends.has(pitch)) ends.set(pitch, at);
  }
  const notes = [...open.values()].filter(([, , pitch]) => (ends.get(pitch) ?? 0) - frame >= rest);
  return { controls: [...controls.values()], notes, next };
}

export class TrackSynth {
  /**
   * ``core`` is the module spessasynth_core, ``file`` the ArrayBuffer of a SoundFont with the
   * track's preset, ``track`` {bank, program, percussion, events: [[seconds, kind, a, b], …]}.
   */
  static async open(core, file, track, rate) {
    const bank = core.SoundBankLoader.fromArrayBuffer(file);
    const synth = new core.SpessaSynthProcessor(rate, {
      maxBufferSize: BLOCK,
      effectsEnabled: false,
      eventsEnabled: false,
    });
    await synth.processorInitialized;
    synth.setSystemParameter("voiceCap", VOICES);
    synth.soundBankManager.addSoundBank(bank, "main");
    return new TrackSynth(synth, track, rate);
  }

  constructor(synth, track, rate) {
    this.synth = synth;
    this.track = track;
    this.rest = Math.round(SHORTEST_REST_SECONDS * rate);
    this.events = onFrames(track.events, rate);
    this.left = new Float32Array(BLOCK);
    this.right = new Float32Array(BLOCK);
    this.seek(0);
  }

  /** Be ready to play from ``frame`` on. */
  seek(frame) {
    const { synth, track } = this;
    synth.stopAllChannels(true);
    synth.reset();
    if (synth.midiChannels.length === 0) synth.createMIDIChannel();
    synth.midiChannels[0].setDrums(track.percussion);
    if (!track.percussion) synth.controllerChange(0, BANK_SELECT, track.bank);
    synth.programChange(0, track.program);
    const { controls, notes, next } = stateAt(this.events, frame, this.rest);
    for (const event of [...controls, ...notes]) this.send(event);
    // ``begin`` is where the piece in work began, ``frame`` how far it has come; of the block that
    // was made last, the ``kept`` last frames wait for the next piece.
    this.begin = this.frame = frame;
    this.made = this.kept = 0;
    this.next = next;
    this.sounding = notes.length > 0;
  }

  send([, kind, first, second]) {
    if (kind === NOTE_ON) this.synth.noteOn(0, first, second);
    else if (kind === NOTE_OFF) this.synth.noteOff(0, first);
    else if (kind === CONTROL_CHANGE) this.synth.controllerChange(0, first, second);
    else this.synth.pitchWheel(0, first);
  }

  /** Play on into ``left`` and ``right`` (zeros before). Returns whether anything was written. */
  render(left, right) {
    const size = left.length;
    let position = 0;
    let touched = false;
    while (position < size) {
      if (this.kept === 0 && !this.block()) {
        position += Math.min(this.framesToNext(), size - position);
        this.frame = this.begin + position;
        continue;
      }
      const count = Math.min(this.kept, size - position);
      const from = this.made - this.kept;
      left.set(this.left.subarray(from, from + count), position);
      right.set(this.right.subarray(from, from + count), position);
      this.kept -= count;
      position += count;
      this.frame = this.begin + position;
      touched = true;
    }
    this.begin += size;
    return touched;
  }

  /** Make the next block, cut short where an event falls inside. Returns false for silence. */
  block() {
    while (this.framesToNext() <= 0) {
      this.send(this.events[this.next]);
      this.next += 1;
      this.sounding = true;
    }
    if (!this.sounding) return false;
    this.made = Math.min(BLOCK, this.framesToNext(), CHUNK - (this.frame % CHUNK));
    this.kept = this.made;
    this.left.fill(0);
    this.right.fill(0);
    this.synth.process(this.left, this.right, 0, this.made);
    this.sounding = this.synth.voiceCount > 0;
    return true;
  }

  framesToNext() {
    return this.next < this.events.length ? this.events[this.next][0] - this.frame : Infinity;
  }

  /** Give the memory back. */
  close() {
    this.synth.stopAllChannels(true);
    this.synth.clearCache();
  }
}
