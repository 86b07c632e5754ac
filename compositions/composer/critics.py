"""Measure a score against its specification: the confidence the composer reports.

Every part is read from the finished score, never from the composer's intentions; a part
that cannot be computed is None with the reason. The total is the weighted mean of the
parts that could.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from compositions.composer.keyfinder import find_key
from compositions.composer.spec import MusicSpec
from compositions.score.document import Chord, Mode, Score, Track, TrackRole
from compositions.score.harmony import (
    MINOR_MODES,
    chord_pitch_classes,
    pitch_class,
    scale_intervals,
    scale_pitch_classes,
)
from compositions.score.timeline import Timeline


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """One measured quality 0..1 (None when not computable) and why."""

    name: str
    value: float | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"name": self.name, "value": self.value, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Confidence:
    """How far the score does what was asked and behaves like music, 0..1."""

    overall: float | None
    parts: tuple[ConfidencePart, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON data."""
        return {"overall": self.overall, "parts": [part.to_dict() for part in self.parts]}


Measured = tuple[float | None, str]


def measure(score: Score, spec: MusicSpec) -> Confidence:
    """Return the confidence of a score under a specification."""
    parts: list[ConfidencePart] = []
    total = weight_sum = 0.0
    for name, (weight, critic) in _CRITICS.items():
        value, reason = critic(score, spec)
        if value is not None:
            value = round(min(1.0, max(0.0, value)), 3)
            total += weight * value
            weight_sum += weight
        parts.append(ConfidencePart(name, value, reason))
    overall = round(total / weight_sum, 3) if weight_sum else None
    return Confidence(overall, tuple(parts))


def _key(score: Score, spec: MusicSpec) -> Measured:
    if spec.tonic.value is None or spec.mode.value is None:
        return None, "no key was decided"
    found = find_key(score)
    if found is None:
        return None, "too few pitched notes to find a key"
    tonic, minor = pitch_class(spec.tonic.value), Mode(spec.mode.value) in MINOR_MODES
    name = f"{spec.tonic.value} {str(spec.mode.value).replace('_', ' ')}"
    sharpness = min(1.0, max(0.0, found.correlation / 0.9))
    if (found.tonic, found.minor) == (tonic, minor):
        return sharpness, f"the notes point to {name} (correlation {found.correlation:.2f})"
    related = (found.tonic - tonic) % 12
    mode = Mode(spec.mode.value)
    if mode not in (Mode.MAJOR, Mode.MINOR):
        parent = Mode.MINOR if found.minor else Mode.MAJOR
        if set(scale_pitch_classes(name.split()[0], mode)) <= {
            (found.tonic + step) % 12 for step in scale_intervals(parent)
        }:
            return 0.8 * sharpness, f"the notes are those of {name}; their centre is less clear"
    if (not minor and found.minor and related == 9) or (minor and not found.minor and related == 3):
        return 0.6 * sharpness, f"the notes lean to the relative key of {name}"
    if found.tonic == tonic or related in (5, 7):
        return 0.5 * sharpness, f"the notes lean to a near neighbour of {name}"
    return 0.0, f"the notes do not point to {name}"


