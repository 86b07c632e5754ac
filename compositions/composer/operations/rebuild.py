"""From a finished score back to the plan that the composer's writers need.

A score says key, meter, tempo, sections and chords; the style is the one it was made in
(``metadata["genre"]``) or a plain one. The writers count whole bars from tick 0, so a score is
planned in stretches of one key, which a bar that is cut short ends.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from compositions.composer.casting import Seat, make_part
from compositions.composer.events import Event
from compositions.composer.harmony import Changes, ChordSlot
from compositions.composer.operations.base import OperationError
from compositions.composer.operations.listening import guess_chords, role_of
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.regions import song_length
from compositions.composer.plan import PlannedSection, SongPlan, make_plan
from compositions.composer.rhythm import Grid, grid_for
from compositions.composer.roman import Harmony, roman_of
from compositions.composer.spec import MusicSpec, SectionRequest, Source
from compositions.composer.styles import DEFAULT_STYLE, Instrument, Style, instruments, styles
from compositions.score.document import KeyChange, Score, Section, Track, TrackRole
from compositions.score.harmony import canonical_quality, pitch_class
from compositions.score.performed import performed
from compositions.score.timeline import Timeline

_SILENT = ("intro", "breakdown")
_FREE_BARS = 8


@dataclass(frozen=True, slots=True)
class Stretch:
    """A planned part of a score from tick ``origin`` to ``end``; the plan counts from 0."""

    origin: int
    end: int
    plan: SongPlan
    changes: Changes


def style_of(score: Score) -> Style:
    """Return the style that a score was made in, or a plain one."""
    return styles().get(str(score.metadata.get("genre", ""))) or styles()[DEFAULT_STYLE]


def stretches(score: Score, seed: int, *, style: Style | None = None) -> list[Stretch]:
    """Return the plans of a score, one for each stretch of whole bars and one key.

    Raises :class:`OperationError` for a meter that the composer does not write.
    """
    end = song_length(score)
    if end == 0:
        raise OperationError("The song has no bars yet.")
    ticks = {0, end} | {key.tick for key in score.keys if key.tick < end}
    found = []
    timeline = Timeline(score)
    for origin, stop in pairwise(sorted(ticks)):
        while origin < stop:
            grids, reached = _bars(timeline, origin, stop)
            found.append(
                _stretch(score, timeline, seed, style or style_of(score), grids, origin, reached)
            )
            origin = reached
    return found


def _bars(timeline: Timeline, origin: int, stop: int) -> tuple[tuple[Grid, ...], int]:
    """Return the meters of the bars from a tick on, and where they end.

    They end where the next meter cuts a bar short, at the latest at ``stop``.
    """
    grids: list[Grid] = []
    tick = origin
    while tick < stop:
        meter = timeline.meter_at(tick)
        try:
            grid = grid_for(meter.numerator, meter.denominator)
        except ValueError as error:
            raise OperationError(f"The composer cannot write in this meter: {error}.") from error
        grids.append(grid)
        cut = timeline.meter_at(min(tick + grid.ticks, stop) - 1).tick
        if tick < cut:
            return tuple(grids), cut
        tick += grid.ticks
    return tuple(grids), stop


def _stretch(
    score: Score,
    timeline: Timeline,
    seed: int,
    style: Style,
    grids: tuple[Grid, ...],
    origin: int,
    stop: int,
) -> Stretch:
    bars, grid = len(grids), grids[0]
    key = key_at(score, origin)
    final = stop >= song_length(score)
    sections = _sections(score, timeline, grids, origin, last=final)
    if not final:  # the writers look ahead to what follows; its bar is not used
        ahead = _sections(score, timeline, _bars(timeline, stop, stop + 1)[0], stop, last=True)[0]
        ahead = replace(ahead, index=len(sections), start_bar=bars)
        sections, bars = (*sections, ahead), bars + 1
    if len({meter for section in sections for meter in section.meters}) == 1:
        sections = tuple(replace(section, meters=()) for section in sections)
    bpm = _tempo(timeline, origin)
    spec = MusicSpec()
    values = {
        "genre": style.name, "tonic": key.tonic, "mode": key.mode.value, "tempo": bpm,
        "meter": (grid.numerator, grid.denominator),
        "swing": swing_of(score, style), "bars": bars,
        "form": tuple(SectionRequest(s.kind, s.label, s.bars) for s in sections),
    }  # fmt: skip
    for name, value in values.items():
        spec = spec.with_value(name, value, Source.USER, 1.0)
    plan = make_plan(spec, seed, None)
    plan = replace(
        plan, tonic=key.tonic, mode=key.mode, sections=sections, ritardando=False, closing=False
    )
    return Stretch(origin, stop, plan, _changes(score, plan, key, origin, stop))


def _tempo(timeline: Timeline, tick: int) -> float:
    return min(240.0, max(40.0, timeline.tempo_at(tick)))


def _sections(
    score: Score, timeline: Timeline, grids: tuple[Grid, ...], origin: int, *, last: bool
) -> tuple[PlannedSection, ...]:
    """Return the sections of a stretch in whole bars; what no section covers gets its own."""
    owners: list[Section | None] = []
    starts = list(accumulate((grid.ticks for grid in grids), initial=origin))
    for start, grid in zip(starts, grids, strict=False):
        middle = start + grid.ticks // 2
        owners.append(next((s for s in score.sections if s.start <= middle < s.end), None))
    home = _tempo(timeline, origin)
    groups: list[tuple[Section | None, int, int]] = []
    for bar, owner in enumerate(owners):
        if groups and groups[-1][0] is owner and (owner or bar - groups[-1][1] < _FREE_BARS):
            groups[-1] = (owner, groups[-1][1], groups[-1][2] + 1)
        else:
            groups.append((owner, bar, 1))
    seen: dict[str, int] = {}
    planned = []
    for index, (owner, start, count) in enumerate(groups):
        kind = (owner.kind or "section").lower() if owner else "verse"
        kind = "verse" if kind == "section" else kind.replace("-", "_")
        occurrence = seen.get(kind, 0)
        seen[kind] = occurrence + 1
        bpm = _tempo(timeline, starts[start])
        planned.append(
            PlannedSection(
                index=index,
                kind=kind,
                label=owner.label if owner else "",
                material=kind,
                occurrence=occurrence,
                start_bar=start,
                bars=count,
                energy=round(min(1.0, max(0.12, owner.energy if owner else 0.55)), 3),
                last=last and index == len(groups) - 1,
                meters=grids[start : start + count],
                bpm=0.0 if bpm == home else bpm,
            )
        )
    return tuple(planned)


def _changes(score: Score, plan: SongPlan, key: KeyChange, origin: int, stop: int) -> Changes:
    """Return the chords of a stretch bar by bar; where none is written they are guessed."""
    chords = [chord for chord in score.chords if chord.end > origin and chord.start < stop]
    written = [
        (max(0, c.start - origin), c.end - origin, Harmony(
            pitch_class(c.root), canonical_quality(c.quality),
            c.roman or roman_of(
                pitch_class(c.root), canonical_quality(c.quality), pitch_class(key.tonic), key.mode
            ),
            pitch_class(c.bass) if c.bass else None,
        ))
        for c in chords
    ]  # fmt: skip
    guessed: list[Harmony] = []
    if not written:
        starts = [origin + plan.bar_start(bar) for bar in range(plan.bars)]
        guessed = guess_chords(score, key, starts, plan.grid.ticks)
    slots: list[ChordSlot] = []
    sounding = written[0][2] if written else None
    for bar in range(plan.bars):
        low, high = plan.bar_start(bar), plan.bar_start(bar + 1)
        inside = [(max(low, a), harmony) for a, b, harmony in written if a < high and b > low]
        if not inside or inside[0][0] > low:
            first = guessed[bar] if guessed else sounding
            if first is not None:
                inside.insert(0, (low, first))
        bounds = [tick for tick, _ in inside[1:]] + [high]
        for (tick, harmony), end in zip(inside, bounds, strict=True):
            if end > tick:
                slots.append(ChordSlot(tick, end - tick, bar, harmony))
            sounding = harmony
    return Changes(tuple(slots), ("",) * len(plan.sections))


def swing_of(score: Score, style: Style) -> float:
    """Return the swing that is heard in the score: the usual place of its off-beats.

    Off-beat onsets of all tracks are looked at; with fewer than 16 of them it is the style's.
    """
    pair = 480 if style.swing_unit == 8 else 240
    places = [
        note.start % pair / pair
        for track in performed(score).tracks
        for note in track.notes
        if 0.4 <= note.start % pair / pair <= 0.78
    ]
    if len(places) < 16:
        return style.swing_ratio
    ratio = round(statistics.median(places), 2)
    return 0.5 if ratio < 0.54 else min(0.75, ratio)


def instrument_of(track: Track) -> Instrument:
    """Return the instrument of a track: by its name, else by its program."""
    fitting = [
        entry
        for entry in instruments().values()
        if entry.percussion == track.percussion and entry.program == track.program
    ]
    # A sound of our own is nearest to its General MIDI relative, but it is another one.
    fitting = [entry for entry in fitting if entry.bank == track.bank] or fitting
    named = [entry for entry in fitting if track.name.lower().startswith(entry.name.lower())]
    if named or fitting:
        return (named or fitting)[0]
    base = instruments()["Drums" if track.percussion else "Piano"]
    return replace(base, name=track.name or base.name, program=track.program, bank=track.bank)


def seat_of(track: Track, style: Style) -> Seat:
    """Return the seat of a track in the band of a style.

    Raises :class:`OperationError` for a track that the composer has no part for.
    """
    instrument = instrument_of(track)
    role = role_of(track)
    if role in (TrackRole.EFFECTS, TrackRole.OTHER):
        raise OperationError(f"The composer does not know what to write for “{track.name}”.")
    name = "chords" if role is TrackRole.HARMONY else role.value
    if name == "drums" and not track.percussion:
        name = "chords"
    for part in style.parts:
        if part.role == name and instrument.name in part.instruments:
            return Seat(replace(part, enter=0.0), instrument, True)
    return Seat(replace(make_part(name, instrument), enter=0.0), instrument, True)


def lead_events(score: Score, stretch: Stretch, without: str) -> dict[str, dict[int, list[Event]]]:
    """Return the melody that is there, by section, for parts that keep out of its way."""
    found: dict[int, list[Event]] = {}
    for track in score.tracks:
        if track.id == without or role_of(track) not in (TrackRole.LEAD, TrackRole.VOCAL):
            continue
        for note in track.notes:
            if not stretch.origin <= note.start < stretch.end:
                continue
            bar = stretch.plan.bar_at(note.start - stretch.origin)
            section = stretch.plan.section_at(min(bar, stretch.plan.bars - 1))
            found.setdefault(section.index, []).append(
                Event(note.start - stretch.origin, note.duration, note.pitch, note.velocity)
            )
    return {"lead": found} if found else {}


def is_silent(section: PlannedSection) -> bool:
    """Whether a melody usually rests in a section."""
    return section.kind in _SILENT
