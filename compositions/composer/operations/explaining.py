"""Say in words how a score is made: key, form, chords in numerals, and what they do."""

from __future__ import annotations

from itertools import pairwise

from compositions.composer.operations.listening import role_of
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.places import kind_of
from compositions.composer.operations.rebuild import style_of
from compositions.composer.operations.regions import bar_total
from compositions.composer.roman import roman_of
from compositions.composer.styles import styles
from compositions.score.document import Chord, KeyChange, Mode, Score, Section, TrackRole
from compositions.score.harmony import (
    MINOR_MODES,
    chord_intervals,
    chord_pitch_classes,
    pitch_class,
    scale_pitch_classes,
)
from compositions.score.timeline import Timeline

_CHORDS_SHOWN = 16
# Loops that have a name, as steps above the tonic with the third's quality.
_NAMED: dict[tuple[str, ...], str] = {
    ("I", "V", "vi", "IV"): "the axis progression",
    ("vi", "IV", "I", "V"): "the axis progression from its sixth degree",
    ("I", "vi", "IV", "V"): "the fifties progression",
    ("ii", "V", "I"): "a two-five-one",
    ("i", "VII", "VI", "V"): "the Andalusian cadence",
    ("i", "VI", "III", "VII"): "the minor axis progression",
    ("I", "IV", "V"): "the three chords of the blues and of folk",
}


def explain(score: Score) -> list[str]:
    """Return sentences on key, tempo, form, chords, their devices, and the band.

    What is not in the score is not spoken of; an empty score gives one sentence.
    """
    if not score.tracks and not score.chords and not score.sections:
        return ["The song is empty."]
    timeline = Timeline(score)
    meter = timeline.meter_at(0)
    known = str(score.metadata.get("genre", "")) in styles()
    title = f"{style_of(score).title}, in" if known else "In"
    lines = [
        f"{title} {_key_words(key_at(score, 0))}, {meter.numerator}/{meter.denominator} at "
        f"{timeline.tempo_at(0):g} beats per minute, {bar_total(score)} bars."
    ]
    lines += _changes(score, timeline)
    if score.sections:
        lines.append(
            "Form: " + ", ".join(_section_words(s, timeline) for s in score.sections) + "."
        )
        top = max(score.sections, key=lambda section: section.energy)
        if len({section.energy for section in score.sections}) > 1:
            lines.append(f"It is fullest in {top.label}.")
    lines += _progressions(score)
    lines += _devices(score)
    playing = [f"{t.name} ({role_of(t).value.replace('_', ' ')})" for t in score.tracks if t.notes]
    if playing:
        lines.append("Playing: " + ", ".join(playing) + ".")
    return lines


def _key_words(key: KeyChange) -> str:
    return f"{key.tonic} {key.mode.value.replace('_', ' ')}"


def _section_words(section: Section, timeline: Timeline) -> str:
    first = timeline.position(section.start).bar
    last = timeline.position(section.end - 1).bar
    return f"{section.label} ({last - first + 1} bars)"


def _changes(score: Score, timeline: Timeline) -> list[str]:
    lines = []
    for before, after in pairwise(score.keys):
        step = (pitch_class(after.tonic) - pitch_class(before.tonic)) % 12
        size = {1: "a semitone up", 2: "a tone up", 10: "a tone down", 11: "a semitone down"}
        how = f", {size[step]}" if step in size else ""
        bar = timeline.position(after.tick).bar
        lines.append(f"In bar {bar} the key changes to {_key_words(after)}{how}.")
    for meter in score.meters[1:]:
        bar = timeline.position(meter.tick).bar
        lines.append(f"From bar {bar} on it is in {meter.numerator}/{meter.denominator}.")
    if len(score.tempos) > 1:
        low, high = min(t.bpm for t in score.tempos), max(t.bpm for t in score.tempos)
        if low != high:
            lines.append(f"The tempo moves between {low:g} and {high:g}.")
    return lines


def numeral(score: Score, chord: Chord) -> str:
    """Return the Roman numeral of a chord: the written one, or its place in the key."""
    key = key_at(score, chord.start)
    return chord.roman or roman_of(
        pitch_class(chord.root), chord.quality, pitch_class(key.tonic), key.mode
    )