def _scale(score: Score, spec: MusicSpec) -> Measured:
    if spec.tonic.value is None or spec.mode.value is None:
        return None, "no key was decided"
    allowed = set(scale_pitch_classes(spec.tonic.value, Mode(spec.mode.value)))
    chord_at = _chord_at(score.chords) if score.chords else None
    inside = total = 0
    for track in score.tracks:
        for note in () if track.percussion else track.notes:
            total += note.duration
            value = note.pitch % 12
            if value in allowed or (
                chord_at is not None and value in chord_at(note.start + note.duration // 2)
            ):
                inside += note.duration
    if not total:
        return None, "no pitched notes"
    share = inside / total
    return (share - 0.6) / 0.4, f"{share:.0%} of the sounding time is in the scale or the chord"


def _tempo(score: Score, spec: MusicSpec) -> Measured:
    if spec.tempo.value is None:
        return None, "no tempo was decided"
    actual = Timeline(score).tempo_at(0)
    error = abs(actual - float(spec.tempo.value)) / float(spec.tempo.value)
    return 1.0 - 10 * error, f"{actual:g} bpm written, {float(spec.tempo.value):g} asked"


def _meter(score: Score, spec: MusicSpec) -> Measured:
    if spec.meter.value is None:
        return None, "no meter was decided"
    meter = Timeline(score).meter_at(0)
    asked = tuple(spec.meter.value)
    written = (meter.numerator, meter.denominator)
    return float(
        written == asked
    ), f"{written[0]}/{written[1]} written, {asked[0]}/{asked[1]} asked"


def _length(score: Score, spec: MusicSpec) -> Measured:
    timeline = Timeline(score)
    if spec.seconds.asked:
        bar = timeline.meter_at(0).ticks_per_bar / 480 * 60 / timeline.tempo_at(0)
        error = abs(timeline.length_seconds - float(spec.seconds.value)) / bar
        return 1.0 - max(0.0, error - 0.5), (
            f"{timeline.length_seconds:.1f} s written, {float(spec.seconds.value):g} s asked"
        )
    if spec.bars.asked:
        bars = timeline.bar_count
        return 1.0 - abs(bars - spec.bars.value) / spec.bars.value, (
            f"{bars} bars written, {spec.bars.value} asked"
        )
    return None, "no length was asked for"


def _instruments(score: Score, spec: MusicSpec) -> Measured:
    asked = spec.instruments.value if spec.instruments.asked else None
    unwanted = tuple(spec.unwanted.value or ())
    if not asked and not unwanted:
        return None, "no instruments were asked for"
    sounding = [track for track in score.tracks if track.notes]
    names = {track.name.split(" (")[0] for track in sounding}
    found = [
        item
        for item in asked or ()
        if any(
            track.percussion == item.percussion
            and (track.program == item.program or item.generic or item.name in names)
            for track in sounding
        )
    ]
    wrong = [track for track in sounding if track.role.value in unwanted or track.name in unwanted]
    share = (len(found) - len(wrong)) / max(1, len(asked or ()) or len(unwanted))
    if not asked:
        share = 1.0 if not wrong else 0.0
        return share, "nothing unwanted plays" if not wrong else "an unwanted part plays"
    return share, f"{len(found)} of {len(asked)} instruments asked for play"


def _melody_track(score: Score) -> Track | None:
    for role in (TrackRole.VOCAL, TrackRole.LEAD):
        tracks = [track for track in score.tracks if track.role is role and track.notes]
        if tracks:
            return max(tracks, key=lambda track: len(track.notes))
    return None


def _chord_at(chords: tuple[Chord, ...]) -> Callable[[int], frozenset[int]]:
    ordered = sorted(chords, key=lambda chord: chord.start)
    classes = [frozenset(chord_pitch_classes(chord)) for chord in ordered]

    def look_up(tick: int) -> frozenset[int]:
        low, high = 0, len(ordered) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if ordered[middle].start <= tick else (low, middle - 1)
        return classes[low]

    return look_up


def _melody_harmony(score: Score, spec: MusicSpec) -> Measured:
    track = _melody_track(score)
    if track is None or not score.chords:
        return None, "no melody or no chords"
    chord_at = _chord_at(score.chords)
    notes = track.notes
    good = total = 0.0
    for index, note in enumerate(notes):
        total += note.duration
        if note.pitch % 12 in chord_at(note.start + note.duration // 2):
            good += note.duration
        elif index + 1 < len(notes) and abs(notes[index + 1].pitch - note.pitch) <= 2:
            good += note.duration * 0.9  # a passing or neighbour note, resolved by step
    share = good / total
    return (share - 0.5) / 0.5, f"{share:.0%} of the melody is chord tones or resolves by step"


def _accompaniment(score: Score, spec: MusicSpec) -> Measured:
    if not score.chords:
        return None, "no chords"
    chord_at = _chord_at(score.chords)
    good = total = 0.0
    for track in score.tracks:
        if track.percussion or track.role in (TrackRole.LEAD, TrackRole.VOCAL):
            continue
        for note in track.notes:
            total += note.duration
            if note.pitch % 12 in chord_at(note.start + note.duration // 2):
                good += note.duration
    if not total:
        return None, "no accompaniment"
    share = good / total
    return (share - 0.35) / 0.65, f"{share:.0%} of the accompaniment belongs to the chords"


def _melody_motion(score: Score, spec: MusicSpec) -> Measured:
    track = _melody_track(score)
    if track is None or len(track.notes) < 8:
        return None, "no melody to measure"
    moves = [abs(b.pitch - a.pitch) for a, b in pairwise(track.notes)]
    steps = sum(1 for move in moves if move <= 4) / len(moves)
    span = max(n.pitch for n in track.notes) - min(n.pitch for n in track.notes)
    width = 1.0 if 5 <= span <= 24 else 0.5 if span <= 31 else 0.0
    value = 0.7 * min(1.0, max(0.0, (steps - 0.3) / 0.6)) + 0.3 * width
    return value, f"{steps:.0%} of the moves are small, the range is {span} semitones"


def _width(move: int) -> int:
    """A move as its direction and size: 0, step 1, third 2, more 3."""
    size = min(3, (abs(move) + 1) // 2)
    return size if move > 0 else -size


def _repetition(score: Score, spec: MusicSpec) -> Measured:
    track = _melody_track(score)
    if track is None or len(track.notes) < 16:
        return None, "too little melody to look for motifs"
    turns = [
        (_width(b.pitch - a.pitch), round((b.start - a.start) / 120))
        for a, b in pairwise(track.notes)
    ]
    grams = [tuple(turns[i : i + 4]) for i in range(len(turns) - 3)]
    counts = Counter(grams)
    share = sum(count for count in counts.values() if count > 1) / len(grams)
    if share < 0.2:
        return share / 0.2, f"only {share:.0%} of the melody comes back"
    if share > 0.97:
        return 0.7, f"{share:.0%} of the melody is repetition"
    return 1.0, f"{share:.0%} of the melody's turns come back"


_CRITICS: Mapping[str, tuple[float, Callable[[Score, MusicSpec], Measured]]] = {
    "key": (2.0, _key),
    "scale": (1.5, _scale),
    "tempo": (1.0, _tempo),
    "meter": (1.0, _meter),
    "length": (1.0, _length),
    "instruments": (1.5, _instruments),
    "melody over chords": (2.0, _melody_harmony),
    "accompaniment over chords": (1.5, _accompaniment),
    "melodic motion": (1.5, _melody_motion),
    "motifs": (1.5, _repetition),
}
