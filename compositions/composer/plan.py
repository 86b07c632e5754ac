"""The plan of a song: key, tempo, bars and sections with their energy."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from compositions.composer.form import (
    FormSection,
    choose_form,
    fixed_bars,
    share_bars,
)
from compositions.composer.lyrics import LyricSection, LyricSheet, form_of, sized_form
from compositions.composer.meter_map import MeterMap
from compositions.composer.plan_length import fitted, length_of
from compositions.composer.resolve import resolve_spec
from compositions.composer.rhythm import Grid, grid_for
from compositions.composer.seeds import stream
from compositions.composer.spec import MusicSpec, SectionRequest, Source
from compositions.composer.styles import Style
from compositions.composer.time_changes import (
    RITARDANDO_BARS,
    extra_quarters,
    tempo_map,
    timed,
    wanted_kinds,
)
from compositions.composer.tonality import LocalKey, with_keys
from compositions.score.document import Mode
from compositions.score.harmony import pitch_class


@dataclass(frozen=True, slots=True)
class PlannedSection:
    """A section on the time line.

    ``material`` names the musical idea (two verses share one), ``occurrence`` counts
    its returns from 0, ``start_bar`` counts from 0, ``energy`` is 0..1. ``tonic`` and
    ``mode`` are the key of the section where it leaves that of the song. ``meters`` are those
    of its bars, in turn: all sections of a song name them, or none does and all are in its
    meter. ``bpm`` is its own tempo, 0 that of the song; ``pace`` is 0.5 where the band plays
    in half-time and 2 in double-time, at the same tempo.
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
    meters: tuple[Grid, ...] = ()
    bpm: float = 0.0
    pace: float = 1.0

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
    bar_map: MeterMap = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        grids = [
            section.meters[bar % len(section.meters)]
            for section in self.sections
            if section.meters
            for bar in range(section.bars)
        ]
        object.__setattr__(self, "bar_map", MeterMap(self.grid, grids))

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
        """Return the plan as a section sees it: its key, meter and tempo as the song's."""
        grid = section.meters[0] if section.meters else self.grid
        bpm = section.bpm or self.bpm
        if not section.tonic and grid == self.grid and bpm == self.bpm:
            return self
        key = self.key_of(section)
        return replace(self, tonic=key.tonic, mode=key.mode, grid=grid, bpm=bpm)

    def bar_start(self, bar: int) -> int:
        """First tick of a bar (from 0)."""
        return self.bar_map.start(bar)

    def bar_at(self, tick: int) -> int:
        """The bar (from 0) that holds a tick."""
        return self.bar_map.bar(tick)

    def grid_at(self, bar: int) -> Grid:
        """The meter of a bar."""
        return self.bar_map.grid(bar)

    def ticks_of(self, section: PlannedSection) -> tuple[int, int]:
        """First tick of a section, and the first one behind it."""
        first = section.start_bar
        return self.bar_map.start(first), self.bar_map.start(first + section.bars)

    @property
    def end(self) -> int:
        """First tick after the song."""
        return self.bar_map.start(self.bars)

    @property
    def key_changes(self) -> tuple[tuple[int, LocalKey], ...]:
        """The key map as (tick, key): the key of the song and each change."""
        changes = [(0, self.key_of(self.sections[0]))]
        for section in self.sections[1:]:
            key = self.key_of(section)
            if key != changes[-1][1]:
                changes.append((self.bar_start(section.start_bar), key))
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
        """Tempo map as (tick, bpm): the tempo, its changes, and the ritardando at the end."""
        return tempo_map(self)