def _progressions(score: Score) -> list[str]:
    """One line for each kind of section, of its first appearance, as the shortest loop."""
    lines, seen = [], set[str]()
    groups: list[tuple[str, list[Chord]]] = []
    for section in score.sections:
        kind = kind_of(section)
        if kind in seen:
            continue
        seen.add(kind)
        inside = [c for c in score.chords if section.start <= c.start < section.end]
        groups.append((section.label, inside))
    if not score.sections and score.chords:
        groups.append(("Chords", list(score.chords)))
    for label, chords in groups:
        if not chords:
            continue
        romans = _loop([numeral(score, chord) for chord in chords])
        shown = " ".join(romans[:_CHORDS_SHOWN]) + (" …" if len(romans) > _CHORDS_SHOWN else "")
        plain = tuple(_degree(score, chord) for chord in chords[: len(romans)])
        name = _NAMED.get(plain)
        lines.append(f"{label}: {shown}{f', {name}' if name else ''}.")
    return lines


def _loop(values: list[str]) -> list[str]:
    """Return the shortest beginning of which the whole is made by repeating it."""
    for size in range(1, len(values) // 2 + 1):
        if all(value == values[index % size] for index, value in enumerate(values)):
            return values[:size]
    return values


def _degree(score: Score, chord: Chord) -> str:
    """Return the numeral without tensions ("ii" of "ii7")."""
    key = key_at(score, chord.start)
    quality = "m" if 3 in chord_intervals(chord.quality) else ""
    return roman_of(pitch_class(chord.root), quality, pitch_class(key.tonic), key.mode)


def _devices(score: Score) -> list[str]:
    found: dict[str, list[str]] = {}
    for chord, following in zip(score.chords, (*score.chords[1:], None), strict=True):
        key = key_at(score, chord.start)
        scale = set(scale_pitch_classes(key.tonic, key.mode))
        tonic, root = pitch_class(key.tonic), pitch_class(chord.root)
        steps = chord_intervals(chord.quality)
        outside = not set(chord_pitch_classes(chord)[:3]) <= scale and len(scale) == 7
        dominant = 4 in steps and 10 in steps
        onward = None if following is None else (pitch_class(following.root) - root) % 12
        if dominant and onward == 5 and outside and (root - tonic) % 12 != 7:
            found.setdefault("Secondary dominants", []).append(chord.symbol)
        elif dominant and onward == 11 and outside:
            found.setdefault("Tritone substitutes", []).append(chord.symbol)
        elif outside and key.mode is Mode.MAJOR and 3 in steps and root in scale:
            found.setdefault("Chords borrowed from minor", []).append(chord.symbol)
        elif key.mode in MINOR_MODES and (root - tonic) % 12 == 7 and 4 in steps:
            found.setdefault("The major dominant of minor", []).append(chord.symbol)
        if any(step > 12 for step in steps):
            found.setdefault("Ninths and higher tensions", []).append(chord.symbol)
        if chord.bass and chord.bass != chord.root:
            found.setdefault("Chords over another bass", []).append(chord.symbol)
    lines = []
    for name, symbols in found.items():
        unique = list(dict.fromkeys(symbols))
        more = f" and {len(unique) - 4} more" if len(unique) > 4 else ""
        lines.append(f"{name}: {', '.join(unique[:4])}{more}.")
    bass = [t for t in score.tracks if role_of(t) is TrackRole.BASS and len(t.notes) > 8]
    for track in bass:
        steps_taken = [abs(b.pitch - a.pitch) for a, b in pairwise(track.notes)]
        near = sum(0 < step <= 2 for step in steps_taken) / len(steps_taken)
        if near > 0.55:
            lines.append(f"{track.name} walks, mostly by step.")
    if score.chords and len(score.chords) > 1:
        lines += _ending(score)
    return lines


def _ending(score: Score) -> list[str]:
    before, last = score.chords[-2:]
    key = key_at(score, last.start)
    tonic = pitch_class(key.tonic)
    one, other = ((pitch_class(c.root) - tonic) % 12 for c in (before, last))
    if other == 0:
        words = {7: "an authentic cadence", 5: "a plagal cadence"}.get(one, "the tonic")
        return [f"It ends with {words}."]
    return [f"It ends open, on {numeral(score, last)}."]
