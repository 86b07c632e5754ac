"""Critics of obedience: each compares the finished song with one thing that was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from compositions.composer.critics_time import (
    bars_between,
    meter_at_first,
    tempo_at_first,
    time_changes,
)
from compositions.composer.keyfinder import find_key
from compositions.composer.measures.chords import chords_obeyed
from compositions.composer.spec import MusicSpec
from compositions.score.document import Mode, Score
from compositions.score.harmony import (
    MINOR_MODES,
    pitch_class,
    scale_intervals,
    scale_pitch_classes,
)
from compositions.score.timeline import Timeline

Measured = tuple[float | None, str]
Critic = Callable[[Score, MusicSpec], Measured]


def _key(score: Score, spec: MusicSpec) -> Measured:
    if spec.tonic.value is None or spec.mode.value is None:
        return None, "no key was decided"
    found = find_key(_at_home(score))
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


def _at_home(score: Score) -> Score:
    """The song where it stands in its first key: what it modulates to is another question."""
    keys = score.keys
    if len({(key.tonic, key.mode) for key in keys}) < 2:
        return score
    ends = [*(key.tick for key in keys[1:]), None]
    away = [
        (key.tick, end)
        for key, end in zip(keys, ends, strict=True)
        if (key.tonic, key.mode) != (keys[0].tonic, keys[0].mode)
    ]

    def is_home(tick: int) -> bool:
        return not any(start <= tick and (end is None or tick < end) for start, end in away)

    return replace(
        score,
        tracks=tuple(
            replace(track, notes=tuple(note for note in track.notes if is_home(note.start)))
            for track in score.tracks
        ),
    )


def _tempo(score: Score, spec: MusicSpec) -> Measured:
    if spec.tempo.value is None:
        return None, "no tempo was decided"
    actual, wanted = Timeline(score).tempo_at(0), tempo_at_first(score, spec)
    error = abs(actual - wanted) / wanted
    return 1.0 - 10 * error, f"{actual:g} bpm written, {wanted:g} asked"


def _meter(score: Score, spec: MusicSpec) -> Measured:
    if spec.meter.value is None:
        return None, "no meter was decided"
    meter = Timeline(score).meter_at(0)
    asked = meter_at_first(score, spec)
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


def _form(score: Score, spec: MusicSpec) -> Measured:
    if not spec.form.asked or not spec.form.value:
        return None, "no form was asked for"
    wanted = spec.form.value
    if [section.kind for section in score.sections] != [item.kind for item in wanted]:
        found = ", ".join(section.label for section in score.sections)
        return 0.0, f"the sections are {found}"
    timeline = Timeline(score)
    wrong = [
        section.label
        for section, item in zip(score.sections, wanted, strict=True)
        if item.bars is not None and bars_between(timeline, section) != item.bars
    ]
    if wrong:
        return 1.0 - len(wrong) / len(wanted), f"other lengths than asked: {', '.join(wrong)}"
    return 1.0, f"the {len(wanted)} sections asked for, in their order"


def _chords(score: Score, spec: MusicSpec) -> Measured:
    if not spec.chords.asked or not spec.chords.value:
        return None, "no chords were asked for"
    asked = {
        kind: [name for bar in bars for name in bar] for kind, bars in spec.chords.value.items()
    }
    share = chords_obeyed(score, asked)
    if share is None:
        return None, "no section has the chords that were asked for"
    return share, f"{share:.0%} of the chords are those asked for and sound"


def _words(score: Score, spec: MusicSpec) -> Measured:
    words = spec.prompt.split()
    if not words:
        return None, "there was no prompt"
    missed = sum(len(item.split()) for item in spec.not_understood)
    share = max(0.0, 1.0 - missed / len(words))
    if not missed:
        return 1.0, "every word of the prompt was understood"
    return share, f"not understood: {', '.join(spec.not_understood[:5])}"


ADHERENCE: Mapping[str, tuple[float, Critic]] = {
    "key": (2.0, _key),
    "tempo": (1.0, _tempo),
    "meter": (1.0, _meter),
    "length": (1.0, _length),
    "instruments": (1.5, _instruments),
    "form": (1.0, _form),
    "chords": (1.5, _chords),
    "changes of time": (1.0, time_changes),
    "prompt": (1.0, _words),
}
"""Critics with their weights in the adherence of a song."""
