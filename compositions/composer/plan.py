"""The plan of a song: key, tempo, bars and sections with their energy."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from compositions.composer.form import (
    FormSection,
    choose_form,
    fixed_bars,
    natural_bars,
    share_bars,
)
from compositions.composer.lyrics import LyricSection, LyricSheet, form_of, sized_form
from compositions.composer.resolve import DEFAULT_SECONDS, resolve_spec
from compositions.composer.rhythm import TICKS_PER_STEP, Grid, grid_for
from compositions.composer.seeds import stream
from compositions.composer.spec import MusicSpec, SectionRequest, Source
from compositions.composer.styles import Style
from compositions.composer.tonality import LocalKey, with_keys
from compositions.score.document import Mode
from compositions.score.harmony import pitch_class

_RITARDANDO_BARS = 2
_RITARDANDO_END = 0.78


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section on the time line.

    ``material`` names the musical idea (two verses share one), ``occurrence`` counts
    its returns from 0, ``start_bar`` counts from 0, ``energy`` is 0..1. ``tonic`` and
    ``mode`` are the key of the section where it leaves that of the song.
    """

    index: int
    kind: str
    label: str
    material: str
    occurrence: int
    start_bar: int
    bars: int
    energy: float
    last: bool
    tonic: str = ""
    mode: Mode | None = None

    @property
    def uid(self) -> str:
        """Stable name of this section for sub-seeds."""
        return f"{self.index}:{self.material}"


@dataclass(frozen=True, slots=True)
class SongPlan:
    """Everything that is decided before a note is written.

    ``closing`` adds a tonic bar after the loop of asked chords. ``ending`` is "ritardando",
    "ring" (the last chord is held), "cold" (a short last chord) or "fade".
    """

    spec: MusicSpec
    style: Style
    seed: int
    grid: Grid
    bpm: float
    tonic: str
    mode: Mode
    sections: tuple[PlannedSection, ...]
    ritardando: bool
    closing: bool
    sheet: LyricSheet | None
    ending: str = "ring"

    @property
    def bars(self) -> int:
        """Bars of the song."""
        return sum(section.bars for section in self.sections)

    @property
    def words(self) -> list[LyricSection | None]:
        """The words of each section, None for those without."""
        if self.sheet is None:
            return [None] * len(self.sections)
        return self.sheet.for_form([section.kind for section in self.sections])

    @property
    def tonic_class(self) -> int:
        """Pitch class of the tonic."""
        return pitch_class(self.tonic)

    def key_of(self, section: PlannedSection) -> LocalKey:
        """Return the key that a section is in."""
        return LocalKey(section.tonic or self.tonic, section.mode or self.mode)

    def lift_of(self, section: PlannedSection) -> int:
        """Semitones, -5 to 6, by which a section lies off the song's key in its own mode.

        0 at home, and for a key of another mode, which is no lift of the same music.
        """
        key = self.key_of(section)
        if key.mode is not self.mode:
            return 0
        return (key.tonic_class - self.tonic_class + 5) % 12 - 5

    def within(self, section: PlannedSection) -> SongPlan:
        """Return the plan as a section sees it: with its own key as the key."""
        if not section.tonic:
            return self
        key = self.key_of(section)
        return replace(self, tonic=key.tonic, mode=key.mode)

    @property
    def key_changes(self) -> tuple[tuple[int, LocalKey], ...]:
        """The key map as (tick, key): the key of the song and each change."""
        changes = [(0, self.key_of(self.sections[0]))]
        for section in self.sections[1:]:
            key = self.key_of(section)
            if key != changes[-1][1]:
                changes.append((section.start_bar * self.grid.ticks, key))
        return tuple(changes)

    def at_home(self) -> SongPlan:
        """Return the plan without changes of key."""
        sections = tuple(replace(section, tonic="", mode=None) for section in self.sections)
        return replace(self, sections=sections)

    def section_at(self, bar: int) -> PlannedSection:
        """Return the section that holds a bar (from 0)."""
        for section in self.sections:
            if section.start_bar <= bar < section.start_bar + section.bars:
                return section
        raise IndexError(bar)

    @property
    def tempo_changes(self) -> tuple[tuple[int, float], ...]:
        """Tempo map as (tick, bpm): the tempo, and the ritardando at the end."""
        changes = [(0, self.bpm)]
        if self.ritardando:
            first = (self.bars - _RITARDANDO_BARS) * self.grid.ticks
            changes += [
                (first + tick, round(max(20.0, self.bpm * factor), 2))
                for tick, factor in _slowing(self.grid)
            ]
        return tuple(changes)