def make_plan(spec: MusicSpec, seed: int, sheet: LyricSheet | None) -> SongPlan:
    """Decide key, tempo, bars and sections. Raises ``ValueError`` for a bad meter."""
    spec, style = resolve_spec(spec, seed)
    grid = grid_for(*spec.meter.value)
    form: tuple[SectionRequest, ...] | None = spec.form.value
    if not form and sheet is not None:
        form = form_of(sheet, style, grid, float(spec.tempo.value))
        form = _sized_in_time((None,) * len(form), form, sheet, spec, style, grid)
        if spec.bars.value or spec.seconds.value:  # the asked length rules: share it out
            form = tuple(replace(item, bars=None) for item in form)
            bars = spec.bars.value or float(spec.seconds.value) * float(spec.tempo.value) / (
                60.0 * grid.quarters
            )
            if bars < 4 * len(form):
                form = tuple(item for item in form if item.kind not in ("intro", "outro"))
    elif form and sheet is not None and not (spec.bars.value or spec.seconds.value):
        counts = tuple(item.bars for item in form)
        form = sized_form(form, sheet, grid, float(spec.tempo.value))
        form = _sized_in_time(counts, form, sheet, spec, style, grid)
    ending = _ending(spec, stream(seed, style.name, "plan", "ending").choice(style.ending.split()))
    ritardando = ending == "ritardando"
    extra = extra_quarters(grid) if ritardando else 0.0
    spec, bars, exact = length_of(spec, style, grid, form, extra)

    def build(
        spec: MusicSpec, bars: int, form: tuple[SectionRequest, ...] | None = form
    ) -> SongPlan:
        return _planned(spec, style, seed, grid, form, sheet, ending, bars, exact=exact)

    plan = build(spec, bars)
    if (
        spec.seconds.value
        and not spec.bars.value
        and (spec.meter_changes.value or spec.tempo_changes.value)
    ):
        plan = fitted(plan, build, form)
    return plan


def _ending(spec: MusicSpec, usual: str) -> str:
    """Return how the song ends: as its style does, unless a direction says otherwise."""
    requests = spec.tempo_changes.value or ()
    asked = {one.change for one in requests if one.section == "end"}
    asked |= {"steady" for one in requests if one.change == "accelerando" and not one.section}
    if "ritardando" in asked:
        return "ritardando"
    if "fermata" in asked or (usual == "ritardando" and asked & {"steady", "accelerando"}):
        return "ring"
    return usual


def _sized_in_time(
    asked: tuple[int | None, ...],
    form: tuple[SectionRequest, ...],
    sheet: LyricSheet,
    spec: MusicSpec,
    style: Style,
    grid: Grid,
) -> tuple[SectionRequest, ...]:
    """Return a form whose sections have the bars that their words need in their own meter.

    ``asked`` are the bars that the musician named.
    """
    bpm = float(spec.tempo.value)
    bare = tuple(replace(item, bars=None) for item in form)
    sections = [FormSection(item.kind, item.label, item.kind, item.bars or 1) for item in form]
    here = timed(_place(sections, style, spec), grid, bpm, spec)
    sized = []
    for item, section, count in zip(form, here, asked, strict=True):
        own, tempo = section.meters[0] if section.meters else grid, section.bpm or bpm
        if (own, tempo) != (grid, bpm) and not count:
            bars = sized_form(bare, sheet, own, tempo)[section.index].bars
            item = replace(item, bars=bars or item.bars)
        sized.append(item)
    return tuple(sized)


def _planned(
    spec: MusicSpec,
    style: Style,
    seed: int,
    grid: Grid,
    form: tuple[SectionRequest, ...] | None,
    sheet: LyricSheet | None,
    ending: str,
    bars: int,
    *,
    exact: bool,
) -> SongPlan:
    """Return the plan of a song of so many bars."""
    wanted = [request.section for request in spec.key_changes.value or ()]
    sections = (
        share_bars(style, list(form), bars)
        if form
        else choose_form(
            style, bars, exact, stream(seed, style.name, "plan", "form"), wanted, wanted_kinds(spec)
        )
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
        timed(planned, grid, float(spec.tempo.value), spec),
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
        ritardando=ending == "ritardando" and total >= 2 * RITARDANDO_BARS,
        closing=closing,
        sheet=sheet,
        ending=ending,
    )


def _source(asked: bool, entry: object) -> tuple[Source, float]:
    source: Source = getattr(entry, "source", Source.STYLE)
    confidence: float = getattr(entry, "confidence", 0.5)
    return (source, confidence) if asked else (Source.STYLE, 0.5)


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
