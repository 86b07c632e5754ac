"""Cut a score into stretches and put them together anew: copies, gaps, another order.

Every operation on the form is a list of :class:`Piece`. What stays keeps its ids, what is
there a second time gets fresh ones, and where two pieces meet that did not before, tempo,
meter and key are set to what the second one had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from compositions.composer.operations.base import OperationError, Task
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.regions import belongs_to
from compositions.score.document import (
    KeyChange,
    LyricLine,
    MeterChange,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
)
from compositions.score.limits import MAX_TICKS
from compositions.score.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the score from ``start`` to ``end``, or ``end - start`` empty ticks.

    ``copy`` pieces get fresh ids. With ``joins`` a copy makes no sections of its own: the
    section before it grows.
    """

    start: int
    end: int
    copy: bool = False
    empty: bool = False
    joins: bool = False

    @property
    def length(self) -> int:
        """Ticks of the piece."""
        return self.end - self.start


def assemble(task: Task, score: Score, pieces: Sequence[Piece]) -> Score:
    """Return the score made of the pieces in their order.

    Raises :class:`OperationError` when something locked would have to move or go.
    """
    pieces = [piece for piece in pieces if piece.length > 0]
    total = sum(piece.length for piece in pieces)
    if not pieces or total > MAX_TICKS:
        raise OperationError("The song would be too long." if pieces else "Nothing would be left.")
    _refuse_locked(score, pieces)
    build = _Build(task, score, pieces)
    for piece in pieces:
        build.add(piece)
    return build.score()


