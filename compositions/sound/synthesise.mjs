// Plays one track after another of a job and writes each as raw stereo float32 samples.
//
//   node synthesise.mjs ENGINE_MODULE JOB.json
//
// ENGINE_MODULE is the entry file of spessasynth_core. The job holds `soundFonts`
// (paths), `sampleRate`, `ahead` (how many finished tracks may wait unread) and `tracks`: each with
// `output` (path), `frames` (length), `font` (place among the paths), `bank`, `program`, `percussion` and `events`, a list of
// [frame, kind, a, b] in playing order: kind 0 note off (pitch), 1 note on (pitch, velocity),
// 2 control change (number, value), 3 pitch wheel (0..16383).
//
// One JSON object per line goes to stdout: {"track", "frame"} while playing, {"track", "done",
// "peak", "ended"} after the file is written ("ended": nothing would sound after its last frame). A line on stdin says that the reader is through with one track, so
// that the disk never holds more than `ahead` + 1 stems. Effects are off: the samples are dry.

import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [enginePath, jobPath] = process.argv.slice(2);
const { SoundBankLoader, SpessaLog, SpessaSynthProcessor } = await import(
    pathToFileURL(enginePath).href
);

const BLOCK = 128; // the render quantum of a browser, so both move their envelopes alike
const CHUNK = 1 << 16; // frames per write
const VOICES = 512; // at most
// The engine looks at each voice that it may use, sounding or not, for every block. It takes the
// first that is free, so as long as some are free it may as well have fewer.
const FIRST_VOICES = 32;
const VOICES_OF_A_NOTE = 16; // no instrument has more layers
const BANK_SELECT = 0;
const NOTE_OFF = 0;
const NOTE_ON = 1;
const CONTROL_CHANGE = 2;

SpessaLog?.setLogLevel?.(false, false, false);

// Straight to the descriptor: process.stdout would queue what a full pipe does not take, and lose
// it at the end.
const say = (message) => writeSync(1, `${JSON.stringify(message)}\n`);

function readSoundFont(path) {
    const file = readFileSync(path);
    return SoundBankLoader.fromArrayBuffer(
        file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    );
}

function perform(synth, [, kind, first, second]) {
    if (kind === NOTE_ON) synth.noteOn(0, first, second);
    else if (kind === NOTE_OFF) synth.noteOff(0, first);
    else if (kind === CONTROL_CHANGE) synth.controllerChange(0, first, second);
    else synth.pitchWheel(0, first);
}

async function prepare(bank, sampleRate, track) {
    const synth = new SpessaSynthProcessor(sampleRate, {
        maxBufferSize: BLOCK,
        effectsEnabled: false,
        eventsEnabled: false,
    });
    await synth.processorInitialized;
    synth.setSystemParameter("voiceCap", FIRST_VOICES);
    synth.soundBankManager.addSoundBank(bank, "main");
    if (synth.midiChannels.length === 0) synth.createMIDIChannel();
    const channel = synth.midiChannels[0];
    channel.setDrums(track.percussion);
    if (!track.percussion) synth.controllerChange(0, BANK_SELECT, track.bank);
    synth.programChange(0, track.program);
    const preset = channel.preset;
    if (!preset || preset.program !== track.program || preset.isDrum !== track.percussion) {
        throw new Error(`the engine did not find preset ${track.bank}:${track.program}`);
    }
    return synth;
}

// Notes start on their exact frame: a block is cut short where an event falls inside it.
async function play(synth, track, index) {
    const file = openSync(track.output, "w");
    ftruncateSync(file, track.frames * 8);
    const left = new Float32Array(CHUNK);
    const right = new Float32Array(CHUNK);
    const interleaved = new Float32Array(CHUNK * 2);
    const bytes = new Uint8Array(interleaved.buffer);
    const { events } = track;
    let next = 0;
    let voices = FIRST_VOICES;
    let coming = 0; // voices of notes that began since the engine last counted
    let peak = 0;
    let sounding = false;
    for (let start = 0; start < track.frames; start += CHUNK) {
        const size = Math.min(CHUNK, track.frames - start);
        left.fill(0);
        right.fill(0);
        let touched = false;
        let position = 0;
        while (position < size) {
            while (next < events.length && events[next][0] <= start + position) {
                if (events[next][1] === NOTE_ON) coming += VOICES_OF_A_NOTE;
                if (voices < VOICES && synth.voiceCount + coming > voices) {
                    voices = Math.min(2 * voices, VOICES);
                    synth.setSystemParameter("voiceCap", voices);
                }
                perform(synth, events[next]);
                next += 1;
                sounding = true;
            }
            const ahead = next < events.length ? events[next][0] - start - position : Infinity;
            if (!sounding) {
                position += Math.min(ahead, size - position); // silence costs nothing
                continue;
            }
            // Past the end of the song, too: a stem is the beginning of any longer one.
            const count = Math.min(BLOCK, ahead, CHUNK - position);
            synth.process(left, right, position, count);
            coming = 0;
            position += count;
            touched = true;
            sounding = synth.voiceCount > 0;
        }
        for (let i = size; i < position; i += 1) sounding ||= left[i] !== 0 || right[i] !== 0;
        if (touched) {
            for (let i = 0; i < size; i += 1) {
                const l = left[i];
                const r = right[i];
                interleaved[2 * i] = l;
                interleaved[2 * i + 1] = r;
                // Also true for what is no number.
                if (!(l <= peak && l >= -peak && r <= peak && r >= -peak)) {
                    peak = Math.max(Math.abs(l), Math.abs(r));
                }
            }
            let written = 0;
            while (written < size * 8) {
                written += writeSync(file, bytes, written, size * 8 - written, start * 8 + written);
            }
        }
        say({ track: index, frame: start + size });
    }
    closeSync(file);
    if (!Number.isFinite(peak)) throw new Error(`track ${index} holds samples that are no numbers`);
    say({ track: index, done: true, peak, ended: !sounding && next === events.length });
}

const job = JSON.parse(readFileSync(jobPath, "utf8"));
const banks = new Map(); // a font that no track needs is not read
const bankOf = ({ font }) => {
    if (!banks.has(font)) banks.set(font, readSoundFont(job.soundFonts[font]));
    return banks.get(font);
};
const acknowledgements = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (const [index, track] of job.tracks.entries()) {
    if (index > job.ahead) {
        const { done } = await acknowledgements.next();
        if (done) break; // the reader is gone
    }
    const synth = await prepare(bankOf(track), job.sampleRate, track);
    await play(synth, track, index);
    synth.clearCache();
}
process.exit(0);
