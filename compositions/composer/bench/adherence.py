"""How far a song does what its prompt asked, read from the MIDI file alone.

Tempo, key and instruments follow the protocol of MidiCaps and text2midi: the first tempo
of the file, the key that the notes point to, the programs that sound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from compositions.composer.bench.prompts import (
    BenchPrompt,
    neighbouring_range,
    tempo_range,
)
from compositions.composer.keyfinder import FoundKey, find_key
from compositions.composer.measures.chords import chords_obeyed
from compositions.composer.styles import Instrument, instruments
from compositions.score.document import Mode, Score, Section, Track
from compositions.score.harmony import (
    MINOR_MODES,
    pitch_class,
    scale_intervals,
    scale_pitch_classes,
)
from compositions.score.timeline import Timeline

_EXACT_BPM = 0.05
_PICKED_BASS = 34

_FAMILIES: dict[str, range | tuple[int, ...]] = {
    "keys": (*range(8), *range(16, 22)),
    "piano": range(8),
    "organ": range(16, 21),
    "guitar": range(24, 32),
    "bass": range(32, 40),
    "strings": range(40, 52),
    "vocal": (52, 53, 54, 85, 91),
    "voice": (52, 53, 54, 85, 91),
    "choir": (52, 53, 54, 91),
    "brass": range(56, 64),
    "synth": (*range(80, 104), 38, 39, 50, 51, 62, 63),
    "percussion": range(112, 120),
}
_PLAIN_NAMES = {"Piano", "Organ", "Strings", "Brass", "Voice", "Choir", "Percussion", "Synth"}

Outcome = dict[str, float]


def adherence(score: Score, prompt: BenchPrompt) -> Outcome:
    """Return 0..1 for everything that was asked; what was not asked is not in the result."""
    asked = prompt.expected
    timeline = Timeline(score)
    outcome: Outcome = {}
    if "tempo" in asked:
        outcome |= _tempo(timeline.tempo_at(0), asked["tempo"])
    if "key" in asked or "mode" in asked:
        outcome |= _key(find_key(score), asked)
    if "meter" in asked:
        meter = timeline.meter_at(0)
        outcome["meter"] = float(f"{meter.numerator}/{meter.denominator}" == asked["meter"])
    sounding = [track for track in score.tracks if track.notes]
    if wanted := asked.get("instruments"):
        found = [name for name in wanted if any(plays(track, name) for track in sounding)]
        outcome["instruments"] = len(found) / len(wanted)
    ruled_out = [*asked.get("without", ()), *asked.get("not_instruments", ())]
    if ruled_out:
        outcome["forbidden absent"] = float(
            not any(_is_of(track, name) for track in sounding for name in ruled_out)
        )
    if asked.get("only") and wanted:
        outcome["nothing else plays"] = float(
            all(any(plays(track, name) for name in wanted) for track in sounding)
        )
    outcome |= _length(score, timeline, asked)
    if "form" in asked:
        outcome["form tags"] = float(_form_obeyed(score, timeline, asked))
    if "chords" in asked or "chords_by" in asked:
        by_kind = {"": asked.get("chords") or (), **(asked.get("chords_by") or {})}
        outcome["asked chords"] = chords_obeyed(score, by_kind) or 0.0
    return outcome


def _tempo(bpm: float, asked: Any) -> Outcome:
    low, high = tempo_range(asked)
    outer_low, outer_high = neighbouring_range(asked)
    outcome = {
        "TB": float(low - 0.01 <= bpm <= high + 0.01),
        "TBT": float(outer_low - 0.01 <= bpm <= outer_high + 0.01),
    }
    if isinstance(asked, int | float):
        outcome["exact BPM"] = float(abs(bpm - asked) <= _EXACT_BPM)
    return outcome


def _key(found: FoundKey | None, asked: Mapping[str, Any]) -> Outcome:
    """CK: the asked tonic and third; CKD: also the relative key, or the same seven notes."""
    if found is None:
        return {"CK": 0.0, "CKD": 0.0} if "key" in asked else {}
    if "key" not in asked:
        return {"CK mode only": float(found.minor == (Mode(asked["mode"]) in MINOR_MODES))}
    tonic_name, _, mode_name = str(asked["key"]).partition(" ")
    mode = Mode(mode_name.strip().lower().replace(" ", "_") or "major")
    tonic, minor = pitch_class(tonic_name), mode in MINOR_MODES
    exact = (found.tonic, found.minor) == (tonic, minor)
    parent = Mode.MINOR if found.minor else Mode.MAJOR
    notes = {(found.tonic + step) % 12 for step in scale_intervals(parent)}
    relative = found.minor != minor and (found.tonic - tonic) % 12 == (3 if minor else 9)
    same_notes = set(scale_pitch_classes(tonic_name, mode)) <= notes
    return {"CK": float(exact), "CKD": float(exact or relative or same_notes)}


def plays(track: Track, name: str) -> bool:
    """Tell whether a track plays the instrument that was asked for, by name or program."""
    known = instruments().get(name)
    if known is not None and known.percussion:
        return track.percussion
    if name in ("Drums", "Percussion"):
        return track.percussion or track.program in _FAMILIES["percussion"]
    if track.percussion:
        return False
    if name in _PLAIN_NAMES and track.program in _FAMILIES[name.lower()]:
        return True
    if name == "Electric Bass" and track.program == _PICKED_BASS:
        return True  # General MIDI calls it "Electric Bass (pick)"
    if known is not None:
        return track.program == known.program
    return track.name.split(" (")[0].lower() == name.lower()


def _is_of(track: Track, name: str) -> bool:
    """Tell whether a track is what a prompt ruled out: role, family or instrument."""
    if name in ("drums", "percussion"):
        return track.percussion
    if name == "bass":
        return not track.percussion and (
            track.role.value == "bass" or track.program in _FAMILIES["bass"]
        )
    if name in ("vocal", "voice"):
        return not track.percussion and (
            track.role.value == "vocal" or track.program in _FAMILIES["vocal"]
        )
    if name in _FAMILIES:
        return not track.percussion and track.program in _FAMILIES[name]
    known: Instrument | None = instruments().get(name)
    return known is not None and plays(track, name)


def _length(score: Score, timeline: Timeline, asked: Mapping[str, Any]) -> Outcome:
    if "bars" in asked:
        return {"length": float(abs(timeline.bar_count - asked["bars"]) <= 1)}
    if "seconds" in asked:
        bar = timeline.meter_at(0).ticks_per_bar / 480 * 60 / timeline.tempo_at(0)
        return {"length": float(abs(timeline.length_seconds - asked["seconds"]) <= bar)}
    return {}


def _form_obeyed(score: Score, timeline: Timeline, asked: Mapping[str, Any]) -> bool:
    """The sections of the file are those asked, letters by what repeats, bars if given."""
    wanted = list(asked["form"])
    kinds = [section.kind for section in score.sections]
    if kinds != wanted and _letters(score.sections, kinds) != _pattern(wanted):
        return False
    if "form_bars" not in asked:
        return True
    bar = timeline.meter_at(0).ticks_per_bar
    return [round(section.duration / bar) for section in score.sections] == asked["form_bars"]


def _letters(sections: Sequence[Section], kinds: Sequence[str]) -> list[int] | None:
    """Return which sections share a label, for forms asked by letters (AABA)."""
    labels = [re.sub(r"[\s\d]+$", "", section.label).lower() for section in sections]
    return _pattern(labels) if all(len(label) == 1 for label in labels) else None


def _pattern(names: Sequence[str]) -> list[int]:
    order: dict[str, int] = {}
    return [order.setdefault(name, len(order)) for name in names]
