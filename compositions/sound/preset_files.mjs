// Takes single presets out of SoundFonts, each into a SoundFont of its own.
//
//   node preset_files.mjs ENGINE_MODULE < JOB.json
//
// ENGINE_MODULE is the entry file of spessasynth_core. The job is a list of {"soundFont": path,
// "presets": [{"bank", "program", "output"}, ...]}; drum kits have bank 128. Samples stay as they
// are, compressed or not.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const DRUM_BANK = 128;
const { BasicSoundBank, SoundBankLoader, SpessaLog } = await import(
    pathToFileURL(process.argv[2]).href
);
SpessaLog?.setLogLevel?.(false, false, false);
await BasicSoundBank.isSF3DecoderReady;

const bankOf = (preset) => (preset.isDrum ? DRUM_BANK : preset.bankMSB);

for (const { soundFont, presets } of JSON.parse(readFileSync(0, "utf8"))) {
    const file = readFileSync(soundFont);
    const source = SoundBankLoader.fromArrayBuffer(
        file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    );
    for (const { bank, program, output } of presets) {
        const preset = source.presets.find(
            (one) => bankOf(one) === bank && one.program === program,
        );
        if (!preset) throw new Error(`${soundFont} has no preset ${bank}:${program}`);
        const single = new BasicSoundBank();
        single.addCompletePresets([preset]);
        writeFileSync(output, Buffer.from(single.writeSF2({})));
    }
}
