"""Operations on time: another tempo, a human feel and its removal, and a straight grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.regions import song_length
from compositions.composer.seeds import stream
from compositions.score.document import (
    TEMPO_MAX_BPM,
    TEMPO_MIN_BPM,
    Note,
    Score,
    TempoChange,
    Track,
)

LAYER = "humanise"
"""The member of the metadata that keeps what was added to which track."""
_MOST_TICKS = 26
_MOST_VELOCITY = 11


@operation(
    "change_tempo",
    "Make it faster or slower: to a tempo, or by a factor",
    bpm=readers.number(TEMPO_MIN_BPM, TEMPO_MAX_BPM),
    factor=readers.number(0.25, 4.0),
)
def change_tempo(task: Task, bpm: float = 0.0, factor: float = 0.0) -> Score:
    """Scale every tempo of the scope so that its first becomes ``bpm``, or by ``factor``."""
    if task.scope.tracks:
        raise OperationError("The tempo belongs to all tracks; choose sections or bars, or none.")
    if bool(bpm) == bool(factor):
        raise OperationError("Say either a tempo (bpm) or a factor.")
    score = task.score
    by_tick = {change.tick: change for change in score.tempos}
    if bpm:
        factor = bpm / _tempo_at(score, task.region.spans[0].start)
    end = song_length(score)
    for span in task.region.spans:
        stop = min(span.end, max(1, end))
        if span.start not in by_tick and not task.is_locked_at(span.start):
            by_tick[span.start] = TempoChange(
                task.fresh_id(), span.start, _tempo_at(score, span.start)
            )
        if stop < end and stop not in by_tick and not task.is_locked_at(stop):
            by_tick[stop] = TempoChange(task.fresh_id(), stop, _tempo_at(score, stop))
        for tick in [tick for tick in by_tick if span.start <= tick < stop]:
            if not task.region.holds(tick):
                continue
            new = round(by_tick[tick].bpm * factor, 2)
            if not TEMPO_MIN_BPM <= new <= TEMPO_MAX_BPM:
                raise OperationError(
                    f"The tempo would be {new:g}; it must be from {TEMPO_MIN_BPM:g} "
                    f"to {TEMPO_MAX_BPM:g}."
                )
            by_tick[tick] = replace(by_tick[tick], bpm=new)
    return replace(score, tempos=tuple(by_tick[tick] for tick in sorted(by_tick)))


def _tempo_at(score: Score, tick: int) -> float:
    bpm = 120.0
    for change in sorted(score.tempos, key=lambda entry: entry.tick):
        if change.tick <= tick:
            bpm = change.bpm
    return bpm


# -- A human feel --------------------------------------------------------------------------


@operation(
    "humanise",
    "Play it a little uneven, as people do; strength 0 takes it back exactly",
    strength=readers.number(0.0, 1.0),
)
def humanise(task: Task, strength: float = 0.5) -> Score:
    """Move starts and velocities by seeded offsets, kept as a layer of their own.

    The layer (seed, strength, and the few notes that could not simply be moved) is kept in
    the metadata, so doing it again with another strength begins from the notes as they were.
    Whole tracks are humanised: a part of one would leave a seam.
    """
    if not task.region.whole_time:
        raise OperationError("A human feel is given to whole tracks; leave out sections and bars.")
    layers: dict[str, Any] = dict(task.score.metadata.get(LAYER) or {})
    tracks = []
    for track in task.score.tracks:
        if track not in task.region.tracks or not task.region.free_track(track):
            tracks.append(track)
            continue
        layer = layers.pop(track.id, None)
        if layer is not None:
            track = _plain(task, track, layer)
        if strength > 0:
            track, layers[track.id] = _loosened(task, track, strength)
        tracks.append(track)
    metadata = {name: value for name, value in task.score.metadata.items() if name != LAYER}
    if layers:
        metadata[LAYER] = layers
    return replace(task.score, tracks=tuple(tracks), metadata=metadata)


def _offsets(seed: int, track_id: str, note: Note, strength: float) -> tuple[int, int]:
    """Return (ticks, velocity) that a note is moved by; chords move together by their beat."""
    rng = stream(seed, track_id, note.id, "humanise")

    def drawn() -> float:
        return max(-2.0, min(2.0, rng.gauss(0.0, 1.0))) / 2.0

    return round(strength * _MOST_TICKS * drawn()), round(strength * _MOST_VELOCITY * drawn())


def _loosened(task: Task, track: Track, strength: float) -> tuple[Track, dict[str, Any]]:
    moved, exceptions = [], {}
    for note in track.notes:
        if not task.region.free_note(note):
            exceptions[note.id] = [note.start, note.duration, note.velocity]
            moved.append(note)
            continue
        ticks, velocity = _offsets(task.seed, track.id, note, strength)
        if note.start + ticks >= 0 and task.is_locked_at(note.start + ticks):
            exceptions[note.id] = [note.start, note.duration, note.velocity]
            moved.append(note)
            continue
        new = replace(
            note,
            start=max(0, note.start + ticks),
            velocity=max(1, min(127, note.velocity + velocity)),
        )
        if (new.start, new.velocity) != (note.start + ticks, note.velocity + velocity):
            exceptions[note.id] = [note.start, note.duration, note.velocity]
        moved.append(new)
    layer = {"seed": task.seed, "strength": strength, "exceptions": exceptions}
    return track.with_notes(moved), layer


def _plain(task: Task, track: Track, layer: dict[str, Any]) -> Track:
    """Take a layer off; a note that came later is moved by what would have been its offset."""
    exceptions = layer.get("exceptions", {})
    notes = []
    for note in track.notes:
        if note.id in exceptions:
            if not note.locked:
                start, duration, velocity = exceptions[note.id]
                note = replace(note, start=start, duration=duration, velocity=velocity)
        elif task.region.free_note(note):
            ticks, velocity = _offsets(int(layer["seed"]), track.id, note, float(layer["strength"]))
            note = replace(
                note,
                start=max(0, note.start - ticks),
                velocity=max(1, min(127, note.velocity - velocity)),
            )
        notes.append(note)
    return track.with_notes(notes)


@operation(
    "quantise",
    "Draw the notes to a grid, all the way or part of it",
    grid=readers.integer(30, 960),
    strength=readers.number(0.0, 1.0),
)
def quantise(task: Task, grid: int = 120, strength: float = 1.0) -> Score:
    """Move starts towards multiples of ``grid`` ticks (120 is a sixteenth) from the bar line."""
    tracks = []
    for track in task.score.tracks:
        if track not in task.region.tracks or not task.region.free_track(track):
            tracks.append(track)
            continue
        notes = []
        for note in track.notes:
            if task.region.free_note(note):
                target = (note.start + grid // 2) // grid * grid
                span = task.region.span_at(note.start)
                start = note.start + round((target - note.start) * strength)
                # It may not leave the scope by being moved.
                if span is not None and start in span and not task.is_locked_at(start):
                    note = replace(note, start=start)
            notes.append(note)
        tracks.append(track.with_notes(notes))
    return replace(task.score, tracks=tuple(tracks))
