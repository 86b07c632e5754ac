"""Rhythms of their own for the lines of an ensemble: suspensions, passing notes, imitation.

Each figure is tried on the lines as they are and stays when it brings no parallels, crossings
or rubs. What the tune has just said is taken up by another player while the tune holds a note
or rests; how an inner line is bowed or blown (held, in repeated or in broken eighths, on the
afterbeats) follows the energy of the section.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from random import Random

from compositions.composer.harmony import Changes
from compositions.composer.moments import NOTHING
from compositions.composer.part_lines import Lines
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream
from compositions.score.harmony import scale_pitch_classes

HELD, PULSE, FLOW, AFTERBEATS = "held", "pulse", "flow", "afterbeats"
_AFTERBEATS = frozenset({"march", "waltz", "polka", "ragtime", "ska", "tango"})
_HALF = 2
_SUSPENDED, _ANSWERED, _TURNED = 0.45, 0.7, 0.25
_LONG = 6
_SCALE_REACH = 6
_MOST_ANSWERED = 6


def enliven(
    plan: SongPlan, changes: Changes, lines: Lines, players: Sequence[int] | None = None
) -> None:
    """Give the lines below the tune rhythms of their own, section by section, in place.

    Only those of ``players`` (from 1), where they are named.
    """
    numbers = range(1, lines.players + 1) if players is None else players
    figures = _Figures(plan, changes, lines, frozenset(numbers))
    for section in plan.sections:
        figures.section(section)


class _Figures:
    def __init__(
        self, plan: SongPlan, changes: Changes, lines: Lines, players: frozenset[int]
    ) -> None:
        self.plan, self.lines, self.free = plan, lines, players
        self.chords: list[frozenset[int]] = [frozenset()] * lines.cells
        for slot in changes.slots:
            classes = frozenset(slot.harmony.pitch_classes)
            for cell in range(slot.start // TICKS_PER_STEP, slot.end // TICKS_PER_STEP):
                if cell < lines.cells:
                    self.chords[cell] = classes
        # Where a cell lies in its bar, and whether it is a beat of it.
        self.inside = [0] * lines.cells
        self.on_beat = [False] * (lines.cells + 1)
        for bar in range(plan.bars):
            grid, first = plan.grid_at(bar), plan.bar_start(bar) // TICKS_PER_STEP
            for step in range(min(grid.steps, lines.cells - first)):
                self.inside[first + step] = step
                self.on_beat[first + step] = step in grid.starts

    def section(self, section: PlannedSection) -> None:
        """Enliven one section."""
        key = self.plan.key_of(section)
        self.scale = frozenset(scale_pitch_classes(key.tonic, key.mode))
        self.grid = self.plan.within(section).grid
        self.beat = self.grid.groups[0]
        # The last bar of the song is a chord that is held.
        bars = section.bars - (1 if section.last else 0)
        first = self.plan.bar_start(section.start_bar) // TICKS_PER_STEP
        stop = self.plan.bar_start(section.start_bar + bars) // TICKS_PER_STEP
        rng = stream(self.plan.seed, section.uid, "voices", "figures")
        self._answer(rng, first, stop)
        for line in sorted(self.free):
            inner = line < self.lines.players
            if inner:
                self._suspend(rng, line, first, stop)
            self._pass(rng, line, first, stop, 0.3 + 0.4 * section.energy)
            self._turn(rng, line, first, stop)
        texture = self._texture(section)
        if texture is not HELD:
            for line in sorted(self.free - {self.lines.players}):
                self._bow(texture, line, first, stop)
        if texture is PULSE and section.energy >= 0.55 and self.lines.players in self.free:
            self._tread(first, stop)

    def _texture(self, section: PlannedSection) -> str:
        rng = stream(self.plan.seed, section.material, "voices", "texture")
        draw = rng.random()
        if self.plan.style.name in _AFTERBEATS and section.energy >= 0.35:
            return AFTERBEATS if draw < 0.7 else PULSE
        sung = self.plan.sheet is not None or "voices" in {p.figure for p in self.plan.style.parts}
        if sung or section.energy < 0.4:
            return HELD
        busy = min(0.75, section.energy)
        return HELD if draw > busy else FLOW if draw < 0.4 * busy else PULSE

    # -- Figures -----------------------------------------------------------------------------

    def _suspend(self, rng: Random, line: int, first: int, stop: int) -> None:
        """Hold a note over into the next chord, then let it step down."""
        notes = self.lines.notes(line, first, stop)
        for (_, end, pitch), (start, after, lower) in pairwise(notes):
            draw = rng.random()
            on_beat = self.on_beat[start]
            if end != start or not 1 <= pitch - lower <= 2 or after - start < 4 or not on_beat:
                continue
            if draw > _SUSPENDED or self._sounds(line, start, (lower, pitch)):
                continue
            until = start + (self.beat if after - start >= 2 * self.beat else _HALF)

            def change(start: int = start, until: int = until, pitch: int = pitch) -> None:
                for cell in range(start, until):
                    self.lines.pitch[line][cell] = pitch
                    self.lines.onset[line][cell] = False
                self.lines.onset[line][until] = True

            self.lines.tried(line, start, until, change)

    def _sounds(self, line: int, cell: int, pitches: tuple[int, ...]) -> bool:
        """Whether another line has one of some pitches, or rubs on the last of them."""
        lines = range(self.lines.players + 1)
        others = [self.lines.pitch[other][cell] for other in lines if other != line]
        held, upper = pitches[-1], others[: self.lines.players - 1]
        return any(abs(p - held) % 12 in (1, 11) for p in others if p != NOTHING) or any(
            (p - pitch) % 12 == 0 for p in upper if p != NOTHING for pitch in pitches
        )

    def _pass(self, rng: Random, line: int, first: int, stop: int, chance: float) -> None:
        """Fill thirds with a passing note, and a fourth of the bass with two."""
        notes = self.lines.notes(line, first, stop)
        for (start, end, pitch), (after, _, target) in pairwise(notes):
            draw = rng.random()
            size = abs(target - pitch)
            if end != after or draw > chance or end - start < 4:
                continue
            if size in (3, 4):
                way = self._between(pitch, target)
                wanted = 1
            elif size == 5 and line == self.lines.players and end - start >= 6:
                way, wanted = self._between(pitch, target), 2
            else:
                continue
            if len(way) != wanted:
                continue
            at = end - _HALF * wanted
            cells = [at + _HALF * index for index in range(wanted)]
            if any(self.lines.rubs(line, cell, p) for cell, p in zip(cells, way, strict=True)):
                continue

            def change(cells: list[int] = cells, way: list[int] = way) -> None:
                for cell, passing in zip(cells, way, strict=True):
                    self.lines.put(line, cell, cell + _HALF, passing)

            self.lines.tried(line, at, end, change)

    def _between(self, one: int, other: int) -> list[int]:
        side = 1 if other > one else -1
        return [pitch for pitch in range(one + side, other, side) if pitch % 12 in self.scale]

    def _turn(self, rng: Random, line: int, first: int, stop: int) -> None:
        """Let a long note go to its neighbour and back, off the beat."""
        for start, end, pitch in self.lines.notes(line, first, stop):
            draw, up = rng.random(), rng.random() < 0.5
            if end - start < 2 * self.beat or draw > _TURNED or line == self.lines.players:
                continue
            at = start + self.beat - _HALF
            side = 1 if up else -1
            ways = [p for p in (pitch + side, pitch + 2 * side) if p % 12 in self.scale]
            if not ways or self.lines.rubs(line, at, ways[0]):
                continue

            def change(at: int = at, way: int = ways[0]) -> None:
                self.lines.put(line, at, at + _HALF, way)

            self.lines.tried(line, at, at + _HALF, change)

    # -- Imitation ---------------------------------------------------------------------------

    def _answer(self, rng: Random, first: int, stop: int) -> None:
        """Let another player take up what the tune has just said while it holds or rests."""
        turn = rng.randrange(self.lines.players)
        tune = self.lines.notes(0, first, stop)
        for place, (start, end, _) in enumerate(tune):
            following = tune[place + 1][0] if place + 1 < len(tune) else stop
            draw = rng.random()
            if following - start < _LONG or draw > _ANSWERED:
                continue
            # From the next beat on, in the places of the beat in which the tune said it.
            begin = start + self.beat - self.inside[start] % self.beat
            room = min(following, stop) - begin
            said = tune[max(0, place - _MOST_ANSWERED) : place]
            shift = -(-(begin - (start - 2 * self.beat)) // self.beat) * self.beat
            motif = [(s + shift - begin, p) for s, _, p in said
                     if 0 <= s + shift - begin < min(room, 2 * self.beat)]  # fmt: skip
            if len(motif) < 3 or room < self.beat or end <= start:
                continue
            for index in range(self.lines.players):
                line = 1 + (turn + index) % self.lines.players
                if line in self.free and self._taken_up(
                    line, begin, motif, min(room, 2 * self.beat)
                ):
                    turn += index + 1
                    break

    def _taken_up(self, line: int, begin: int, motif: list[tuple[int, int]], room: int) -> bool:
        """Try to play a motif in a line, at the steps of the scale nearest to where it is."""
        now = self.lines.pitch[line][begin]
        ladder = [p for p in range(now - 19, now + 20) if p % 12 in self.scale]
        steps = [self._rung(pitch) for _, pitch in motif]
        if now == NOTHING or not ladder or NOTHING in steps:
            return False
        home = min(range(len(ladder)), key=lambda i: abs(ladder[i] - now))
        for shift in sorted(range(-_SCALE_REACH, _SCALE_REACH + 1), key=lambda s: (abs(s), s)):
            rungs = [home + shift + step - steps[0] for step in steps]
            if min(rungs) < 0 or max(rungs) >= len(ladder):
                continue
            way = [(begin + at, ladder[rung]) for (at, _), rung in zip(motif, rungs, strict=True)]
            if self._fits(line, way, begin + room):
                return True
        return False

    def _rung(self, pitch: int) -> int:
        """The number of a pitch on the ladder of the scale, NOTHING beside it."""
        if pitch % 12 not in self.scale:
            return NOTHING
        return sum(1 for p in range(pitch) if p % 12 in self.scale)

    def _fits(self, line: int, way: list[tuple[int, int]], end: int) -> bool:
        begin = way[0][0]
        if not self.on_beat[begin] and way[0][1] % 12 not in self.chords[begin]:
            return False
        for cell, pitch in way:
            strong = self.on_beat[cell]
            if strong and pitch % 12 not in self.chords[cell]:
                return False
            if self.lines.rubs(line, cell, pitch) and pitch % 12 not in self.chords[cell]:
                return False
        behind = self.lines.pitch[line][end] if end < self.lines.cells else NOTHING
        lands = way[-1][1] % 12 in self.chords[way[-1][0]]
        if not lands and abs(behind - way[-1][1]) > 2:
            return False
        if behind != NOTHING and abs(behind - way[-1][1]) > 7:
            return False

        def change() -> None:
            stops = [cell for cell, _ in way[1:]] + [end]
            for (cell, pitch), stop in zip(way, stops, strict=True):
                self.lines.put(line, cell, stop, pitch)

        return self.lines.tried(line, begin, end, change)

    # -- How a line is played ----------------------------------------------------------------

    def _bow(self, texture: str, line: int, first: int, stop: int) -> None:
        """Play held notes in repeated or broken eighths, or on the afterbeats."""
        for start, end, pitch in self.lines.notes(line, first, stop):
            if end - start < 4 or start % 2 or end > stop:
                continue
            if texture == AFTERBEATS:
                self.lines.tried(line, start, end, partial(self._after, line, start, end))
            elif texture == PULSE or line > 1:
                again = range(start + _HALF, end, _HALF)
                self.lines.tried(line, start, end, partial(self._strike, line, again))
            else:
                self._break_up(line, start, end, pitch)

    def _tread(self, first: int, stop: int) -> None:
        """Let the bass strike its held notes again on the beats."""
        bass = self.lines.players
        for start, end, _ in self.lines.notes(bass, first, stop):
            again = [cell for cell in range(start + 1, min(end, stop)) if self.on_beat[cell]]
            self.lines.tried(bass, start, end, partial(self._strike, bass, again))

    def _strike(self, line: int, cells: Iterable[int]) -> None:
        """Begin the note that sounds in some cells again."""
        for cell in cells:
            self.lines.onset[line][cell] = True

    def _after(self, line: int, start: int, end: int) -> None:
        """Rest on the beat and play behind it; in three the first beat rests."""
        three = len(self.grid.groups) == 3
        for cell in range(start, end):
            inside = self.inside[cell]
            weak = inside >= self.beat if three else inside % self.beat >= self.beat // 2
            if not weak:
                self.lines.pitch[line][cell] = NOTHING
                self.lines.onset[line][cell] = False
            elif inside % (self.beat if three else self.beat // 2) == 0:
                self.lines.onset[line][cell] = True

    def _break_up(self, line: int, start: int, end: int, pitch: int) -> None:
        """Go to the next lower note of the chord and back, in eighths."""
        below = self.lines.pitch[line + 1][start]
        found = [p for p in range(pitch - 3, pitch - 8, -1)
                 if p > below and p % 12 in self.chords[start]]  # fmt: skip
        if not found or self.chords[start] != self.chords[end - 1]:
            return

        def change() -> None:
            for number, cell in enumerate(range(start, end, _HALF)):
                lower = number % 2 == 1
                self.lines.put(line, cell, min(end, cell + _HALF), found[0] if lower else pitch)

        self.lines.tried(line, start, end, change)
