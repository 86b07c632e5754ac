"""Operations on how the notes are played: a human feel, its removal, and a straight grid.

The feel is the performance of the notes (:mod:`compositions.score.performed`), so giving and
taking it leaves what is written as it is, to the last tick.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from compositions.composer.operations import readers
from compositions.composer.operations.base import Task, operation
from compositions.composer.operations.rebuild import style_of
from compositions.composer.perform import swing
from compositions.composer.seeds import stream
from compositions.score.document import Note, Score, Track
from compositions.score.performed import plain_note

_MOST_TICKS = 26
_MOST_VELOCITY = 11
_STRUM = 3
"""Notes that begin together are one stroke of a chord from this many on."""
_FEWEST_OFFBEATS = 8


def _change(task: Task, work: Callable[[Track, list[Note]], list[Note]]) -> Score:
    """Let ``work`` change how the free notes of each free track of the scope are played."""
    tracks = []
    for track in task.score.tracks:
        if track not in task.region.tracks or not task.region.free_track(track):
            tracks.append(track)
            continue
        free = [note for note in track.notes if task.region.free_note(note)]
        ids = {note.id for note in free}
        kept = [note for note in track.notes if note.id not in ids]
        tracks.append(track.with_notes([*kept, *work(track, free)]))
    return replace(task.score, tracks=tuple(tracks))


@operation(
    "humanise",
    "Play it a little uneven, as people do; strength 0 takes every feel off",
    strength=readers.number(0.0, 1.0),
    swing=readers.number(0.5, 0.75),
)
def humanise(task: Task, strength: float = 0.5, swing: float = 0.0) -> Score:
    """Give the notes a performance in the place of the one that they have.

    Starts and velocities are drawn about what is written, chords together and, of three
    notes and more, spread a little; ``swing`` is the place of the off-beat in its pair, by
    default that of the performance that is replaced. Doing it again does not add up.
    """
    if strength == 0:
        return straighten(task)
    pair = 480 if style_of(task.score).swing_unit == 8 else 240
    ratio = swing or played_swing(task.score, pair)
    return _change(task, lambda track, notes: _humanised(task, track, notes, strength, pair, ratio))


def played_swing(score: Score, pair: int) -> float:
    """Return where the off-beats, written straight, are played in their pair (0.5 straight).

    How late the whole part is played does not count as swing.
    """
    late: list[float] = []
    for track in score.tracks:
        on = [note.timing for note in track.notes if note.start % pair == 0]
        off = [note.timing for note in track.notes if note.start % pair == pair // 2]
        behind = statistics.median(on) if on else 0
        late += (timing - behind for timing in off)
    if len(late) < _FEWEST_OFFBEATS:
        return 0.5
    ratio = round(0.5 + statistics.median(late) / pair, 2)
    return 0.5 if ratio < 0.54 else min(0.75, ratio)


def _humanised(
    task: Task, track: Track, notes: list[Note], strength: float, pair: int, ratio: float
) -> list[Note]:
    chords: dict[int, list[Note]] = {}
    for note in notes:
        chords.setdefault(note.start, []).append(note)
    # A note ends before its pitch is struck again, however both are moved.
    onsets: dict[int, int] = {}
    out = []
    for start in sorted(chords, reverse=True):
        chord = sorted(chords[start], key=lambda note: note.pitch, reverse=start % 480 >= 120)
        ticks = _drawn(task.seed, track.id, start, strength, _MOST_TICKS, "timing")
        begin = _placed(start, pair, ratio) + ticks
        for place, note in enumerate(chord):
            stop = _placed(note.end, pair, ratio)
            sounds = max(0, begin)
            if len(chord) >= _STRUM and not track.percussion:
                sounds += round(place * 4 * strength)
            stop = max(sounds + 1, min(stop, onsets.get(note.pitch, stop)))
            velocity = _drawn(task.seed, track.id, note.id, strength, _MOST_VELOCITY, "dynamics")
            velocity = max(1, min(127, note.velocity + velocity)) - note.velocity
            onsets[note.pitch] = sounds
            out.append(
                replace(
                    note,
                    timing=sounds - note.start,
                    articulation=stop - sounds - note.duration,
                    dynamics=velocity,
                )
            )
    return out


def _placed(tick: int, pair: int, ratio: float) -> int:
    return swing(tick, pair, ratio) if ratio > 0.5 else tick


def _drawn(seed: int, track_id: str, what: object, strength: float, most: int, name: str) -> int:
    """Return a whole number about 0, at most ``most`` times ``strength`` away from it."""
    rng: Any = stream(seed, track_id, f"{what}", name)
    return round(strength * most * max(-2.0, min(2.0, rng.gauss(0.0, 1.0))) / 2.0)


@operation("straighten", "Play it exactly as it is written: no swing, no uneven timing or touch")
def straighten(task: Task) -> Score:
    """Take the performance off the notes; what is written stays to the last tick."""
    return _change(task, lambda _, notes: [plain_note(note) for note in notes])


@operation(
    "quantise",
    "Draw the notes to a grid, all the way or part of it",
    grid=readers.integer(30, 960),
    strength=readers.number(0.0, 1.0),
)
def quantise(task: Task, grid: int = 120, strength: float = 1.0) -> Score:
    """Move starts towards multiples of ``grid`` ticks (120 is a sixteenth) from the bar line.

    The timing that is played goes towards what is written as far; at full strength it is gone.
    """

    def drawn(note: Note) -> Note:
        target = (note.start + grid // 2) // grid * grid
        span = task.region.span_at(note.start)
        start = note.start + round((target - note.start) * strength)
        # It may not leave the scope by being moved.
        if span is None or start not in span or task.is_locked_at(start):
            start = note.start
        left = 1.0 - strength
        return replace(
            note,
            start=start,
            timing=round(note.timing * left),
            articulation=round(note.articulation * left),
        )

    return _change(task, lambda _, notes: [drawn(note) for note in notes])
