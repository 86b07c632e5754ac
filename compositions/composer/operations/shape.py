"""Operations on how full, loud and bright the music is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

from compositions.composer.operations import readers
from compositions.composer.operations.base import Task, operation
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.rebuild import instrument_of
from compositions.composer.operations.regions import without_notes
from compositions.score.document import MeterChange, Note, Score, Track, TrackRole
from compositions.score.harmony import scale_pitch_classes
from compositions.score.timeline import Timeline

_CHORDAL = (TrackRole.CHORDS, TrackRole.PAD, TrackRole.ARPEGGIO, TrackRole.HARMONY)
# General MIDI keys: closed and open hat, ride and crash; shaker; snare.
_METAL = frozenset({42, 46, 49, 51})
_STEADY = frozenset({42, 51, 82})
_SNARE = 38
_TOGETHER = 40
"""Ticks within which struck notes are one chord."""

Change = Callable[[Track, list[Note]], list[Note]]


def change_notes(task: Task, work: Change, *, pitched_only: bool = False) -> Score:
    """Let ``work`` change the free notes of each free track; what it leaves out is removed.

    ``work`` gets a track and its notes in the scope, in order, and returns what becomes of
    them. Notes that it adds must have fresh ids.
    """
    tracks, gone = [], set[str]()
    for track in task.score.tracks:
        wanted = track in task.region.tracks and not (pitched_only and track.percussion)
        if not wanted or not task.region.free_track(track):
            tracks.append(track)
            continue
        free = [note for note in track.notes if task.region.free_note(note)]
        ids = {note.id for note in free}
        kept = [note for note in track.notes if note.id not in ids]
        new = work(track, free) if free else []
        gone |= ids - {note.id for note in new}
        tracks.append(track.with_notes([*kept, *new]))
    return without_notes(replace(task.score, tracks=tuple(tracks)), gone)


@operation("dynamics", "Louder and more driven, or softer", amount=readers.number(-1.0, 1.0))
def dynamics(task: Task, amount: float = 0.5) -> Score:
    """Scale the velocities, accents a little more than the rest, and the sections' energy."""

    def work(track: Track, notes: list[Note]) -> list[Note]:
        mean = sum(note.velocity for note in notes) / len(notes)
        out = []
        for note in notes:
            spread = 1.0 + 0.15 * amount * (note.velocity - mean) / 32
            velocity = round(note.velocity * (1.0 + 0.28 * amount) * spread)
            out.append(replace(note, velocity=max(8, min(124, velocity))))
        return out

    score = change_notes(task, work)
    if task.scope.tracks or task.region.whole_time:
        return score
    sections = tuple(
        replace(s, energy=round(min(1.0, max(0.0, s.energy + 0.3 * amount)), 3))
        if not s.locked and s.id in task.scope.sections and not task.scope.bars
        else s
        for s in score.sections
    )
    return replace(score, sections=sections)


@operation(
    "brighten",
    "Brighter (higher voicings, livelier touch) or darker",
    amount=readers.number(-1.0, 1.0),
)
def brighten(task: Task, amount: float = 0.5) -> Score:
    """Turn the chords up (or down) by inversion, and touch the upper voices more strongly.

    The lowest voice of a chord goes up an octave, at strong amounts the next one too, as
    far as the instrument reaches. Lines of one voice keep their pitches.
    """
    moves = 2 if abs(amount) > 0.65 else 1

    def work(track: Track, notes: list[Note]) -> list[Note]:
        instrument = instrument_of(track)
        out: list[Note] = []
        for chord in _chords(notes):
            if track.percussion or role_of(track) not in _CHORDAL or len(chord) < 3:
                out += chord
                continue
            voices = sorted(chord, key=lambda note: note.pitch)
            for _ in range(moves):
                voice = voices[0] if amount > 0 else voices[-1]
                pitch = voice.pitch + (12 if amount > 0 else -12)
                others = {note.pitch for note in voices if note is not voice}
                if not instrument.low <= pitch <= instrument.high or pitch in others:
                    break
                voices.remove(voice)
                voices.append(replace(voice, pitch=pitch))
                voices.sort(key=lambda note: note.pitch)
            out += voices
        return [_touched(note, track, amount) for note in out]

    return change_notes(task, work)


