"""Turns the lyric events of a MIDI file into syllables on notes.

Three ways of writing words are understood: a hyphen at the end of a syllable whose word
goes on (written here), a space at the end of each word (RP-017), and a space before each
word (karaoke files).
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from compositions.score.document import TICKS_PER_QUARTER, Note, Syllable, mint_id
from compositions.score.limits import MAX_SYLLABLE_LENGTH

_Source = tuple[int, int, int | None]

REACH = TICKS_PER_QUARTER
"""A lyric event this many ticks from the nearest free note start is still sung on it."""


@dataclass(frozen=True, slots=True)
class LyricEvent:
    """A lyric as read: score tick, MIDI track, port and channel (None when not told)."""

    tick: int
    chunk: int
    port: int
    channel: int | None
    text: str

    @property
    def source(self) -> _Source:
        """Where the lyric stood in the file: MIDI track, port and channel."""
        return (self.chunk, self.port, self.channel)


@dataclass(frozen=True, slots=True)
class Singer:
    """A track that may carry lyrics, with where it came from."""

    chunk: int
    port: int
    channel: int
    notes: tuple[Note, ...]


def place_lyrics(
    events: list[LyricEvent],
    singers: list[Singer],
    rng: random.Random | None,
    repairs: Counter[str],
    *,
    own: bool,
) -> tuple[Syllable, ...]:
    """Return syllables in the order of ``singers`` and time.

    A lyric belongs to the highest note that begins at its tick in its own track; lyrics in
    a track without notes go to the track on whose note starts most of them fall.
    """
    words = _syllables([event.text for event in events], own=own)
    desks: dict[int, _Desk] = {}
    ticks: dict[_Source, set[int]] = {}
    for event in events:
        ticks.setdefault(event.source, set()).add(event.tick)
    starts = [{note.start for note in singer.notes} for singer in singers]
    chosen = {source: _choose(source, ticks[source], singers, starts) for source in ticks}
    for event, (text, continues) in zip(events, words, strict=True):
        if not text:
            continue
        index = chosen[event.source]
        if index is None:
            repairs["lyric without a note to sing it on, left out"] += 1
            continue
        if index not in desks:
            desks[index] = _Desk(singers[index].notes)
        text = text[:MAX_SYLLABLE_LENGTH].strip()
        desks[index].put(event.tick, text, continues, repairs)
    return tuple(
        Syllable(mint_id(rng), note_id, text, continues)
        for index in sorted(desks)
        for note_id, text, continues in desks[index].in_order()
    )


def _choose(
    source: _Source, ticks: set[int], singers: list[Singer], starts: list[set[int]]
) -> int | None:
    """Return the index of the track that sings the lyrics of one source, None without any."""
    chunk, port, channel = source
    places = [
        index
        for index, singer in enumerate(singers)
        if singer.notes
        and singer.chunk == chunk
        and (channel is None or (singer.port, singer.channel) == (port, channel))
    ] or [index for index, singer in enumerate(singers) if singer.notes]
    return max(places, key=lambda index: (len(ticks & starts[index]), -index), default=None)


class _Desk:
    """The note starts of one track, and which of them have their syllable."""

    def __init__(self, notes: tuple[Note, ...]) -> None:
        highest: dict[int, Note] = {}
        for note in notes:
            if note.start not in highest or note.pitch > highest[note.start].pitch:
                highest[note.start] = note
        self._notes = highest
        self._starts = sorted(highest)
        self._sung: dict[int, tuple[str, bool]] = {}

    def put(self, tick: int, text: str, continues: bool, repairs: Counter[str]) -> None:
        """Seat a syllable at ``tick`` or at the nearest free start within reach."""
        start = tick if tick in self._notes else self._near(tick)
        if start is None:
            repairs["lyric without a note to sing it on, left out"] += 1
            return
        if start != tick:
            repairs["lyric moved to the nearest note"] += 1
        if start in self._sung:
            repairs["lyric joined with another on the same note"] += 1
            text = f"{self._sung[start][0]} {text}"[:MAX_SYLLABLE_LENGTH].strip()
        self._sung[start] = (text, continues)

    def in_order(self) -> list[tuple[str, str, bool]]:
        """(note id, text, continues) in time order."""
        return [(self._notes[start].id, *self._sung[start]) for start in sorted(self._sung)]

    def _near(self, tick: int) -> int | None:
        place = bisect_left(self._starts, tick)
        around = self._starts[max(0, place - 4) : place + 4]
        reachable = [
            start for start in around if abs(start - tick) <= REACH and start not in self._sung
        ]
        return min(reachable, key=lambda start: (abs(start - tick), start), default=None)


def _syllables(texts: list[str], *, own: bool) -> list[tuple[str, bool]]:
    """Return (text, word goes on) for each lyric event in order."""
    if not own:
        # "/" and "\" begin lines and verses in karaoke files.
        texts = [text.lstrip("/\\") for text in texts]
    hyphens = sum(text.endswith("-") for text in texts)
    trailing = sum(text.endswith(" ") for text in texts if text.strip())
    leading = sum(text.startswith(" ") for text in texts if text.strip())
    if own or (hyphens >= trailing and hyphens >= leading):
        return [_hyphenated(text) for text in texts]
    if trailing >= leading:
        return [(text.strip(), bool(text.strip()) and not text.endswith(" ")) for text in texts]
    following = [*texts[1:], " "]
    return [
        (text.strip(), bool(text.strip()) and not after.startswith(" "))
        for text, after in zip(texts, following, strict=True)
    ]


def _hyphenated(text: str) -> tuple[str, bool]:
    if text.endswith("-"):
        return text[:-1].strip(), True
    return text.strip(), False
