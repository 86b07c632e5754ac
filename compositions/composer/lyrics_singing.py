"""Sing the words: a melody whose rhythm is that of its lines."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from compositions.composer.events import Event
from compositions.composer.lyrics import LyricSection
from compositions.composer.lyrics_lines import SungSyllable
from compositions.composer.lyrics_rhythm import (
    bars_joined,
    breath,
    place_lines,
    rhythm_for_words,
)
from compositions.composer.melody import MelodyWriter
from compositions.composer.melody_rhythm import Onset
from compositions.composer.pitch_search import NoteContext, search
from compositions.composer.plan import PlannedSection
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream

_PICKUP_STEPS = 4.0
_SHORTEST = 2.0
_SOULFUL = frozenset(
    {"soul", "gospel", "r-and-b", "neo-soul", "bollywood", "flamenco", "klezmer", "blues"}
)


@dataclass(frozen=True, slots=True)
class Window:
    """Bars of a section (from 0) with the syllables that are sung in them."""

    bar: int
    bars: int
    syllables: tuple[SungSyllable, ...]


@dataclass(frozen=True, slots=True)
class _Sung:
    """A note to come: where it is in its window, and its syllable (None: held from before)."""

    onset: Onset
    syllable: SungSyllable | None


def _weak_at_first(window: Window | None) -> int:
    """Return how many syllables of a window come before its first stress."""
    syllables = window.syllables if window is not None else ()
    return next((place for place, one in enumerate(syllables) if one.stressed), 0)


class Singer(MelodyWriter):
    """A writer of melodies that carry words, one syllable to a note or to a few.

    Stressed syllables come on beats, every line leaves room to breathe before the next, weak
    syllables at the beginning of a line are sung before its first bar.
    """

    def _sing(self, section: PlannedSection, words: LyricSection) -> list[Event]:
        windows = []
        for place in place_lines(words.lines, section.bars):
            syllables = tuple(s for number in place.lines for s in words.lines[number])
            windows.append(Window(place.bar, place.bars, syllables))
        return self.sing(section, windows)

    def sing(self, section: PlannedSection, windows: Sequence[Window]) -> list[Event]:
        """Return the notes of a section's windows; syllables keep their order."""
        memory = self._memory(section)
        events: list[Event] = []
        bars: dict[int, list[tuple[float, int]]] = {}
        for index, window in enumerate(windows):
            before = windows[index - 1] if index else None
            after = windows[index + 1] if index + 1 < len(windows) else None
            sung = self._rhythm(section, window, before, after, events, index)
            places, contexts = self._line(section, windows, index, sung, bars)
            rng = stream(self.seed, f"material:{section.material}", "vocal", f"pitch:{index % 2}")
            heard = [event.pitch for event in events[-2:]]
            pitches, _ = search(contexts, self.space, rng, memory, heard)
            for (bar, onset), pitch, note in zip(places, pitches, sung, strict=True):
                events.append(self._event(section, bar, onset, pitch, note.syllable))
                bars.setdefault(bar, []).append((onset.step, pitch))
        return events

    def _rhythm(
        self,
        section: PlannedSection,
        window: Window,
        before: Window | None,
        after: Window | None,
        events: list[Event],
        index: int,
    ) -> list[_Sung]:
        """Return the rhythm of a window; the note before it gives way to a pickup."""
        first = section.start_bar + window.bar
        grids = tuple(self.plan.grid_at(first + bar) for bar in range(window.bars))
        grid, bars = bars_joined(grids)
        begin = self.plan.bar_start(first)
        lead_in = 0.0
        if before is not None and events:
            free = (begin - events[-1].start) / TICKS_PER_STEP - _SHORTEST - breath(grid)
            # In three a beat is not enough to reach the only strong one.
            most = 2 * _PICKUP_STEPS if len(grids[0].groups) == 3 else _PICKUP_STEPS
            lead_in = max(0.0, min(most, free))
        onsets = rhythm_for_words(
            window.syllables,
            bars,
            grid,
            self._cells(),
            step_seconds=15.0 / (section.bpm or self.plan.bpm),
            motif=self._material(section, 0).first.rhythm,
            lead_in=lead_in,
            upbeat=_weak_at_first(after),
        )
        if onsets and events:
            latest = begin + int((onsets[0].step - breath(grid)) * TICKS_PER_STEP)
            last = events[-1]
            last.duration = max(120, min(last.duration, latest - last.start))
        rng = stream(self.seed, f"material:{section.material}", "vocal", f"melisma:{index % 2}")
        return self._with_melismas(list(window.syllables), onsets, rng)

    def _with_melismas(
        self, syllables: list[SungSyllable], onsets: list[Onset], rng: random.Random
    ) -> list[_Sung]:
        """Let some long stressed syllables be sung on two notes."""
        soulful = self.plan.style.name in _SOULFUL
        chance = 0.45 if soulful else 0.22 if self.plan.bpm < 80 else 0.1
        sung: list[_Sung] = []
        for syllable, onset in zip(syllables, onsets, strict=True):
            draw = rng.random()
            if not syllable.stressed or onset.length < 4 or draw > chance:
                sung.append(_Sung(onset, syllable))
                continue
            half = onset.length // 2 - onset.length // 2 % 2
            sung.append(_Sung(Onset(onset.step, half), syllable))
            sung.append(_Sung(Onset(onset.step + half, onset.length - half), None))
        return sung

    def _line(
        self,
        section: PlannedSection,
        windows: Sequence[Window],
        index: int,
        sung: list[_Sung],
        bars: dict[int, list[tuple[float, int]]],
    ) -> tuple[list[tuple[int, Onset]], list[NoteContext]]:
        """Return bar and place in the bar of each note, and what its pitch depends on."""
        window, material = windows[index], self._material(section, 0)
        hook = section.kind in ("chorus", "drop")
        motif = material.second if index % 4 == (2 if hook else 1) else material.first
        moves = motif.moves or (1, -1)
        # A verse says its two lines again (ABAB), a chorus comes back to its first (AABA).
        quotes = (-4, -1, -4, -3) if hook else (-4, -4, -2, -2)
        back = quotes[index % 4]
        quoted = windows[index + back] if index + back >= 0 else None
        closed = index % 2 == 1 or index == len(windows) - 1
        places: list[tuple[int, Onset]] = []
        contexts: list[NoteContext] = []
        for place, note in enumerate(sung):
            inside, step = self._bar_of(section.start_bar + window.bar, note.onset.step)
            onset, bar = Onset(step, note.onset.length), window.bar + inside
            closing = place == len(sung) - 1
            final = closing and section.last and index == len(windows) - 1
            ending = "final" if final else "closed" if closing and closed else ""
            move = moves[(place - 1) % len(moves)] if place else None
            if note.syllable is None:
                move = 1 if move is None or move > 0 else -1  # a held syllable moves by step
            context = self._context(section, bar, onset, move, 0.7, material, 0.0, ending)
            if quoted is not None and not closing:
                near = [pair for pair in bars.get(quoted.bar + inside, ())
                        if abs(pair[0] - step) <= 1]  # fmt: skip
                if near:
                    quote = min(near, key=lambda pair: abs(pair[0] - step))[1]
                    context = replace(context, quote=quote)
            contexts.append(context)
            places.append((bar, onset))
        return places, contexts

    def _bar_of(self, first: int, step: float) -> tuple[int, float]:
        """Return the bar, counted from bar ``first``, that a step from there is in, and where."""
        bar = first
        while step < 0:
            bar -= 1
            step += self.plan.grid_at(bar).steps
        while step >= self.plan.grid_at(bar).steps:
            step -= self.plan.grid_at(bar).steps
            bar += 1
        return bar - first, step

    def _cells(self) -> str:
        return str(self.plan.style.lead["cells"])
