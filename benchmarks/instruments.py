"""How well the studio's own instruments are made: level, pitch, seams, spectrum, aliasing.

    .venv/bin/python benchmarks/instruments.py [--calibrate]

Plays every preset through the engine of the renders, beside the General MIDI instrument of its
role on the default SoundFont, and prints one line each:

- ``LU``: loudness of a standard phrase over that of the General MIDI reference (kits: of each
  drum against the standard kit's, the largest difference);
- ``cents``: error of the fundamental of a held note, the worst of several keys (of detuned voices
  the centre of their first harmonics in the loop);
- ``seam``: the largest step at a loop's end over the largest step inside the loop (1 is none);
- ``DC``: offset of the samples in dB of full scale;
- ``alias``: what lies between the harmonics of a held note, in dB under the loudest harmonic (of
  what is neither detuned nor swept);
- ``sub``: share of the energy below 90 Hz on a bass's low notes.

``--calibrate`` writes the levels to ``compositions/sound/instruments/levels.json``. It is done
once, after an instrument was changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compositions.sound.filters import Filter  # noqa: E402
from compositions.sound.instruments import catalogue  # noqa: E402
from compositions.sound.instruments.kit_pieces import DRUM_BANK  # noqa: E402
from compositions.sound.instruments.soundfont_format import FontPreset  # noqa: E402
from compositions.sound.loudness import (  # noqa: E402
    LoudnessMeter,
    k_weighting,
    relative_loudness,
)
from compositions.sound.performance import NOTE_OFF, NOTE_ON, Event, Performance  # noqa: E402
from compositions.sound.soundfont import SoundFonts, find_default_soundfont  # noqa: E402
from compositions.sound.synthesis import Part, synthesise  # noqa: E402

RATE = 44_100
LEVELS = ROOT / "compositions/sound/instruments/levels.json"
# Programs of the General MIDI reference of each family, and its phrase.
BASS, LEAD, KEYS, PAD, BELL = "bass", "lead", "keys", "pad", "bell"
REFERENCES = {BASS: 38, LEAD: 81, KEYS: 4, PAD: 89, BELL: 98}
# Beds and risers stand behind everything: this far under a pad.
BEHIND = {"Vinyl": 10.0, "Wind": 8.0, "Riser": 2.0, "Fall": 3.0}
STANDARD_KIT = 0
# What has its lines on the harmonics alone: no detuning, no slow filter, no bell.
STEADY = frozenset(
    {"808 Bass", "Distorted 808", "Sub Bass", "FM Bass", "Acid Bass", "Chip Bass", "Square Lead"}
    | {"Chip Lead", "Chip Pulse", "Sine Lead", "Arp Synth", "House Organ", "Acid Lead"}
    | {"Soft Sine", "FM Piano"}
)
DRUM_KEYS = (*range(35, 83),)
Note = tuple[float, float, int, int]


@dataclass
class Take:
    """One part that is played: a preset and its notes as (start, seconds, key, velocity)."""

    bank: int
    program: int
    percussion: bool
    notes: Sequence[Note]
    seconds: float


def role_of(preset: FontPreset) -> str:
    """The phrase and the reference of a preset, by the General MIDI family it falls back to."""
    if preset.name in ("Impact", "Riser", "Fall", "Vinyl", "Wind", "Reverse Cymbal"):
        return PAD
    if 32 <= preset.program < 40:
        return BASS
    if preset.program in (4, 5):
        return KEYS
    if preset.program in (9, 98, 108):
        return BELL
    if preset.program in (50, 62, 17, 90) or 88 <= preset.program < 96:
        return PAD if preset.program not in (62, 17, 90) else LEAD
    return LEAD


def phrase(role: str) -> list[Note]:
    """Eight seconds of what the role plays."""
    if role == BASS:
        keys = (33, 33, 36, 38, 40, 33, 31, 28)
        return [(index * 0.6, 0.5, key, 96) for index, key in enumerate(keys)]
    if role == PAD:
        chords = ((57, 60, 64, 69), (53, 57, 60, 65))
        return [(3.2 * n, 3.0, key, 80) for n, chord in enumerate(chords) for key in chord]
    if role in (KEYS, BELL):
        up = 12 if role == BELL else 0
        chords = ((57, 60, 64), (62, 65, 69), (55, 59, 62), (60, 64, 67))
        return [(1.2 * n, 1.0, key + up, 88) for n, chord in enumerate(chords) for key in chord]
    keys = (69, 72, 76, 74, 72, 67, 69, 64)
    return [(index * 0.6, 0.5, key, 92) for index, key in enumerate(keys)]


def play(takes: Sequence[Take], fonts: SoundFonts) -> list[NDArray[np.float64]]:
    """The stereo sound of each take."""
    parts = []
    frames = round(max(take.seconds for take in takes) * RATE)
    for take in takes:
        events: list[tuple[int, int, Event]] = []
        for start, seconds, key, velocity in take.notes:
            begin, end = round(start * RATE), round((start + seconds) * RATE)
            events.append((begin, 1, (begin, NOTE_ON, key, velocity)))
            events.append((end, 0, (end, NOTE_OFF, key, 0)))
        performance = Performance(tuple(event for *_, event in sorted(events)))
        preset = fonts.resolve(take.bank, take.program, percussion=take.percussion)
        parts.append(Part(performance, preset, take.percussion))
    sounds = []
    with tempfile.TemporaryDirectory() as folder:
        for stem in synthesise(
            parts,
            soundfonts=fonts,
            sample_rate=RATE,
            frames=frames,
            work_dir=Path(folder),
            on_frames=lambda index, frame: None,
        ):
            sound = np.fromfile(stem.path, dtype="<f4").reshape(-1, 2).astype(float)
            sounds.append(sound[: round(takes[stem.index].seconds * RATE)])
            stem.path.unlink()
    return sounds


def loudness(sound: NDArray[np.float64]) -> float:
    """Gated loudness in LUFS."""
    return relative_loudness(energies(sound))


def loudest(sound: NDArray[np.float64]) -> float:
    """Loudness of the loudest 100 ms: of a drum, whose tail says nothing of its level."""
    return float(10.0 * np.log10(max(energies(sound).max(initial=0.0), 1e-15)))


def energies(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """K-weighted energies of each 100 ms."""
    meter = LoudnessMeter(RATE)
    meter.add(Filter(k_weighting(RATE)).process(sound.astype(np.float32)))
    return meter.energies


def melodic_levels(presets: Sequence[FontPreset], fonts: SoundFonts) -> dict[str, float]:
    """LU of each melodic preset over its reference."""
    takes = [Take(0, REFERENCES[role], False, phrase(role), 8.0) for role in REFERENCES]
    takes += [Take(one.bank, one.program, False, phrase(role_of(one)), 8.0) for one in presets]
    sounds = [loudness(sound) for sound in play(takes, fonts)]
    wanted = dict(zip(REFERENCES, sounds, strict=False))
    return {
        f"{one.bank}:{one.program}": level - wanted[role_of(one)] + BEHIND.get(one.name, 0.0)
        for one, level in zip(presets, sounds[len(REFERENCES) :], strict=True)
    }


def kit_levels(kits: Sequence[FontPreset], fonts: SoundFonts) -> dict[str, float]:
    """LU of each drum over that of the standard kit on its key."""
    spacing = 2.0
    notes = [(n * spacing, 0.1, key, 100) for n, key in enumerate(DRUM_KEYS)]
    programs = [STANDARD_KIT, *(one.program for one in kits)]
    length = spacing * len(DRUM_KEYS)
    sounds = play([Take(0, number, True, notes, length) for number in programs], fonts)
    step = round(spacing * RATE)
    table = [
        [loudest(sound[n * step : (n + 1) * step]) for n in range(len(DRUM_KEYS))]
        for sound in sounds
    ]
    return {
        f"{DRUM_BANK}:{one.program}:{key}": own - wanted
        for one, row in zip(kits, table[1:], strict=True)
        for key, own, wanted in zip(DRUM_KEYS, row, table[0], strict=True)
    }


def calibrate(general: Path, folder: Path) -> None:
    """Find the attenuation of every preset and drum, and write them down."""
    levels = dict.fromkeys([key for one in catalogue.presets({}) for key in level_keys(one)], 0.0)
    for turn in range(3):
        found = differences(general, folder, levels)
        for key, over in found.items():
            levels[key] = max(-6.0, round(levels[key] + over, 1))
        left = {key: over for key, over in found.items() if abs(over) > 0.5}
        sys.stdout.write(f"turn {turn}: {len(left)} are off by more than half a LU\n")
    LEVELS.write_text(json.dumps(levels, indent=1, sort_keys=True) + "\n")


def level_keys(preset: FontPreset) -> list[str]:
    """Names of the levels of a preset."""
    return sorted({catalogue.level_name(preset, zone.keys[0]) for zone in preset.zones})


def differences(general: Path, folder: Path, levels: dict[str, float]) -> dict[str, float]:
    """LU over the reference of all presets and drums, built with these levels."""
    own = folder / "own.sf2"
    own.write_bytes(catalogue.build(levels))
    fonts = SoundFonts([general, own])
    presets = catalogue.presets(levels)
    kits = [one for one in presets if one.bank == DRUM_BANK]
    found = melodic_levels([one for one in presets if one.bank != DRUM_BANK], fonts)
    found.update(kit_levels(kits, fonts))
    return {key: value for key, value in found.items() if key in levels}


@dataclass
class Figures:
    """Measured figures of one preset."""

    loudness: float
    cents: float | None
    seam: float
    dc_db: float
    alias_db: float | None
    sub: float | None


def held_keys(role: str) -> tuple[int, ...]:
    """Keys of which a long note is measured."""
    return {BASS: (28, 34, 41), BELL: (69, 76, 83), PAD: (53, 62, 71)}.get(role, (57, 66, 77))


def spectrum(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Magnitudes of the middle second of a held note, four times padded."""
    begin = round(0.25 * RATE)
    piece = sound[begin : begin + RATE].mean(axis=1)
    window = np.blackman(len(piece))
    return np.abs(np.fft.rfft(piece * window, 4 * RATE))