class _Build:
    """Collects the entities of the new score, piece by piece."""

    def __init__(self, task: Task, score: Score, pieces: Sequence[Piece]) -> None:
        self.task, self.old = task, score
        self.borders = sorted({edge for p in pieces for edge in (p.start, p.end) if not p.empty})
        self.timeline = Timeline(score)
        self.at = 0
        self.before: Piece | None = None
        self.tempos: list[TempoChange] = []
        self.meters: list[MeterChange] = []
        self.keys: list[KeyChange] = []
        self.sections: list[Section] = []
        self.chords: list[Any] = []
        self.notes: dict[str, list[Any]] = {track.id: [] for track in score.tracks}
        self.points: dict[str, list[Any]] = {track.id: [] for track in score.tracks}
        self.lines: list[LyricLine] = []
        self.syllables: list[Syllable] = []

    def add(self, piece: Piece) -> None:
        """Put one piece at the end of what is there."""
        if not piece.empty:
            self._maps(piece)
            named = self._form(piece)
            self._parts(piece, named)
        elif not self.tempos:
            self._maps(Piece(0, piece.length, copy=True), only_first=True)
        self.before = piece
        self.at += piece.length

    def _id(self, entity: Any, piece: Piece) -> str:
        return self.task.fresh_id() if piece.copy else entity.id

    def _maps(self, piece: Piece, *, only_first: bool = False) -> None:
        """Tempo, meter and key of a piece: what holds at its start, and its changes."""
        shift = self.at - piece.start
        last: Any
        maps: tuple[tuple[Any, Any, Any], ...] = (
            (self.old.tempos, self.tempos, self._tempo),
            (self.old.meters, self.meters, self._meter),
            (self.old.keys, self.keys, self._key),
        )
        for old, out, state in maps:
            inside = [] if only_first else [c for c in old if piece.start <= c.tick < piece.end]
            first = inside[0] if inside and inside[0].tick == piece.start else None
            last = out[-1] if out else None
            wanted = state(piece.start)
            if first is None and (last is None or _value(last) != _value(wanted)):
                # A song that begins elsewhere keeps its first entry, if that says the same.
                keep = last is None and old and _value(old[0]) == _value(wanted)
                key = old[0].id if keep else self.task.fresh_id()
                out.append(replace(wanted, id=key, tick=self.at))
            for change in inside:
                new = replace(change, id=self._id(change, piece), tick=change.tick + shift)
                if out and out[-1].tick == new.tick:
                    out.pop()
                used = any(entry.id == new.id for entry in out)
                if (piece.copy or used) and out and _value(out[-1]) == _value(new):
                    continue
                out.append(replace(new, id=self.task.fresh_id()) if used else new)

    def _tempo(self, tick: int) -> TempoChange:
        return TempoChange("", tick, self.timeline.tempo_at(tick))

    def _meter(self, tick: int) -> MeterChange:
        return self.timeline.meter_at(tick)

    def _key(self, tick: int) -> KeyChange:
        return key_at(self.old, tick)

    def _form(self, piece: Piece) -> dict[str, str]:
        """Sections, chords and lyric lines; returns old section id -> new one."""
        shift = self.at - piece.start
        named: dict[str, str] = {}
        if piece.joins and self.sections and self.sections[-1].end == self.at:
            last = self.sections[-1]
            self.sections[-1] = replace(last, duration=last.duration + piece.length)
            named = {section.id: last.id for section in self.old.sections
                     if piece.start <= section.start < piece.end}  # fmt: skip
        else:
            self._sections_of(piece, named)
        for chord in self.old.chords:
            start, end = max(chord.start, piece.start), min(chord.end, piece.end)
            if start >= end:
                continue
            whole = chord.start >= piece.start
            new_id = self._id(chord, piece) if whole else self.task.fresh_id()
            self.chords.append(
                replace(
                    chord, id=new_id, start=start + shift, duration=end - start,
                    locked=chord.locked and not piece.copy,
                )
            )  # fmt: skip
        for line in self.old.lines:
            if line.section_id in named and piece.copy:
                new_line = replace(
                    line, id=self.task.fresh_id(), section_id=named[line.section_id], locked=False
                )
                self.lines.append(new_line)
                named[line.id] = new_line.id
            elif line.section_id in named:
                self.lines.append(line)
        return named

    def _sections_of(self, piece: Piece, named: dict[str, str]) -> None:
        shift = self.at - piece.start
        for section in self.old.sections:
            start, end = max(section.start, piece.start), min(section.end, piece.end)
            if start >= end:
                continue
            last = self.sections[-1] if self.sections else None
            if last is not None and last.id == section.id and not piece.copy:
                # The rest of a section that something was cut out of, or put into.
                self.sections[-1] = replace(last, duration=end + shift - last.start)
                continue
            known = any(entry.id == section.id for entry in self.sections)
            new = replace(
                section, start=start + shift, duration=end - start,
                id=self.task.fresh_id() if piece.copy or known else section.id,
            )  # fmt: skip
            if piece.copy:
                new = replace(new, label=self._label(section), locked=False)
            named[section.id] = new.id
            self.sections.append(new)

    def _label(self, section: Section) -> str:
        """Return a label that no section has: "Chorus" becomes "Chorus 2"."""
        base = re.sub(r"\s*\d+$", "", section.label) or section.label
        taken = {s.label for s in self.old.sections} | {s.label for s in self.sections}
        number = 2
        while f"{base} {number}" in taken:
            number += 1
        return f"{base} {number}"[:200]

    def _parts(self, piece: Piece, named: dict[str, str]) -> None:
        """Notes, automation and syllables; notes played early go with what they belong to."""
        shift = self.at - piece.start
        sung = {entry.note_id: entry for entry in self.old.syllables}
        for track in self.old.tracks:
            for note in track.notes:
                if not piece.start <= belongs_to(note, self.borders) < piece.end:
                    continue
                start = max(0, note.start + shift)
                duration = note.duration
                if piece.copy:  # a copy ends with its piece
                    duration = max(1, min(note.end, piece.end) - note.start)
                new = replace(
                    note, id=self._id(note, piece), start=start, duration=duration,
                    locked=note.locked and not piece.copy,
                )  # fmt: skip
                self.notes[track.id].append(new)
                if note.id in sung:
                    entry = sung[note.id]
                    self.syllables.append(
                        replace(
                            entry, id=self._id(entry, piece), note_id=new.id,
                            line_id=named.get(entry.line_id, "" if piece.copy else entry.line_id),
                        )
                    )  # fmt: skip
            for point in track.automation:
                if piece.start <= point.tick < piece.end:
                    self.points[track.id].append(
                        replace(point, id=self._id(point, piece), tick=point.tick + shift)
                    )

    def score(self) -> Score:
        """Return what was put together."""
        tracks = tuple(self._track(track) for track in self.old.tracks)
        loose = [line for line in self.old.lines if not line.section_id]
        lines = sorted([*self.lines, *loose], key=lambda line: line.position)
        if any(line.id not in {old.id for old in self.old.lines} for line in lines):
            order = {section.id: place for place, section in enumerate(self.sections)}
            lines.sort(key=lambda line: order.get(line.section_id, -1))
        known = {line.id for line in lines}
        return replace(
            self.old,
            tempos=tuple(self.tempos),
            meters=tuple(self.meters),
            keys=tuple(self.keys),
            sections=tuple(self.sections),
            chords=tuple(self.chords),
            tracks=tracks,
            lines=tuple(lines),
            syllables=tuple(
                entry if entry.line_id in known else replace(entry, line_id="")
                for entry in self.syllables
            ),
        )

    def _track(self, track: Track) -> Track:
        return replace(
            track.with_notes(self.notes[track.id]), automation=tuple(self.points[track.id])
        )


def _value(change: Any) -> tuple[Any, ...]:
    if isinstance(change, TempoChange):
        return (change.bpm,)
    if isinstance(change, MeterChange):
        return (change.numerator, change.denominator)
    return (change.tonic, change.mode)


def _refuse_locked(score: Score, pieces: Sequence[Piece]) -> None:
    """Raise :class:`OperationError` when something locked would move or go."""
    still: list[tuple[int, int]] = []
    at = 0
    for piece in pieces:
        if not piece.copy and not piece.empty and piece.start == at:
            still.append((piece.start, piece.end))
        at += piece.length

    def stays(tick: int) -> bool:
        return any(start <= tick < end for start, end in still)

    for section in score.sections:
        if section.locked and not (stays(section.start) and stays(section.end - 1)):
            raise OperationError(f"“{section.label}” is locked and would have to move or go.")
    for track in score.tracks:
        moved = [note for note in track.notes if not stays(note.start)]
        if moved and track.locked:
            raise OperationError(f"“{track.name}” is locked, and its notes would move or go.")
        if any(note.locked for note in moved):
            raise OperationError(f"Locked notes of “{track.name}” would have to move or go.")
        if track.locked and any(piece.copy for piece in pieces):
            raise OperationError(f"“{track.name}” is locked, so nothing can be added to it.")
    if any(chord.locked and not stays(chord.start) for chord in score.chords):
        raise OperationError("Locked chords would have to move or go.")
