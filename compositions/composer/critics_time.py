"""Critics of meter and tempo where they change: measured at the sections of the song."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.composer.plan import PlannedSection
from compositions.composer.spec import MeterRequest, MusicSpec, TempoRequest
from compositions.composer.time_changes import places, tempos_of_sections
from compositions.score.document import Score, Section
from compositions.score.timeline import Timeline

Measured = tuple[float | None, str]
_NEAR = 0.02


def bars_between(timeline: Timeline, section: Section) -> int:
    """Return the bars of a section."""
    last = timeline.position(max(section.start, section.end - 1)).bar
    return last - timeline.position(section.start).bar + 1


def tempo_at_first(score: Score, spec: MusicSpec) -> float:
    """Return the tempo that was decided for the beginning: its section may have its own."""
    bpm = float(spec.tempo.value)
    return tempos_of_sections(_form(score), bpm, spec)[0] if score.sections else bpm


def meter_at_first(score: Score, spec: MusicSpec) -> tuple[int, ...]:
    """Return the meter that was decided for the beginning."""
    meter = tuple(spec.meter.value)
    for request in sorted(spec.meter_changes.value or (), key=lambda one: len(one.section.split())):
        if 0 in places(_form(score), request.section):
            meter = tuple(request.meters[0])
    return meter


def time_changes(score: Score, spec: MusicSpec) -> Measured:
    """Return the share of the asked changes of meter and tempo that are there."""
    form = _form(score)
    found: list[tuple[bool, str]] = []
    for change in spec.meter_changes.value or ():
        where = _ruled(spec.meter_changes.value, form, change)
        if not where and not places(form, change.section):
            found.append((False, f"meter of the {change.section}"))
        found += [(_in_meter(score, i, change), f"meter of {form[i].label}") for i in where]
    tempos: Sequence[TempoRequest] = spec.tempo_changes.value or ()
    for request in tempos:
        met = _in_tempo(score, form, spec, request)
        if met is not None:
            found.append((met, f"{request.change} {request.section}".strip()))
    if not found:
        return None, "no change of meter or tempo was asked for"
    missed = [name for met, name in found if not met]
    if missed:
        return 1.0 - len(missed) / len(found), f"not as asked: {', '.join(missed[:4])}"
    return 1.0, "meter and tempo change as asked"


def _ruled(
    requests: Sequence[MeterRequest], form: Sequence[PlannedSection], request: MeterRequest
) -> list[int]:
    """The sections for which a wish counts: one for a single section rules over it there."""
    nearer = {
        index
        for other in requests
        if len(other.section.split()) > len(request.section.split())
        for index in places(form, other.section)
    }
    return [index for index in places(form, request.section) if index not in nearer]


def _form(score: Score) -> list[PlannedSection]:
    """The sections of a score as those of a plan, for the places that they are called by."""
    timeline = Timeline(score)
    return [
        PlannedSection(
            index, section.kind, section.label, section.kind, 0,
            timeline.position(section.start).bar - 1, bars_between(timeline, section),
            section.energy, index == len(score.sections) - 1,
        )
        for index, section in enumerate(score.sections)
    ]  # fmt: skip


def _in_meter(score: Score, index: int, request: MeterRequest) -> bool:
    timeline, section = Timeline(score), score.sections[index]
    first = timeline.position(section.start).bar
    meters = [timeline.meter_at(timeline.bar_start(first + bar))
              for bar in range(bars_between(timeline, section))]  # fmt: skip
    return all(
        (meter.numerator, meter.denominator) == tuple(request.meters[bar % len(request.meters)])
        for bar, meter in enumerate(meters)
    )


def _in_tempo(
    score: Score, form: Sequence[PlannedSection], spec: MusicSpec, request: TempoRequest
) -> bool | None:
    """Whether a change of tempo is there, None for what the tempo map does not show."""
    timeline = Timeline(score)
    bends = any(
        one.change in ("accelerando", "ritardando") and not one.section
        for one in spec.tempo_changes.value or ()
    )
    if request.change == "feel" or (bends and request.change in ("to", "by")):
        return None
    where = places(form, request.section)
    if request.change in ("to", "by"):
        wanted = tempos_of_sections(form, float(spec.tempo.value), spec)
        starts = [(score.sections[index].start, wanted[index]) for index in where]
        return bool(starts) and all(
            abs(timeline.tempo_at(tick) / bpm - 1.0) <= _NEAR for tick, bpm in starts
        )
    if request.change in ("fermata", "steady") or request.section == "end":
        return _at_the_end(timeline, request)
    spans = [(score.sections[index].start, score.sections[index].end) for index in where]
    if not request.section and score.sections:
        spans = [(0, score.sections[-1].end)]
    return bool(spans) and all(_moves(score, timeline, request, *span) for span in spans)


def _moves(score: Score, timeline: Timeline, request: TempoRequest, start: int, end: int) -> bool:
    inside = [timeline.tempo_at(start)]
    inside += [change.bpm for change in score.tempos if start < change.tick < end]
    if request.change == "rubato":
        return len(inside) > 2 and max(inside) > min(inside)
    goal = max(inside) if request.change == "accelerando" else min(inside)
    right = goal > inside[0] if request.change == "accelerando" else goal < inside[0]
    reached = request.value is None or abs(goal / float(request.value) - 1.0) <= _NEAR
    return right and reached and len(inside) > 2


def _at_the_end(timeline: Timeline, request: TempoRequest) -> bool:
    last = timeline.bar_start(timeline.bar_count)
    before = timeline.tempo_at(timeline.bar_start(max(1, timeline.bar_count - 3)))
    reached = timeline.tempo_at(last)
    if request.change == "fermata":
        return reached <= 0.7 * timeline.tempo_at(max(0, last - 1))
    if request.change == "steady":
        return reached >= 0.97 * before
    if request.change == "accelerando":
        return reached > before
    return reached < 0.95 * before
