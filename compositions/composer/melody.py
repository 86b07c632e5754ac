"""Write the melody: motifs, their development in phrases, and pitches over the chords.

Each material (verse, chorus, ...) has two one-bar motifs, a rhythm with a contour. Bars
of a phrase state, repeat, sequence, invert, vary or fragment them and close with a
cadence; phrases quote one another (:mod:`compositions.composer.melody_form`). Of several takes
the best stays (:mod:`compositions.composer.melody_choice`); the same material returns with
the same motifs and small ornaments.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from compositions.composer.events import Event
from compositions.composer.harmony import Changes
from compositions.composer.lyrics import LyricSection, SungSyllable
from compositions.composer.melody_choice import Gram, Home, Take, Written, interval_grams, take_cost
from compositions.composer.melody_form import HOME, Phrase, phrases_of, recalling
from compositions.composer.melody_idiom import (
    family_of,
    favoured_classes,
    notes_per_bar,
    scale_of,
    thirds_of,
)
from compositions.composer.melody_model.features import (
    Setting,
    nearest_mode,
    reference_tonic,
)
from compositions.composer.melody_model.network import load_network
from compositions.composer.melody_model.prior import MelodyMemory
from compositions.composer.melody_rhythm import Onset, in_order
from compositions.composer.motifs import Material, Unit, draw_material, make_unit
from compositions.composer.originality import freshen
from compositions.composer.pitch_search import NoteContext, PitchSpace, search
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP, Grid
from compositions.composer.seeds import stream, sub_seed

_SILENT = frozenset({"intro", "breakdown"})
_LIFT = {"chorus": 3.0, "drop": 3.0, "bridge": 1.5, "solo": 2.0, "pre_chorus": 1.0,
         "outro": -1.5, "verse": -1.5}  # fmt: skip
_LOOKING_BACK = frozenset({"outro", "interlude", "intro"})
_LIFTED = frozenset({"chorus", "drop"})
TAKES, RETAKES = 8, 5
"""Melodies that are written of each material, at most (again: over other chords); the best
one stays."""
_WIDEST, _NEAR = 14, 9
"""Semitones that a tune may leap from one section to the next, and to an ending's octave."""
_SPARSE = 6
"""Notes of the two motifs, of a bar each, up to which a melody is sparse."""
_GOOD_ENOUGH = 0.06