def fundamental_cents(sound: NDArray[np.float64], key: int) -> float:
    """Cents between the centre of the lines near the wanted fundamental and the fundamental."""
    wanted = 440.0 * 2.0 ** ((key - 69) / 12.0)
    lines = spectrum(sound) ** 2
    hertz = np.arange(len(lines)) / 4.0
    near = np.abs(hertz - wanted) < max(3.0, 0.03 * wanted)
    centre = float((hertz[near] * lines[near]).sum() / lines[near].sum())
    return float(1200.0 * np.log2(centre / wanted))


def loop_cents(preset: FontPreset) -> float:
    """Cents between the power's centre near the fundamental of a loop and its key, the worst.

    Of detuned voices, whose beating no short recording averages out.
    """
    worst = 0.0
    for zone in preset.zones:
        sample = zone.sample
        if sample.loop is None:
            continue
        lines = np.abs(np.fft.rfft(sample.wave[slice(*sample.loop)])) ** 2
        hertz = np.fft.rfftfreq(sample.loop[1] - sample.loop[0], 1.0 / sample.rate)
        wanted = 440.0 * 2.0 ** ((sample.root - 69.0) / 12.0)
        number = np.clip(np.rint(hertz / wanted), 1.0, 8.0)
        near = np.abs(hertz - number * wanted) < 0.03 * number * wanted
        places = (hertz / number)[near]
        centre = float((places * lines[near]).sum() / lines[near].sum())
        worst = max(worst, 1200.0 * np.log2(centre / wanted), key=abs)
    return float(worst)