def _touched(note: Note, track: Track, amount: float) -> Note:
    upper = note.pitch in _METAL if track.percussion else note.pitch >= 60
    change = round(10 * amount) if upper else round(3 * amount)
    return replace(note, velocity=max(8, min(124, note.velocity + change)))


def _chords(notes: list[Note]) -> list[list[Note]]:
    """Return the notes in groups that are struck together."""
    groups: list[list[Note]] = []
    for note in sorted(notes, key=lambda note: note.sort_key):
        if groups and note.start - groups[-1][0].start <= _TOGETHER:
            groups[-1].append(note)
        else:
            groups.append([note])
    return groups


def _weight(meter: MeterChange, tick: int) -> float:
    """Return the metrical weight of a tick 0..1: the bar line, beats, eighths, the rest."""
    inside = (tick - meter.tick) % meter.ticks_per_bar
    for unit, value in ((meter.ticks_per_bar, 1.0), (meter.ticks_per_beat * 2, 0.8),
                        (meter.ticks_per_beat, 0.6), (meter.ticks_per_beat // 2, 0.3)):  # fmt: skip
        off = inside % unit
        if min(off, unit - off) <= _TOGETHER:
            return value
    return 0.1


@operation("simplify", "Fewer notes: what is weak goes first", strength=readers.number(0.0, 1.0))
def simplify(task: Task, strength: float = 0.5) -> Score:
    """Leave out the notes on the weakest places; lines and chords sound on over the gaps.

    Ghost notes and ornaments go first, bar lines and the ends of phrases never. A stronger
    simplification leaves out all that a weaker one does, and more.
    """
    timeline = Timeline(task.score)

    def work(track: Track, notes: list[Note]) -> list[Note]:
        rng = task.rng(track.id)
        groups = _chords(notes)
        kept: list[list[Note]] = []
        for index, group in enumerate(groups):
            if track.percussion:
                group = [
                    note
                    for note in group
                    if _importance(note, timeline, rng.random()) >= 0.75 * strength
                ]
                if group:
                    kept.append(group)
                continue
            draw = rng.random()
            gap = groups[index + 1][0].start - group[-1].end if index + 1 < len(groups) else 960
            value = max(_importance(note, timeline, draw) for note in group)
            if gap >= 360:
                value = max(value, 0.8)  # a phrase ends here
            if value >= 0.75 * strength or not kept:
                kept.append(group)
            else:
                kept[-1] = [_held(note, group) for note in kept[-1]]
        return [note for group in kept for note in group]

    return change_notes(task, work)


def _importance(note: Note, timeline: Timeline, draw: float) -> float:
    weight = _weight(timeline.meter_at(note.start), note.start)
    return 0.6 * weight + 0.25 * min(1.0, note.velocity / 100) + 0.15 * draw


def _held(note: Note, dropped: list[Note]) -> Note:
    """Let a note sound on over one that is left out, if it led up to it."""
    begin, end = min(n.start for n in dropped), max(n.end for n in dropped)
    if note.end + 120 < begin:
        return note
    return replace(note, duration=max(note.duration, end - note.start))


@operation("densify", "More notes between those that are there", strength=readers.number(0.0, 1.0))
def densify(task: Task, strength: float = 0.5) -> Score:
    """Add passing notes to lines, repeats to chords, octaves to the bass and ghosts to drums."""

    def work(track: Track, notes: list[Note]) -> list[Note]:
        rng = task.rng(track.id)
        if track.percussion:
            added = _ghosts(task, notes, rng, strength)
        elif role_of(track) in _CHORDAL and any(len(group) >= 3 for group in _chords(notes)):
            added, notes = _repeats(task, notes, rng, strength)
        else:
            added, notes = _passing(task, track, notes, rng, strength)
        return [*notes, *added]

    return change_notes(task, work)


def _split(note: Note, at: int) -> tuple[Note, int]:
    """Return the note cut at a tick, and what was cut off it."""
    return replace(note, duration=at - note.start), note.end - at


def _passing(
    task: Task, track: Track, notes: list[Note], rng: Random, strength: float
) -> tuple[list[Note], list[Note]]:
    """Fill long notes of a line: steps between two of them, or a neighbour and back."""
    added, kept = [], []
    low, high = instrument_of(track).low, instrument_of(track).high
    for note, following in pairwise([*notes, None]):
        if note is None:  # pragma: no cover - only the last of the pairs is None
            continue
        draw, side = rng.random(), rng.choice((1, -1))
        room = note.duration if following is None else min(
            note.duration, following.start - note.start)  # fmt: skip
        if room < 360 or draw >= 0.85 * strength:
            kept.append(note)
            continue
        at = note.start + max(120, room // 2 // 120 * 120)
        span = task.region.span_at(note.start)
        if span is None or at not in span or task.is_locked_at(at):
            kept.append(note)
            continue
        pitch = _between(task.score, note, following, side, at)
        if not low <= pitch <= high:
            pitch = note.pitch
        shorter, rest = _split(note, at)
        kept.append(shorter)
        length = min(rest, span.end - at)
        added.append(task.note(at, length, pitch, note.velocity - 8))
    return added, kept


def _between(score: Score, note: Note, following: Note | None, side: int, at: int) -> int:
    """Return a scale tone between two notes, or next to the first when they are close."""
    key = key_at(score, at)
    scale = set(scale_pitch_classes(key.tonic, key.mode))
    target = following.pitch if following is not None else note.pitch
    if abs(target - note.pitch) > 2:
        low, high = sorted((note.pitch, target))
        inside = [pitch for pitch in range(low + 1, high) if pitch % 12 in scale]
        if inside:
            return inside[len(inside) // 2]
    return next(
        (
            note.pitch + side * step
            for step in (1, 2, 3)
            if (note.pitch + side * step) % 12 in scale
        ),
        note.pitch,
    )


def _repeats(
    task: Task, notes: list[Note], rng: Random, strength: float
) -> tuple[list[Note], list[Note]]:
    """Strike long chords a second time, off the beat."""
    added, kept = [], []
    for group in _chords(notes):
        shortest = min(note.duration for note in group)
        at = group[0].start + max(120, shortest // 2 // 240 * 240 - 120 * (rng.random() < 0.4))
        span = task.region.span_at(group[0].start)
        fits = span is not None and at in span and not task.is_locked_at(at)
        if rng.random() >= strength or shortest < 480 or not fits:
            kept += group
            continue
        for note in group:
            shorter, rest = _split(note, at)
            kept.append(replace(shorter, duration=max(60, shorter.duration - 20)))
            added.append(task.note(at, rest, note.pitch, note.velocity - 6))
    return added, kept


def _ghosts(task: Task, notes: list[Note], rng: Random, strength: float) -> list[Note]:
    """Put soft strokes of the hat and the snare between those that are there."""
    taken = {(note.start // 60, note.pitch) for note in notes}
    added = []
    steady = [note for note in notes if note.pitch in _STEADY]
    for note, following in pairwise(steady):
        gap = following.start - note.start
        at = note.start + gap // 2
        span = task.region.span_at(note.start)
        if not 200 <= gap <= 520 or span is None or at not in span or task.is_locked_at(at):
            continue
        if rng.random() < strength and (at // 60, note.pitch) not in taken:
            added.append(task.note(at, 60, note.pitch, round(note.velocity * 0.7)))
        if rng.random() < 0.3 * strength and (at // 60, _SNARE) not in taken:
            added.append(task.note(at, 60, _SNARE, 34 + rng.randrange(10)))
    return added