def _slowing(grid: Grid) -> list[tuple[int, float]]:
    """(tick, factor) for the beats of the last bars; the final bar keeps the last tempo."""
    starts = [
        bar * grid.ticks + start * TICKS_PER_STEP
        for bar in range(_RITARDANDO_BARS - 1)
        for start in grid.starts
    ]
    starts.append((_RITARDANDO_BARS - 1) * grid.ticks)
    count = len(starts)
    return [
        (tick, 1.0 - (1.0 - _RITARDANDO_END) * (index + 1) / count)
        for index, tick in enumerate(starts)
    ]


def _extra_quarters(grid: Grid) -> float:
    """Quarter notes of time that the ritardando adds at the plain tempo."""
    slowing = [*_slowing(grid), (_RITARDANDO_BARS * grid.ticks, 1.0)]
    extra = 0.0
    for (tick, factor), (following, _) in itertools.pairwise(slowing):
        extra += (following - tick) / 480 * (1.0 / factor - 1.0)
    return extra


def make_plan(spec: MusicSpec, seed: int, sheet: LyricSheet | None) -> SongPlan:
    """Decide key, tempo, bars and sections. Raises ``ValueError`` for a bad meter."""
    spec, style = resolve_spec(spec, seed)
    grid = grid_for(*spec.meter.value)
    form: tuple[SectionRequest, ...] | None = spec.form.value
    if not form and sheet is not None:
        form = form_of(sheet, style, grid, float(spec.tempo.value))
        if spec.bars.value or spec.seconds.value:  # the asked length rules: share it out
            form = tuple(replace(item, bars=None) for item in form)
            bars = spec.bars.value or float(spec.seconds.value) * float(spec.tempo.value) / (
                60.0 * grid.quarters
            )
            if bars < 4 * len(form):
                form = tuple(item for item in form if item.kind not in ("intro", "outro"))
    elif form and sheet is not None and not (spec.bars.value or spec.seconds.value):
        form = sized_form(form, sheet, grid, float(spec.tempo.value))
    ending = stream(seed, style.name, "plan", "ending").choice(style.ending.split())
    ritardando = ending == "ritardando"
    extra = _extra_quarters(grid) if ritardando else 0.0
    spec, bars, exact = _length(spec, style, grid, form, extra)
    wanted = [request.section for request in spec.key_changes.value or ()]
    sections = (
        share_bars(style, list(form), bars)
        if form
        else choose_form(style, bars, exact, stream(seed, style.name, "plan", "form"), wanted)
    )
    # Asked chords run in a loop: one more bar brings them home, unless the length is fixed.
    closing = bool(spec.chords.value) and not (
        spec.bars.asked or spec.seconds.asked or (form and fixed_bars(form) is not None)
    )
    if closing:
        sections[-1] = replace(sections[-1], bars=sections[-1].bars + 1)
    total = sum(section.bars for section in sections)
    planned = _place(sections, style, spec)
    planned = with_keys(
        planned,
        LocalKey(spec.tonic.value, Mode(spec.mode.value)),
        style,
        spec.key_changes.value,
        stream(seed, style.name, "plan", "keys"),
        chords_given=bool(spec.chords.value),
    )
    spec = spec.with_value("bars", total, *_source(spec.bars.asked, spec.bars))
    requests = tuple(SectionRequest(s.kind, s.label, s.bars) for s in sections)
    spec = spec.with_value("form", requests, *_source(spec.form.asked, spec.form))
    return SongPlan(
        spec=spec,
        style=style,
        seed=seed,
        grid=grid,
        bpm=float(spec.tempo.value),
        tonic=spec.tonic.value,
        mode=Mode(spec.mode.value),
        sections=planned,
        ritardando=ritardando and total >= 2 * _RITARDANDO_BARS,
        closing=closing,
        sheet=sheet,
        ending=ending,
    )


