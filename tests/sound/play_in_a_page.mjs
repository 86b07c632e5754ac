// Plays a track as the pages do and writes its samples, for comparing with a render.
//
//   node play_in_a_page.mjs ENGINE_MODULE TRACK_SYNTH_MODULE JOB.json
//
// The job holds `font` (path), `output` (path), `rate`, `frames`, `piece` (frames at a time),
// `from` (frame to begin at) and `track` as the page gets it.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [engine, twin, jobPath] = process.argv.slice(2);
const core = await import(pathToFileURL(engine).href);
const { TrackSynth } = await import(pathToFileURL(twin).href);
const job = JSON.parse(readFileSync(jobPath, "utf8"));
await core.BasicSoundBank.isSF3DecoderReady;
const file = readFileSync(job.font);
const bytes = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
const synth = await TrackSynth.open(core, bytes, job.track, job.rate);
// A listener who has jumped about hears the same as one who has not.
synth.seek(job.frames >> 1);
synth.render(new Float32Array(job.piece), new Float32Array(job.piece));
synth.seek(job.from);
const samples = new Float32Array(2 * job.frames);
for (let start = 0; start < job.frames; start += job.piece) {
    const size = Math.min(job.piece, job.frames - start);
    const left = new Float32Array(size);
    const right = new Float32Array(size);
    synth.render(left, right);
    for (let i = 0; i < size; i += 1) {
        samples[2 * (start + i)] = left[i];
        samples[2 * (start + i) + 1] = right[i];
    }
}
writeFileSync(job.output, samples);
