"""Operations on the form: repeat, extend, remove and move sections, and go on writing."""

from __future__ import annotations

from dataclasses import replace

from compositions.composer.harmony import make_changes
from compositions.composer.operations import readers
from compositions.composer.operations.base import OperationError, Task, operation
from compositions.composer.operations.infill import rewrite
from compositions.composer.operations.listening import role_of
from compositions.composer.operations.montage import Piece, assemble
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.places import kind_of
from compositions.composer.operations.rebuild import seat_of, stretches, style_of
from compositions.composer.operations.regions import Span, song_length
from compositions.composer.seeds import sub_seed
from compositions.score.document import Chord, Score, Section, Track, TrackRole
from compositions.score.harmony import spell
from compositions.score.timeline import Timeline

_FOLLOWS = {
    "intro": "verse", "verse": "chorus", "pre_chorus": "chorus", "chorus": "verse",
    "bridge": "chorus", "solo": "chorus", "interlude": "verse", "head": "solo",
    "breakdown": "build", "build": "drop", "drop": "breakdown", "outro": "outro",
}  # fmt: skip
_ENERGY = {"intro": 0.35, "verse": 0.5, "chorus": 0.8, "bridge": 0.6, "outro": 0.4, "solo": 0.7,
           "drop": 0.95, "breakdown": 0.35, "build": 0.6}  # fmt: skip


def _no_tracks(task: Task) -> None:
    if task.scope.tracks:
        raise OperationError("The form belongs to all tracks; choose sections or bars.")


def _one_span(task: Task) -> Span:
    """Return the one stretch that is meant, in bars that the song has."""
    _no_tracks(task)
    if task.region.whole_time:
        raise OperationError("Say which section or which bars.")
    spans = task.region.finite
    if len(spans) != 1:
        raise OperationError("This works on one section, or on bars in a row, at a time.")
    return spans[0]


@operation("repeat", "Play a section once more (or more often)", times=readers.integer(1, 8))
def repeat(task: Task, times: int = 1) -> Score:
    """Put copies of the stretch behind it; what follows moves on."""
    span = _one_span(task)
    end = max(span.end, song_length(task.score))
    return assemble(
        task,
        task.score,
        [
            Piece(0, span.end),
            *[Piece(span.start, span.end, copy=True)] * times,
            Piece(span.end, end),
        ],
    )


@operation("remove_section", "Take a section or bars out; what follows moves up")
def remove_section(task: Task) -> Score:
    """Cut the stretches of the scope out of the song."""
    _no_tracks(task)
    if task.region.whole_time:
        raise OperationError("Say which section or which bars shall go.")
    end = song_length(task.score)
    pieces, at = [], 0
    for span in task.region.finite:
        pieces.append(Piece(at, span.start))
        at = span.end
    pieces.append(Piece(at, max(at, end)))
    if sum(piece.length for piece in pieces) <= 0:
        raise OperationError("That would leave nothing of the song.")
    return assemble(task, task.score, pieces)


@operation(
    "move",
    "Move a section to the start, to the end, or before or behind another",
    where=readers.choice("before", "after", "start", "end"),
    target=readers.text,
)
def move(task: Task, where: str = "end", target: str = "") -> Score:
    """Cut the stretch out and put it in elsewhere; ``target`` is the id of a section."""
    span = _one_span(task)
    end = max(span.end, song_length(task.score))
    if where in ("before", "after"):
        found = next((s for s in task.score.sections if s.id == target), None)
        if found is None:
            raise OperationError("Say before or behind which section.")
        place = found.start if where == "before" else found.end
    else:
        place = 0 if where == "start" else end
    if span.start <= place <= span.end:
        raise OperationError("It is there already.")
    here = Piece(span.start, span.end)
    if place < span.start:
        pieces = [Piece(0, place), here, Piece(place, span.start), Piece(span.end, end)]
    else:
        pieces = [Piece(0, span.start), Piece(span.end, place), here, Piece(place, end)]
    return assemble(task, task.score, pieces)


@operation(
    "extend", "Make a section longer by bars that go on with it", bars=readers.integer(1, 64)
)
def extend(task: Task, bars: int = 4) -> Score:
    """Add bars at the end of a section: its chords go on, and its tune is taken further.

    The bars that were there stay as they are; what follows moves on.
    """
    span = _one_span(task)
    timeline = Timeline(task.score)
    starts = [tick for tick in timeline.bar_starts() if tick in span] or [span.start]
    edges = [*starts, span.end]
    count = len(starts)
    # The chords run in circles: the new bars begin where the section began.
    order = [(count - bars % count + index) % count for index in range(bars)]
    copies = [Piece(edges[i], edges[i + 1], copy=True, joins=True) for i in order]
    end = max(span.end, song_length(task.score))
    score = assemble(task, task.score, [Piece(0, span.end), *copies, Piece(span.end, end)])
    added = sum(piece.length for piece in copies)
    leads = [t for t in score.tracks if _can_be_written(t, score) and _melodic(t)]
    if not leads:
        return score
    return rewrite(task, score, leads, [Span(span.end, span.end + added)], name="extend")