def alias_db(sound: NDArray[np.float64], key: int, around: float = 0.06) -> float:
    """Loudest line that belongs to no harmonic, in dB under the loudest line."""
    wanted = 440.0 * 2.0 ** ((key - 69) / 12.0)
    lines = spectrum(sound)
    hertz = np.arange(len(lines)) / 4.0
    # Vibrato and detuning widen a harmonic by the same part of its frequency.
    number = np.maximum(np.rint(hertz / wanted), 1.0)
    width = np.minimum(np.maximum(8.0, around * number * wanted), 0.42 * wanted)
    between = np.abs(hertz - number * wanted) > width
    between &= (hertz > 0.6 * wanted) & (hertz < 20_000.0)
    return float(20.0 * np.log10(lines[between].max(initial=1e-12) / lines.max()))


def sub_share(sound: NDArray[np.float64]) -> float:
    """Share of the energy below 90 Hz."""
    lines = spectrum(sound) ** 2
    hertz = np.arange(len(lines)) / 4.0
    return float(lines[(hertz > 20.0) & (hertz < 90.0)].sum() / lines[hertz > 20.0].sum())


def seam_and_dc(preset: FontPreset) -> tuple[float, float]:
    """The worst loop seam of a preset's samples, and the worst offset in dB."""
    worst, offset = 0.0, 1e-6
    for sample in {id(zone.sample): zone.sample for zone in preset.zones}.values():
        wave = np.rint(sample.wave * 32_767.0)
        if sample.loop is not None:
            start, end = sample.loop
            inside = wave[start:end]
            # Second differences: a wave may be steep at its seam, but not bent there alone.
            bends = np.abs(np.diff(inside, 2)).max(initial=1.0)
            around = np.concatenate([inside[-3:], inside[:3]])
            worst = max(worst, float(np.abs(np.diff(around, 2)).max() / max(bends, 2.0)))
            offset = max(offset, abs(float(inside.mean())) / 32_767.0)
        else:
            offset = max(offset, abs(float(wave.mean())) / 32_767.0)
    return worst, float(20.0 * np.log10(offset))