class MelodyWriter:
    """Writes the lead line of one song for a range of MIDI pitches.

    Every section begins with nothing heard, so the same material comes back as it was.
    ``pull`` draws the line towards some of 12 degrees, to make a key clearer.
    ``takes`` holds the takes that were chosen for materials before, and takes in new ones.
    """

    def __init__(
        self,
        plan: SongPlan,
        changes: Changes,
        low: int,
        high: int,
        pull: tuple[float, ...] = (),
        takes: dict[str, int] | None = None,
    ) -> None:
        self.plan = plan
        # Another style or key has other tunes for the same seed.
        self.seed = sub_seed(plan.seed, plan.style.name, plan.tonic, plan.mode.value)
        self.changes = changes
        self.centre = low + (high - low) * 0.52
        if high - low > 36:  # a keyboard: sing where a voice would
            self.centre = 72.0
        span_low, span_high = round(self.centre) - 10, round(self.centre) + 13
        self.centre = max(self.centre, min(66.0, high - 10.0))  # clear of the chords
        self.space = PitchSpace(
            plan.tonic_class,
            scale_of(plan),
            favoured_classes(plan),
            pull,
            max(low, span_low),
            min(high, span_high),
        )
        self._materials: dict[tuple[str, int, Grid, float], Material] = {}
        self._takes = {} if takes is None else takes
        self._homes: dict[str, Home] = {}
        self._heard: list[Gram] = []
        self._kinds: set[str] = set()

    def _memory(self, section: PlannedSection) -> MelodyMemory:
        """Return a listener who has heard nothing yet."""
        plan = self.plan
        grid = plan.grid_at(section.start_bar)
        setting = Setting((grid.numerator, grid.denominator), nearest_mode(plan.mode.value))
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
            words = self.plan.words[section.index]
            if sung:
                if words is not None:
                    found[section.index] = self._sing(section, words)
            elif words is None and (lone or section.kind not in _SILENT):
                found[section.index] = self._play(section)
        for before, after in itertools.pairwise(sorted(found)):
            self._join(found[before], found[after])
        whole = [event for index in sorted(found) for event in found[index]]
        freshen(whole, self.space.scale, lambda tick: self.changes.at(tick).harmony.pitch_classes)
        return found

    def _join(self, before: list[Event], after: list[Event]) -> None:
        """Let a section end an octave nearer to the next one, where that is far away."""
        if len(before) < 2 or not after:
            return
        last, move = before[-1], after[0].pitch - before[-1].pitch
        pitch = last.pitch + (12 if move > 0 else -12)
        near = abs(pitch - before[-2].pitch) <= _NEAR
        if abs(move) > _WIDEST and near and self.space.low <= pitch <= self.space.high:
            last.pitch = pitch

    def _sing(self, section: PlannedSection, words: LyricSection) -> list[Event]:
        """Return the notes of a section's words: the work of a
        :class:`compositions.composer.lyrics_singing.Singer`."""
        raise NotImplementedError

    # Instrumental melody ---------------------------------------------------------------

    def _play(self, section: PlannedSection) -> list[Event]:
        """Return the best of a few takes; a section that returns keeps its take."""
        key = self._key(section)
        chosen = f"{key}:{self.space.pull}" if self.space.pull else key
        if chosen not in self._takes:
            takes: list[Take] = []
            most = RETAKES if self.space.pull else TAKES
            while len(takes) < most and not any(take.cost < _GOOD_ENOUGH for take in takes):
                takes.append(self._take(section, len(takes)))
            best = min(range(len(takes)), key=lambda number: takes[number].cost)
            self._takes[chosen] = best
            take = takes[best]
        else:
            take = self._take(section, self._takes[chosen])
        events = take.events
        if take.home is not None:
            self._homes.setdefault(key, take.home)
        if section.kind not in self._kinds:
            self._kinds.add(section.kind)
            self._heard += interval_grams(events)
        if section.occurrence:
            self._ornament(section, events)
        return events

    def _take(self, section: PlannedSection, number: int) -> Take:
        """Write the melody of a section; every ``number`` has other motifs and phrases."""
        material = self._material(section, number)
        rng = stream(self.seed, f"material:{self._key(section)}", "lead", f"form:{number}")
        notes = len(material.first.rhythm) + len(material.second.rhythm)
        phrases = phrases_of(section.kind, section.bars, rng, sparse=notes <= _SPARSE)
        memory = self._memory(section)
        written = Written()
        home = self._homes.get(self._key(section))
        if home is not None and section.kind in _LOOKING_BACK:
            phrases[0] = recalling(phrases[0], home.phrases[0])
            written.bars |= {HOME + bar: line for bar, line in home.bars.items()}
        for phrase in phrases:
            final = section.last and phrase is phrases[-1]
            units = []
            for at, shape in enumerate(phrase.bars):
                grid = self.plan.grid_at(section.start_bar + phrase.start + at)
                own = self._material(section, number, grid)
                units.append(make_unit(shape.letter, own, rng, grid))
            if final:
                grid = self.plan.grid_at(self.plan.bars - 1)
                units[-1] = Unit((Onset(0, grid.steps),), (), 0.0)
            onsets, contexts = self._contexts(section, phrase, units, material, written, final)
            noise = stream(
                self.seed,
                f"material:{self._key(section)}",
                "lead",
                f"pitch:{number}:{phrase.start}",
            )
            pitches, bits = search(contexts, self.space, noise, memory, written.last)
            written.bits += bits
            for (bar, onset), pitch in zip(onsets, pitches, strict=True):
                written.events.append(self._event(section, bar, onset, pitch, None))
                written.bars.setdefault(bar, []).append((onset.step, pitch))
        if section.kind not in _LOOKING_BACK:
            home = Home(phrases, written.bars)
        heard = [] if section.kind in self._kinds else self._heard
        return Take(written.events, take_cost(written.events, written.bits, heard), home)

    def _contexts(
        self,
        section: PlannedSection,
        phrase: Phrase,
        units: list[Unit],
        material: Material,
        written: Written,
        final: bool,
    ) -> tuple[list[tuple[int, Onset]], list[NoteContext]]:
        """Return the onsets of a phrase and what is known of each note before its pitch."""
        placed = {
            (phrase.start + at, onset): (at, place)
            for at, unit in enumerate(units)
            for place, onset in enumerate(unit.rhythm)
        }
        steps = {(bar, onset.step): which for (bar, onset), which in placed.items()}
        onsets = in_order(
            [*self._pickup(section, phrase, material, written), *placed],
            lambda bar: self._start(section, bar) / TICKS_PER_STEP,
        )
        again = section.kind in _LIFTED and section.occurrence and phrase.start
        lift = 2.0 if again and self._is_last_of_kind(section) else 0.0
        contexts: list[NoteContext] = []
        numbers: dict[tuple[str, int], int] = {}
        for number, (bar, onset) in enumerate(onsets):
            which = steps.get((bar, onset.step))
            if which is None:  # the pickup: by step into the phrase
                contexts.append(self._context(section, bar, onset, None, 0.0, material, lift))
                continue
            at, place = which
            unit, plan = units[at], phrase.bars[at]
            last = number == len(onsets) - 1
            context = self._context(
                section,
                bar,
                onset,
                unit.moves[place - 1] if 0 < place <= len(unit.moves) else None,
                unit.hold,
                material,
                lift,
                ("final" if final else self._ending(section, phrase)) if last else "",
            )
            echo = numbers.setdefault((unit.like, place), number) if unit.like else number
            if plan.quotes is not None and not last:
                context = replace(context, quote=written.pitch_at(plan.quotes, onset.step))
            if echo < number and not last:
                context = replace(context, echo=echo, moved=plan.steps)
            contexts.append(context)
        return onsets, contexts

    def _pickup(
        self, section: PlannedSection, phrase: Phrase, material: Material, written: Written
    ) -> list[tuple[int, Onset]]:
        """Return the notes that lead into a phrase, and make the note before them give way."""
        if not written.events or not material.pickup:
            return []
        first = self._tick(section, phrase.start, material.pickup[0])
        before = written.events[-1]
        if first - before.start < 2 * TICKS_PER_STEP + 120:
            return []
        before.duration = min(before.duration, first - before.start - TICKS_PER_STEP)
        return [(phrase.start, onset) for onset in material.pickup]

    def _ending(self, section: PlannedSection, phrase: Phrase) -> str:
        """Return how a phrase ends: as its chords do, where their cadences are known."""
        bar = section.start_bar + phrase.start + len(phrase.bars) - 1
        return self.changes.ending_at(bar) or phrase.ending

    def _is_last_of_kind(self, section: PlannedSection) -> bool:
        return not any(
            s.kind == section.kind and s.index > section.index for s in self.plan.sections
        )

    def _context(
        self,
        section: PlannedSection,
        bar: int,
        onset: Onset,
        move: int | None,
        hold: float,
        material: Material,
        lift: float = 0.0,
        ending: str = "",
    ) -> NoteContext:
        grid = self.plan.grid_at(section.start_bar + bar)
        start = self._tick(section, bar, onset)
        middle = start + int(onset.length * TICKS_PER_STEP / 2)
        place = (bar + onset.step / grid.steps) / max(1, section.bars)
        level = self.centre + _LIFT.get(section.kind, 0.0)
        climb = material.rise * math.exp(-(((place - material.peak) / 0.25) ** 2))
        climax = abs(place - material.peak) < 0.15
        early = onset.step < 0 and onset.step + onset.length > 0
        fall = 3.0 if ending == "final" else 0.0
        return NoteContext(
            onset=(self._start(section, bar) - self._start(section, 0)) / 480 + onset.step / 4,
            # A downbeat that comes early is a downbeat still.
            strength=0.8 if early else grid.strength(int(onset.step)),
            steps=onset.length,
            chord=self.changes.at(middle).harmony.pitch_classes,
            target=move,
            hold=hold,
            anchor=level - 1.0 + climb + lift - fall,
            ending=ending,
            ceiling=level + material.rise + lift + (5.0 if climax else 3.0),
        )

    def _tick(self, section: PlannedSection, bar: int, onset: Onset) -> int:
        return self._start(section, bar) + int(onset.step * TICKS_PER_STEP)

    def _start(self, section: PlannedSection, bar: int) -> int:
        """First tick of a bar of a section."""
        return self.plan.bar_start(section.start_bar + bar)

    def _event(
        self,
        section: PlannedSection,
        bar: int,
        onset: Onset,
        pitch: int,
        syllable: SungSyllable | None,
    ) -> Event:
        strength = self.plan.grid_at(section.start_bar + bar).strength(int(onset.step))
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
        rng = stream(self.seed, section.uid, "lead", "ornament")
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

    # Material --------------------------------------------------------------------------

    def _key(self, section: PlannedSection) -> str:
        """Name of the idea a section uses; solos are new each time, outros look back."""
        if section.kind == "solo":
            return section.uid
        if section.kind in _LOOKING_BACK:
            main = next(
                (s for s in self.plan.sections if s.kind in ("verse", "head", "chorus")), section
            )
            return main.material
        return section.material

    def _material(self, section: PlannedSection, take: int, grid: Grid | None = None) -> Material:
        """Return the ideas of a section in a meter, that of its first bar without one."""
        grid = grid or self.plan.grid_at(section.start_bar)
        key = (self._key(section), take, grid, section.bpm)
        if key not in self._materials:
            rng = stream(self.seed, f"material:{key[0]}", "lead", f"motif:{take}")
            here = self.plan.within(section)
            here = here if here.grid == grid else replace(here, grid=grid)
            self._materials[key] = draw_material(
                rng,
                grid,
                family_of(here),
                section.kind,
                notes_per_bar(here, section.kind),
                thirds_of(here),
            )
        return self._materials[key]