def _source(asked: bool, entry: object) -> tuple[Source, float]:
    source: Source = getattr(entry, "source", Source.STYLE)
    confidence: float = getattr(entry, "confidence", 0.5)
    return (source, confidence) if asked else (Source.STYLE, 0.5)


def _length(
    spec: MusicSpec,
    style: Style,
    grid: Grid,
    form: tuple[SectionRequest, ...] | None,
    extra: float,
) -> tuple[MusicSpec, int, bool]:
    """Return (spec with its final tempo, bars, whether the bars must be met exactly)."""
    if spec.bars.value:
        return spec, int(spec.bars.value), True
    bpm = float(spec.tempo.value)
    if form and (count := fixed_bars(form)) is not None:
        if spec.seconds.value and not _tempo_fixed(spec):
            # Bars and seconds are both asked for: the open tempo makes them meet.
            wanted = (count * grid.quarters + extra) * 60.0 / float(spec.seconds.value)
            wanted = min(240.0, max(40.0, wanted))
            spec = spec.with_value("tempo", round(wanted, 2), Source.DEFAULT, 0.5)
        return spec, count, True
    if spec.seconds.value:
        seconds = float(spec.seconds.value)
        if not _tempo_fixed(spec):
            bpm = _tempo_for_length(bpm, seconds, grid, extra, spec.tempo_range.value)
            spec = replace(spec, tempo=replace(spec.tempo, value=bpm))
        return spec, _bars_for(seconds, bpm, grid, extra), True
    if form:
        return spec, natural_bars(style, form), True
    return spec, max(4, _bars_for(DEFAULT_SECONDS, bpm, grid, extra)), False


def _tempo_fixed(spec: MusicSpec) -> bool:
    """Whether a number was asked for; a word ("fast") leaves a range to choose from."""
    return spec.tempo.asked and (spec.tempo.confidence >= 0.8 or not spec.tempo_range.value)


def _bars_for(seconds: float, bpm: float, grid: Grid, extra: float) -> int:
    bars = round((seconds * bpm / 60.0 - extra) / grid.quarters)
    if bars < 2 * _RITARDANDO_BARS:  # too short to slow down
        bars = round(seconds * bpm / 60.0 / grid.quarters)
    return max(1, bars)


def _tempo_for_length(
    bpm: float, seconds: float, grid: Grid, extra: float, allowed: tuple[float, float] | None
) -> float:
    """A tempo near ``bpm`` (inside ``allowed``) at which a multiple of four bars fits."""
    best: tuple[float, float] | None = None
    low, high = allowed or (40.0, 300.0)
    for candidate in range(max(40, round(bpm) - 6), round(bpm) + 7):
        if not low <= candidate <= high:
            continue
        bars = max(4, 4 * round((seconds * candidate / 60.0 - extra) / grid.quarters / 4))
        actual = (bars * grid.quarters + extra) * 60.0 / candidate
        error = abs(actual - seconds)
        if error < grid.quarters * 60.0 / candidate * 0.5:
            cost = error + 0.1 * abs(candidate - bpm)
            if best is None or cost < best[0]:
                best = (cost, float(candidate))
    return best[1] if best else bpm


def _place(
    sections: list[FormSection], style: Style, spec: MusicSpec
) -> tuple[PlannedSection, ...]:
    shift = (float(spec.energy.value) - 0.5) * 0.5
    counts: dict[str, int] = {}
    totals: dict[str, int] = {}
    for section in sections:
        totals[section.material] = totals.get(section.material, 0) + 1
    placed = []
    bar = 0
    for index, section in enumerate(sections):
        occurrence = counts.get(section.material, 0)
        counts[section.material] = occurrence + 1
        energy = float(style.energy.get(section.kind, 0.55)) + shift
        # Returns grow: the last chorus is the top of the song.
        if totals[section.material] > 1:
            energy += 0.12 * occurrence / (totals[section.material] - 1) - 0.04
        placed.append(
            PlannedSection(
                index=index,
                kind=section.kind,
                label=section.label,
                material=section.material,
                occurrence=occurrence,
                start_bar=bar,
                bars=section.bars,
                energy=round(min(1.0, max(0.12, energy)), 3),
                last=index == len(sections) - 1,
            )
        )
        bar += section.bars
    return tuple(placed)