def is_tonal(preset: FontPreset) -> bool:
    """Whether it plays the pitch of its key."""
    return preset.bank != DRUM_BANK and preset.name not in (
        "Impact", "Riser", "Fall", "Vinyl", "Wind", "Reverse Cymbal",
    )  # fmt: skip


def measure(general: Path, folder: Path) -> dict[str, Figures]:
    """Figures of all presets by "bank:program name"."""
    levels = catalogue.levels()
    over = differences(general, folder, levels)
    fonts = SoundFonts([general, folder / "own.sf2"])
    presets = catalogue.presets()
    tonal = [one for one in presets if is_tonal(one)]
    takes = [
        Take(one.bank, one.program, False, [(0.0, 1.6, key, 100)], 1.7)
        for one in tonal
        for key in held_keys(role_of(one))
    ]
    sounds = dict(zip(((one.name, key) for one in tonal for key in held_keys(role_of(one))),
                      play(takes, fonts), strict=True))  # fmt: skip
    table = {}
    for one in presets:
        cents = alias = share = None
        if is_tonal(one):
            keys = held_keys(role_of(one))
            cents = loop_cents(one)
            if one.name in STEADY:
                cents = max(
                    (fundamental_cents(sounds[one.name, key], key) for key in keys), key=abs
                )
                alias = max(alias_db(sounds[one.name, key], key) for key in keys)
            if role_of(one) == BASS:
                share = sub_share(sounds[one.name, keys[0]])
        seam, offset = seam_and_dc(one)
        worst = max((over[key] for key in level_keys(one) if key in over), key=abs, default=0.0)
        table[f"{one.bank}:{one.program} {one.name}"] = Figures(
            worst, cents, seam, offset, alias, share
        )
    return table


def show(table: dict[str, Figures]) -> None:
    """Print the table."""
    sys.stdout.write(
        f"{'preset':26}{'LU':>7}{'cents':>7}{'seam':>7}{'DC dB':>8}{'alias':>8}{'sub':>6}\n"
    )
    for name, row in table.items():
        cents = "-" if row.cents is None else f"{row.cents:+.1f}"
        alias = "-" if row.alias_db is None else f"{row.alias_db:.0f}"
        share = "-" if row.sub is None else f"{row.sub:.0%}"
        sys.stdout.write(
            f"{name:26}{row.loudness:+7.1f}{cents:>7}{row.seam:7.2f}{row.dc_db:8.0f}{alias:>8}{share:>6}\n"
        )


def main() -> int:
    """Measure, or calibrate first; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calibrate", action="store_true")
    arguments = parser.parse_args()
    general = find_default_soundfont(ROOT)
    begin = time.process_time()
    data = catalogue.build({})
    spent = time.process_time() - begin
    sys.stdout.write(f"built in {spent:.1f} s of CPU, {len(data) / 1e6:.1f} MB\n")
    with tempfile.TemporaryDirectory() as folder:
        if arguments.calibrate:
            calibrate(general, Path(folder))
            catalogue.levels.cache_clear()
        show(measure(general, Path(folder)))
    data = catalogue.build()
    same = data == catalogue.build()
    sys.stdout.write(f"SHA-256 {hashlib.sha256(data).hexdigest()}, same twice: {same}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