def _melodic(track: Track) -> bool:
    return role_of(track) in (TrackRole.LEAD, TrackRole.COUNTER_MELODY) and not track.locked


def _can_be_written(track: Track, score: Score) -> bool:
    try:
        seat_of(track, style_of(score))
    except OperationError:
        return False
    return not track.locked


@operation(
    "continue",
    "Write a new section at the end of the song, or before its beginning",
    bars=readers.integer(1, 64),
    kind=readers.text,
    where=readers.choice("after", "before"),
)
def continue_song(task: Task, bars: int = 0, kind: str = "", where: str = "after") -> Score:
    """Write a section for all tracks that the composer can write for.

    Its kind is ``kind``, or what usually follows. A kind that the song has brings its chords
    back; a new one gets chords of the style. A bridge goes before the last chorus, and
    nothing is put behind an outro but in front of it.
    """
    _no_tracks(task)
    score = task.score
    meter = Timeline(score).meter_at(max(0, song_length(score) - 1))
    kind = kind.lower().replace("-", "_").replace(" ", "_")
    last = score.sections[-1] if score.sections else None
    kind = kind or (
        "intro" if where == "before" else _FOLLOWS.get(kind_of(last), "verse") if last else "verse"
    )
    bars = bars or _usual_bars(score, kind, meter.ticks_per_bar)
    length = bars * meter.ticks_per_bar
    end = song_length(score)
    place = 0 if where == "before" else end
    if where == "after" and kind != "outro" and last is not None:
        if kind == "bridge":
            choruses = [s for s in score.sections if kind_of(s) == "chorus"]
            place = choruses[-1].start if len(choruses) > 1 else place
        if place == end and kind_of(last) == "outro":
            place = last.start
    model = next((s for s in reversed(score.sections) if kind_of(s) == kind), None)
    score = assemble(
        task, score, [Piece(0, place), Piece(0, length, empty=True), Piece(place, end)]
    )
    section = Section(
        task.fresh_id(), place, length, _free_label(score, kind), kind,
        model.energy if model else _ENERGY.get(kind, 0.55),
    )  # fmt: skip
    score = replace(
        score, sections=tuple(sorted([*score.sections, section], key=lambda s: s.start))
    )
    score = _with_chords(task, score, section, model)
    tracks = [track for track in score.tracks if _can_be_written(track, score)]
    for track in score.tracks:
        if track not in tracks:
            task.remark(f"“{track.name}” rests in the new section.")
    if not tracks:
        raise OperationError("There is no track that the composer can write for.")
    return rewrite(task, score, tracks, [Span(place, place + length)], name="continue")


def _usual_bars(score: Score, kind: str, ticks_per_bar: int) -> int:
    same = [s for s in score.sections if kind_of(s) == kind]
    if same:
        return max(1, min(64, round(same[-1].duration / ticks_per_bar)))
    return int(style_of(score).section_bars.get(kind, 8))


def _free_label(score: Score, kind: str) -> str:
    base = kind.replace("_", "-").capitalize()[:60]
    taken = {section.label for section in score.sections}
    if base not in taken and f"{base} 1" not in taken:
        return base
    number = 2
    while f"{base} {number}" in taken:
        number += 1
    return f"{base} {number}"


def _with_chords(task: Task, score: Score, section: Section, model: Section | None) -> Score:
    """Give a new section the chords of one of its kind, or new ones of the style."""
    new: list[Chord] = []
    if model is not None:
        source = next((s for s in score.sections if s.id == model.id), None)
        if source is not None:
            new = _looped(task, score, source, section)
    if not new:
        seed = sub_seed(task.seed, str(task.step), "chords", "continue") % 2**31
        for stretch in stretches(score, seed):
            if not stretch.origin <= section.start < stretch.end:
                continue
            bar = stretch.plan.bar_at(section.start - stretch.origin)
            key = key_at(score, section.start)
            first = stretch.plan.section_at(bar).start_bar
            stop = stretch.plan.bar_at(section.end - stretch.origin)
            for slot in make_changes(stretch.plan).slots:
                if first <= slot.bar < stop:
                    harmony = slot.harmony
                    bass = "" if harmony.bass is None else spell(harmony.bass, key.tonic, key.mode)
                    new.append(
                        Chord(
                            task.fresh_id(), stretch.origin + slot.start, slot.duration,
                            spell(harmony.root, key.tonic, key.mode), harmony.quality, bass,
                            harmony.roman,
                        )
                    )  # fmt: skip
    return replace(score, chords=tuple(sorted([*score.chords, *new], key=lambda c: c.start)))


def _looped(task: Task, score: Score, source: Section, target: Section) -> list[Chord]:
    """Repeat the chords of one section over the length of another."""
    inside = [c for c in score.chords if source.start <= c.start < source.end]
    new, at = [], target.start
    while inside and at < target.end:
        for chord in inside:
            start = at + chord.start - source.start
            end = min(start + chord.duration, at + source.duration, target.end)
            if start < end:
                new.append(
                    replace(
                        chord, id=task.fresh_id(), start=start, duration=end - start, locked=False
                    )
                )
        at += source.duration
    return new
