"""Where an operation may write: tracks and stretches of time, less what is locked."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from compositions.score.document import Note, Score, Section, Track
from compositions.score.limits import MAX_TICKS
from compositions.score.scope import Scope
from compositions.score.timeline import Timeline

EARLY = 45
"""Ticks by which a performed note may come before the bar that it belongs to."""

Entity = TypeVar("Entity")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time from ``start`` up to ``end``, in ticks."""

    start: int
    end: int

    def __contains__(self, tick: int) -> bool:
        return self.start <= tick < self.end


class Region:
    """The tracks and stretches of a scope in one score, and what is locked there.

    Raises ``ValueError`` in words when the scope names what the score has not.
    """

    def __init__(self, score: Score, scope: Scope) -> None:
        self.score, self.scope = score, scope
        tracks = {track.id: track for track in score.tracks}
        sections = {section.id: section for section in score.sections}
        for key in scope.tracks:
            if key not in tracks:
                raise ValueError(f"The song has no track {key!r:.40}.")
        for key in scope.sections:
            if key not in sections:
                raise ValueError(f"The song has no section {key!r:.40}.")
        self.tracks: tuple[Track, ...] = tuple(
            track for track in score.tracks if not scope.tracks or track.id in scope.tracks
        )
        self.sections: tuple[Section, ...] = tuple(
            section
            for section in score.sections
            if not scope.sections or section.id in scope.sections
        )
        self.spans = self._spans([sections[key] for key in scope.sections])
        self._starts = [span.start for span in self.spans]
        self._locked_sections = [section for section in score.sections if section.locked]
        self._locks: dict[str, int] = {}

    def _spans(self, sections: list[Section]) -> list[Span]:
        spans = [Span(0, MAX_TICKS + 1)]
        if sections:
            spans = [Span(section.start, section.end) for section in sorted(
                sections, key=lambda section: section.start)]  # fmt: skip
        if self.scope.bars:
            timeline, total = Timeline(self.score), bar_total(self.score)
            first, last = self.scope.bars
            if first > total:
                raise ValueError(f"The song has {total} bars, so it has no bar {first}.")
            low, high = timeline.bar_start(first), timeline.bar_start(last + 1)
            spans = [Span(max(low, s.start), min(high, s.end)) for s in spans]
            spans = [span for span in spans if span.start < span.end]
            if not spans:
                raise ValueError("These bars lie in none of these sections.")
        joined: list[Span] = []
        for span in spans:
            if joined and joined[-1].end == span.start:
                joined[-1] = Span(joined[-1].start, span.end)
            else:
                joined.append(span)
        return joined

    @property
    def whole_time(self) -> bool:
        """Whether neither sections nor bars narrow the scope."""
        return not self.scope.sections and not self.scope.bars

    @property
    def finite(self) -> list[Span]:
        """The stretches, cut at the end of the song."""
        end = song_length(self.score)
        return [Span(span.start, min(span.end, end)) for span in self.spans if span.start < end]

    def span_at(self, tick: int) -> Span | None:
        """Return the stretch that holds a tick."""
        index = bisect_right(self._starts, tick) - 1
        if index >= 0 and tick in self.spans[index]:
            return self.spans[index]
        return None

    def holds(self, tick: int) -> bool:
        """Whether a tick lies in the scope and in no locked section (which is noted)."""
        return self.span_at(tick) is not None and not self.locked_at(tick)

    def locked_at(self, tick: int) -> bool:
        """Whether a tick lies in a locked section (which is noted)."""
        for section in self._locked_sections:
            if section.start <= tick < section.end:
                self.prevented(f"“{section.label}” is locked and stays as it is.")
                return True
        return False

    def free_track(self, track: Track) -> bool:
        """Whether the track may change; that it may not is noted."""
        if track.locked:
            self.prevented(f"“{track.name}” is locked and stays as it is.")
        return not track.locked

    def free_tracks(self) -> list[Track]:
        """Return the tracks of the scope that are not locked."""
        return [track for track in self.tracks if self.free_track(track)]

    def free_note(self, note: Note) -> bool:
        """Whether a note lies in the scope and is not locked."""
        if not self.holds(note.start):
            return False
        if note.locked:
            self.prevented("locked notes")
        return not note.locked

    def free_chord(self, chord: object) -> bool:
        """Whether a chord lies in the scope and is not locked."""
        if not self.holds(chord.start):  # type: ignore[attr-defined]
            return False
        if chord.locked:  # type: ignore[attr-defined]
            self.prevented("locked chords")
        return not chord.locked  # type: ignore[attr-defined]

    def prevented(self, what: str) -> None:
        """Note that a lock stood in the way."""
        self._locks[what] = self._locks.get(what, 0) + 1

    def told_of_locks(self) -> list[str]:
        """Say what the locks prevented."""
        told = []
        for what, count in self._locks.items():
            if what in ("locked notes", "locked chords"):
                noun = what.removeprefix("locked ").rstrip("s") if count == 1 else what[7:]
                told.append(f"{count} locked {noun} {'stays' if count == 1 else 'stay'}.")
            else:
                told.append(what)
        return told


def replace_track(score: Score, track: Track) -> Score:
    """Return the score with another state of one of its tracks."""
    tracks = tuple(track if other.id == track.id else other for other in score.tracks)
    return replace(score, tracks=tracks)


def belongs_to(note: Note, borders: list[int]) -> int:
    """Return the tick that a note is written at: one played a little early is moved up.

    ``borders`` are sorted ticks (of bars or sections). A note that begins less than
    :data:`EARLY` before one and sounds on beyond it belongs to what follows.
    """
    index = bisect_right(borders, note.start)
    if index < len(borders):
        border = borders[index]
        if border - note.start <= EARLY and note.end > border + 30:
            return border
    return note.start


def without_notes(score: Score, gone: set[str]) -> Score:
    """Return the score without the syllables of notes that are gone."""
    if not gone or not score.syllables:
        return score
    kept = tuple(entry for entry in score.syllables if entry.note_id not in gone)
    return replace(score, syllables=kept)


def tidy_monophonic(notes: list[Note]) -> list[Note]:
    """Shorten notes that sound into the next; for lines of one voice."""
    notes = sorted(notes, key=lambda note: note.sort_key)
    out = []
    for note, following in pairwise([*notes, None]):
        if note is None:  # pragma: no cover - only the last of the pairs is None
            continue
        if following is not None and note.start < following.start < note.end:
            note = replace(note, duration=following.start - note.start)
        out.append(note)
    return out


def bar_total(score: Score) -> int:
    """Return the bars of a song; one into which a last note only rings on is not counted."""
    onsets = [note.start for track in score.tracks for note in track.notes[-1:]]
    onsets += [chord.end - 1 for chord in score.chords]
    onsets += [section.end - 1 for section in score.sections]
    return Timeline(score).position(max(onsets)).bar if onsets else 0


def song_length(score: Score) -> int:
    """Return the length of a song in ticks, up to the end of its last bar."""
    total = bar_total(score)
    return Timeline(score).bar_start(total + 1) if total else 0
