"""Chords for every bar: progressions of the style with cadences, or the musician's own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from compositions.composer.cadences import HarmonicPhrase, phrases_of
from compositions.composer.grammar import Bars
from compositions.composer.leaning import model_of
from compositions.composer.plan import PlannedSection, SongPlan
from compositions.composer.progressions import ProgressionWriter, tonic_of
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.roman import Harmony, resolve, transposed


@dataclass(frozen=True, slots=True)
class ChordSlot:
    """A chord on the time line: ``start`` and ``duration`` in ticks, its bar from 0."""

    start: int
    duration: int
    bar: int
    harmony: Harmony

    @property
    def end(self) -> int:
        """First tick after the chord."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Changes:
    """The chords of a song with the cadence that closes each section, and its phrases.

    Chords that were read from a finished score have no phrases.
    """

    slots: tuple[ChordSlot, ...]
    cadences: tuple[str, ...]
    phrases: tuple[HarmonicPhrase, ...] = ()

    def ending_at(self, bar: int) -> str:
        """Return "open" or "closed" where a phrase ends with a bar, "" inside phrases."""
        for phrase in self.phrases:
            if phrase.start_bar + phrase.bars - 1 == bar:
                return phrase.ending
        return ""

    def at_home(self, plan: SongPlan) -> Changes:
        """Return the chords as if every section were in the key of the song.

        Only sections in a key of the same mode move: their tune is that of the home key.
        """
        steps = {s.index: plan.lift_of(s) for s in plan.sections}
        if not any(steps.values()):
            return self
        moved = [
            replace(slot, harmony=transposed(slot.harmony, -steps[plan.section_at(slot.bar).index]))
            for slot in self.slots
        ]
        return replace(self, slots=tuple(moved))

    def phrases_in(self, section: PlannedSection) -> tuple[HarmonicPhrase, ...]:
        """Return the phrases of a section in their order."""
        end = section.start_bar + section.bars
        return tuple(p for p in self.phrases if section.start_bar <= p.start_bar < end)

    def at(self, tick: int) -> ChordSlot:
        """Return the chord that sounds at a tick (the last one beyond the end)."""
        low, high = 0, len(self.slots) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.slots[middle].start <= tick:
                low = middle
            else:
                high = middle - 1
        return self.slots[low]


def make_changes(plan: SongPlan, attempt: int = 0) -> Changes:
    """Write the chords of the whole song.

    ``attempt`` chooses other progressions for the same seed, plainer each time, for the case
    that a first choice leaves the key unclear.
    """
    slots: list[ChordSlot] = []
    cadences: list[str] = []
    phrases: list[HarmonicPhrase] = []
    asked = _asked_chords(plan)
    writer = ProgressionWriter(plan, attempt)
    for section in plan.sections:
        here = plan.within(section)
        own = asked.get(section.kind) or asked.get("")
        own = own or asked.get(model_of(plan, section).kind)
        if own:
            bars = [_moved(plan, here, own[bar % len(own)]) for bar in range(section.bars)]
            if section.last and plan.closing:
                bars[-1] = [tonic_of(here)]
        else:
            bars = writer.bars(section)
            writer.close(section, bars)
        over = not section.last and plan.key_of(plan.sections[section.index + 1]) != plan.key_of(
            section
        )
        found = phrases_of(section.start_bar, bars, plan.key_of(section), last=section.last)
        if over and not own:
            found = (*found[:-1], replace(found[-1], cadence="modulating", ending="open"))
        phrases += found
        rolls = plan.style.cadence == "none" and found[-1].cadence == "open"
        cadences.append("as asked" if own else "loop" if rolls else found[-1].cadence)
        for index, bar in enumerate(bars):
            slots += _spread(plan, section.start_bar + index, bar)
    return Changes(tuple(slots), tuple(cadences), tuple(phrases))


def _asked_chords(plan: SongPlan) -> dict[str, Bars]:
    found: dict[str, Bars] = {}
    for kind, bars in (plan.spec.chords.value or {}).items():
        found[kind] = [[resolve(text, plan.tonic_class, plan.mode) for text in bar] for bar in bars]
    return found


def _moved(plan: SongPlan, here: SongPlan, bar: list[Harmony]) -> list[Harmony]:
    """Return asked chords in the key of a section: a change of key moves them along."""
    step = here.tonic_class - plan.tonic_class
    return [transposed(harmony, step) for harmony in bar]


def _spread(plan: SongPlan, bar: int, chords: list[Harmony]) -> list[ChordSlot]:
    """Place the chords of a bar on its beats."""
    grid = plan.grid_at(bar)
    starts = grid.starts
    if len(chords) == 2:
        places = [0, grid.middle]
    else:
        places = [
            starts[len(starts) * i // len(chords)] for i in range(min(len(chords), len(starts)))
        ]
    places = sorted(set(places))
    ends = [*places[1:], grid.steps]
    origin = plan.bar_start(bar)
    return [
        ChordSlot(
            origin + place * TICKS_PER_STEP, (end - place) * TICKS_PER_STEP, bar, replace(chord)
        )
        for place, end, chord in zip(places, ends, chords, strict=False)
    ]
