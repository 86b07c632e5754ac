"""Write the melody: motifs, their development in phrases, and pitches over the chords.

Each material (verse, chorus, ...) has two one-bar motifs, a rhythm with a contour. Bars
of a phrase state, repeat, sequence, invert, vary or fragment them and close with a
cadence; the same material returns with the same motifs and small ornaments.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from compositions.composer.events import Event
from compositions.composer.harmony import Changes
from compositions.composer.lyrics import LyricSection, SungSyllable
from compositions.composer.melody_model.features import (
    Setting,
    nearest_mode,
    reference_tonic,
)
from compositions.composer.melody_model.network import load_network
from compositions.composer.melody_model.prior import MelodyMemory
from compositions.composer.melody_rhythm import (
    Onset,
    motif_rhythm,
    rhythm_for_words,
)
from compositions.composer.motifs import SCHEMES, Motif, Unit, draw_contour, make_unit
from compositions.composer.pitch_search import NoteContext, PitchSpace, search
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.seeds import stream
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES, scale_pitch_classes

_SILENT = frozenset({"intro", "breakdown"})
_LIFT = {"chorus": 3.0, "drop": 3.0, "bridge": 1.5, "solo": 2.0, "pre_chorus": 1.0,
         "outro": -1.5, "verse": -1.5}  # fmt: skip
_DENSITY = {"chorus": 1.0, "solo": 1.35, "bridge": 0.85, "outro": 0.7, "build": 0.7,
            "drop": 1.1, "interlude": 0.6}  # fmt: skip


class MelodyWriter:
    """Writes the lead line of one song for a range of MIDI pitches.

    Every section begins with nothing heard, so the same material comes back as it was.
    ``pull`` draws the line towards the tonic and its fifth, to make a key clearer.
    """

    def __init__(
        self,
        plan: SongPlan,
        changes: Changes,
        low: int,
        high: int,
        pull: float = 0.0,
    ) -> None:
        self.plan = plan
        self.changes = changes
        self.centre = low + (high - low) * 0.52
        if high - low > 36:  # a keyboard: sing where a voice would
            self.centre = 72.0
        span_low, span_high = round(self.centre) - 10, round(self.centre) + 13
        self.centre = max(self.centre, min(66.0, high - 10.0))  # clear of the chords
        self.space = PitchSpace(
            plan.tonic_class,
            self._scale(),
            self._favoured(),
            pull,
            max(low, span_low),
            min(high, span_high),
        )
        self._motifs: dict[str, tuple[Motif, Motif]] = {}

    def _memory(self) -> MelodyMemory:
        """Return a listener who has heard nothing yet."""
        plan = self.plan
        setting = Setting(
            (plan.grid.numerator, plan.grid.denominator), nearest_mode(plan.mode.value)
        )
        tonic = reference_tonic(plan.tonic_class, [round(self.centre)])
        return MelodyMemory(load_network(), setting, tonic)

    def sections(self, *, sung: bool) -> dict[int, list[Event]]:
        """Return the melody by section index.

        With ``sung`` only sections that have words, one syllable per note; else the
        sections that an instrument leads.
        """
        found: dict[int, list[Event]] = {}
        lone = len(self.plan.sections) == 1
        for section in self.plan.sections:
            words = self._words(section)
            if sung:
                if words is not None:
                    found[section.index] = self._sing(section, words)
            elif words is None and (lone or section.kind not in _SILENT):
                found[section.index] = self._play(section)
        return found

    def _words(self, section: PlannedSection) -> LyricSection | None:
        sheet = self.plan.sheet
        if sheet is None:
            return None
        order = [s.index for s in self.plan.sections if s.kind == section.kind]
        words = sheet.for_section(section.kind, order.index(section.index))
        return words if words is not None and words.lines else None

    # Instrumental melody ---------------------------------------------------------------

    def _play(self, section: PlannedSection) -> list[Event]:
        motifs = self._material(section)
        rng = stream(self.plan.seed, f"material:{self._key(section)}", "lead", "scheme")
        schemes = SCHEMES.get(section.kind, SCHEMES["verse"])
        scheme, contrast = rng.choice(schemes), rng.choice(("bsac", "bvfc", "biac"))
        shift = rng.choice((1.5, -1.5, 3.0))
        memory = self._memory()
        events: list[Event] = []
        bar = 0
        phrase = 0
        while bar < section.bars:
            length = min(4, section.bars - bar)
            if section.bars - bar - length == 1:
                length += 1  # no orphaned bar at the end
            last = bar + length >= section.bars
            letters = contrast if phrase % 4 == 2 else scheme
            letters = (letters[:-1] + "f" * length)[: length - 1] + "c"
            ending = "closed" if last or phrase % 2 == 1 else "open"
            units = [
                make_unit(letter, motifs, rng, shift, self.plan.grid, final=section.last and last)
                for letter in letters
            ]
            final = section.last and last
            events += self._realise(section, bar, units, ending, final, memory)
            bar += length
            phrase += 1
        if section.occurrence:
            self._ornament(section, events)
        return events

    def _realise(
        self,
        section: PlannedSection,
        bar: int,
        units: list[Unit],
        ending: str,
        final: bool,
        memory: MelodyMemory,
    ) -> list[Event]:
        """Find the pitches of a phrase and return its notes."""
        onsets: list[tuple[int, Onset]] = []
        contexts: list[NoteContext] = []
        for index, unit in enumerate(units):
            for place, onset in enumerate(unit.rhythm):
                here = bar + index
                closing = index == len(units) - 1 and place == len(unit.rhythm) - 1
                contexts.append(
                    self._context(
                        section,
                        here,
                        onset,
                        unit.moves[place - 1] if 0 < place <= len(unit.moves) else None,
                        unit.hold,
                        unit.shift,
                        ("final" if final else ending) if closing else "",
                    )
                )
                onsets.append((here, onset))
        rng = stream(self.plan.seed, f"material:{self._key(section)}", "lead", f"pitch:{bar}")
        pitches = search(contexts, self.space, rng, memory)
        return [
            self._event(section, here, onset, pitch, None)
            for (here, onset), pitch in zip(onsets, pitches, strict=True)
        ]

    def _context(
        self,
        section: PlannedSection,
        bar: int,
        onset: Onset,
        move: int | None,
        hold: float,
        shift: float,
        ending: str,
    ) -> NoteContext:
        grid = self.plan.grid
        start = self._tick(section, bar, onset)
        middle = start + int(onset.length * TICKS_PER_STEP / 2)
        place = (bar + onset.step / grid.steps) / max(1, section.bars)
        arch = 3.5 * math.sin(math.pi * min(1.0, place) ** 1.3) - 1.0
        anchor = self.centre + _LIFT.get(section.kind, 0.0) + arch + shift
        return NoteContext(
            onset=bar * grid.quarters + onset.step / 4,
            strength=grid.strength(int(onset.step)),
            steps=onset.length,
            chord=self.changes.at(middle).harmony.pitch_classes,
            target=move,
            hold=hold,
            anchor=anchor,
            ending=ending,
        )

    def _tick(self, section: PlannedSection, bar: int, onset: Onset) -> int:
        return (section.start_bar + bar) * self.plan.grid.ticks + int(onset.step * TICKS_PER_STEP)

    def _event(
        self,
        section: PlannedSection,
        bar: int,
        onset: Onset,
        pitch: int,
        syllable: SungSyllable | None,
    ) -> Event:
        strength = self.plan.grid.strength(int(onset.step))
        velocity = 72 + 22 * section.energy + 8 * strength + 0.4 * (pitch - self.centre)
        return Event(
            self._tick(section, bar, onset),
            max(30, int(onset.length * TICKS_PER_STEP)),
            pitch,
            max(30, min(118, round(velocity))),
            syllable,
        )

    def _ornament(self, section: PlannedSection, events: list[Event]) -> None:
        """A returning section is recognisably the same, with a few passing notes."""
        rng = stream(self.plan.seed, section.uid, "lead", "ornament")
        added: list[Event] = []
        for event, following in itertools.pairwise(events):
            gap = abs(following.pitch - event.pitch)
            if event.duration < 480 or rng.random() > 0.3 or not 3 <= gap <= 4:
                continue
            between = [
                pitch
                for pitch in range(
                    min(event.pitch, following.pitch) + 1, max(event.pitch, following.pitch)
                )
                if pitch % 12 in self.space.scale
            ]
            if not between:
                continue
            half = event.duration // 2 // 120 * 120
            added.append(
                replace(
                    event,
                    start=event.start + half,
                    duration=event.duration - half,
                    pitch=rng.choice(between),
                    velocity=max(30, event.velocity - 10),
                )
            )
            event.duration = half
        events += added
        events.sort(key=lambda event: event.start)

    # Sung melody -----------------------------------------------------------------------

    def _sing(self, section: PlannedSection, words: LyricSection) -> list[Event]:
        lines = [list(line) for line in words.lines]
        while len(lines) > section.bars:  # more lines than bars: two lines share a bar
            shortest = min(range(len(lines) - 1), key=lambda i: len(lines[i]) + len(lines[i + 1]))
            lines[shortest : shortest + 2] = [lines[shortest] + lines[shortest + 1]]
        span = max(1, section.bars // len(lines))
        motifs = self._material(section)
        family = self._family()
        memory = self._memory()
        events: list[Event] = []
        for index, line in enumerate(lines):
            onsets = rhythm_for_words(line, span, self.plan.grid, family)
            contexts = []
            places: list[tuple[int, Onset]] = []
            motif = motifs[1] if index % 4 == 2 else motifs[0]
            moves = motif.moves or (1, -1)
            for place, onset in enumerate(onsets):
                inside, step = divmod(onset.step, self.plan.grid.steps)
                local = Onset(step, onset.length)
                bar = index * span + int(inside)
                closing = place == len(onsets) - 1
                final = closing and section.last and index == len(lines) - 1
                closed = "closed" if index % 2 or index == len(lines) - 1 else "open"
                ending = "final" if final else closed if closing else ""
                move = moves[(place - 1) % len(moves)] if place else None
                contexts.append(self._context(section, bar, local, move, 0.7, 0.0, ending))
                places.append((bar, local))
            rng = stream(
                self.plan.seed, f"material:{section.material}", "vocal", f"pitch:{index % 2}"
            )
            pitches = search(contexts, self.space, rng, memory)
            for (bar, onset), pitch, syllable in zip(places, pitches, line, strict=True):
                events.append(self._event(section, bar, onset, pitch, syllable))
        return events

    # Material --------------------------------------------------------------------------

    def _key(self, section: PlannedSection) -> str:
        """Name of the idea a section uses; solos are new each time, outros look back."""
        if section.kind == "solo":
            return section.uid
        if section.kind in ("outro", "interlude", "intro"):
            main = next(
                (s for s in self.plan.sections if s.kind in ("verse", "head", "chorus")), section
            )
            return main.material
        return section.material

    def _material(self, section: PlannedSection) -> tuple[Motif, Motif]:
        key = self._key(section)
        if key not in self._motifs:
            rng = stream(self.plan.seed, f"material:{key}", "lead", "motif")
            notes = self._notes_per_bar(section.kind)
            family = self._family()
            grid = self.plan.grid
            first = motif_rhythm(rng, grid, family, notes)
            second = motif_rhythm(rng, grid, family, notes * 0.85, opening=rng.random() < 0.5)
            self._motifs[key] = (
                Motif(first, draw_contour(rng, len(first), section.kind, self._thirds())),
                Motif(second, draw_contour(rng, len(second), "verse", self._thirds())),
            )
        return self._motifs[key]

    def _family(self) -> str:
        family = str(self.plan.style.lead["cells"])
        step_seconds = 60.0 / self.plan.bpm / 4
        if family in ("sixteenth", "syncopated") and step_seconds < 0.09:
            return "straight"
        return family

    def _thirds(self) -> float:
        """How often a motif moves by thirds rather than steps: more in jazz."""
        return {"swing": 4.0, "running": 3.0, "sparse": 3.0}.get(self._family(), 2.0)

    def _notes_per_bar(self, kind: str) -> float:
        density = float(self.plan.spec.density.value)
        seconds = self.plan.grid.quarters * 60.0 / self.plan.bpm
        notes = (1.1 + 2.4 * density) * seconds * _DENSITY.get(kind, 0.95)
        return max(1.0, min(notes, self.plan.grid.steps * 0.55, 10.0))

    def _scale(self) -> tuple[int, ...]:
        if self.plan.mode is Mode.BLUES or self.plan.style.lead["scale"] == "blues":
            tonic = self.plan.tonic_class
            third = (3, 4) if self.plan.mode not in MINOR_MODES - {Mode.BLUES} else (3,)
            return tuple((tonic + step) % 12 for step in sorted({0, *third, 5, 6, 7, 9, 10}))
        return scale_pitch_classes(self.plan.tonic, self.plan.mode)

    def _favoured(self) -> frozenset[int]:
        kind = self.plan.style.lead["scale"]
        tonic = self.plan.tonic_class
        minor = self.plan.mode in MINOR_MODES
        if kind == "blues":
            return frozenset((tonic + step) % 12 for step in (0, 3, 5, 7, 10))
        if kind == "pentatonic" and self.plan.mode in (
            Mode.MAJOR,
            Mode.MINOR,
            Mode.DORIAN,
            Mode.MIXOLYDIAN,
        ):
            steps = (0, 3, 5, 7, 10) if minor else (0, 2, 4, 7, 9)
            return frozenset((tonic + step) % 12 for step in steps)
        return frozenset()
