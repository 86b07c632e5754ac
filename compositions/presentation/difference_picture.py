"""What differs between two scores as piano rolls: only the tracks and bars that changed.

Signs never rest on colour alone: an added note is solid with an outline, a removed one a
hatched ghost, a moved one has a ghost where it was and an arrow to where it is, and one whose
loudness or lock changed has a bar across. Pictures are bounded; what is left out is counted
and named, with the bar from which to go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from compositions.presentation.bands import Bands
from compositions.presentation.lanes import COLOUR_COUNT, track_letters
from compositions.presentation.note_marks import (
    Mark,
    Pair,
    arrow_of,
    bars_of,
    bounded,
    changed_notes,
    kind_of,
    marks_of,
)
from compositions.presentation.roll import (
    Grid,
    Scale,
    bars_text,
    of_kind,
    outline,
    timeline_in,
)
from compositions.score.diff import Change
from compositions.score.entities import Entities, Fields, Kind

MOST_TRACKS = 12
MOST_MARKS_IN_ALL = 1200
"""No further track is drawn after so many changed notes."""
FORM_QUARTER_WIDTH = 48
"""Names of chords with what they were need more room than notes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A stretch of bars of one track; ``words`` say what is in it."""

    key: str
    first_bar: int
    last_bar: int
    grid: Grid
    unchanged: str
    marks: tuple[Mark, ...]
    arrows: str
    words: str

    @property
    def bars(self) -> str:
        """The bars in words."""
        return bars_text(self.first_bar, self.last_bar)


@dataclass(frozen=True, slots=True)
class TrackDifference:
    """The pictures of one track. ``state`` is "added", "removed" or "" (it is on both sides).

    ``next_bar`` is the first bar with changes that is not drawn, ``left_out`` how many
    changed notes come from there on.
    """

    track_id: str
    name: str
    letter: str
    colour: int
    state: str
    added: int
    removed: int
    moved: int
    changed: int
    pictures: tuple[Picture, ...]
    next_bar: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class Difference:
    """All that is drawn, and the tracks (id, name, changed notes) that are not.

    ``form`` shows the bars where sections or chords changed, without notes. ``letters`` holds
    letter and colour number of each track.
    """

    tracks: tuple[TrackDifference, ...]
    left_out: tuple[tuple[str, str, int], ...] = ()
    form: tuple[Picture, ...] = ()
    letters: dict[str, tuple[str, int]] = field(default_factory=dict)

    def place_of(self, track_id: str | None, bars: tuple[int, int] | None) -> str:
        """Return the key of the picture that shows these bars of a track, or "".

        Without a track, of the form.
        """
        pictures = self.form
        if track_id is not None:
            pictures = next(
                (track.pictures for track in self.tracks if track.track_id == track_id), ()
            )
        for picture in pictures:
            if bars is None or (picture.first_bar <= bars[1] and picture.last_bar >= bars[0]):
                return picture.key
        return ""


def draw_difference(
    before: Entities,
    after: Entities,
    changes: Iterable[Change],
    *,
    track_id: str | None = None,
    first_bar: int = 1,
) -> Difference:
    """Draw the changes that lead from ``before`` to ``after``.

    With ``track_id`` only that track, from ``first_bar`` on. Bars are counted as ``after``
    counts them.
    """
    timeline = timeline_in(after)
    touched = changed_notes(before, after, changes)
    letters = _letters(before, after)
    wanted = [key for key in letters if key in touched and track_id in (None, key)]
    bands = Bands(before, after, timeline)
    unchanged = _unchanged(before, after, wanted[:MOST_TRACKS])
    tracks: list[TrackDifference] = []
    marks = 0
    for key in wanted[:MOST_TRACKS]:
        if marks > MOST_MARKS_IN_ALL:
            break
        track = _draw_track(
            key, before, after, touched[key], unchanged[key], bands, letters, first_bar
        )
        marks += sum(len(picture.marks) for picture in track.pictures)
        tracks.append(track)
    left_out = tuple(
        (key, _track_of(key, before, after)["name"], len(touched[key]))
        for key in wanted[len(tracks) :]
    )
    form = () if track_id else _draw_form(bands)
    return Difference(tuple(tracks), left_out, form, letters)


def _draw_form(bands: Bands) -> tuple[Picture, ...]:
    """Draw the bars where a section or a chord begins that changed, as far as they fit."""
    shown, _ = bounded(bands.changed_bars(), 1)
    pictures = []
    for bars in shown:
        scale = Scale(
            bands.timeline, bars, None, bands=bands.count, quarter_width=FORM_QUARTER_WIDTH
        )
        sections, chords = bands.labels(scale)
        words = ", ".join(label.title for label in (*sections, *chords) if label.mark)
        pictures.append(
            Picture(f"form-{bars[0]}", *bars, scale.grid(sections, chords), "", (), "", words)
        )
    return tuple(pictures)


def _letters(before: Entities, after: Entities) -> dict[str, tuple[str, int]]:
    """Return letter and colour of every track, in the order of the song; removed ones last."""
    tracks = sorted(of_kind(after, Kind.TRACK), key=_by_position)
    gone = [track for track in of_kind(before, Kind.TRACK) if not _has_track(after, track["id"])]
    tracks += sorted(gone, key=_by_position)
    letters = track_letters([track["name"] for track in tracks])
    return {
        track["id"]: (letter, index % COLOUR_COUNT)
        for index, (track, letter) in enumerate(zip(tracks, letters, strict=True))
    }


def _by_position(track: Fields) -> tuple[float, str]:
    return (track["position"], track["id"])


def _has_track(entities: Entities, key: str) -> bool:
    return entities.get(key, {}).get("kind") == Kind.TRACK


def _track_of(key: str, before: Entities, after: Entities) -> Fields:
    return after[key] if _has_track(after, key) else before[key]


def _unchanged(
    before: Entities, after: Entities, track_ids: Sequence[str]
) -> dict[str, list[Fields]]:
    """Return the notes of some tracks that are alike on both sides."""
    notes: dict[str, list[Fields]] = {key: [] for key in track_ids}
    for key, fields in after.items():
        home = notes.get(fields.get("track", ""))
        if home is not None and fields["kind"] == Kind.NOTE and before.get(key) == fields:
            home.append(fields)
    return notes


def _draw_track(
    key: str,
    before: Entities,
    after: Entities,
    pairs: Sequence[Pair],
    unchanged: Sequence[Fields],
    bands: Bands,
    letters: dict[str, tuple[str, int]],
    first_bar: int,
) -> TrackDifference:
    fields = _track_of(key, before, after)
    spans = [(bars_of(pair, bands.timeline), pair) for pair in pairs]
    shown, next_bar = bounded([bars for bars, _ in spans if bars[1] >= first_bar], first_bar)
    near = [pair for bars, pair in spans if not next_bar or bars[0] < next_bar]
    pictures = tuple(
        _draw_bars(key, bars, near, unchanged, bands, percussion=fields["percussion"])
        for bars in shown
    )
    kinds = [kind_of(pair) for pair in pairs]
    letter, colour = letters[key]
    state = ""
    if not _has_track(before, key):
        state = "added"
    elif not _has_track(after, key):
        state = "removed"
    return TrackDifference(
        track_id=key,
        name=fields["name"],
        letter=letter,
        colour=colour,
        state=state,
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        moved=kinds.count("moved"),
        changed=kinds.count("changed"),
        pictures=pictures,
        next_bar=next_bar,
        left_out=len(spans) - len(near),
    )


def _draw_bars(
    key: str,
    bars: tuple[int, int],
    all_pairs: Sequence[Pair],
    unchanged: Sequence[Fields],
    bands: Bands,
    *,
    percussion: bool,
) -> Picture:
    start = bands.timeline.bar_start(bars[0])
    end = bands.timeline.bar_start(bars[1] + 1)

    def inside(note: Fields | None) -> bool:
        return bool(note and note["start"] < end and note["start"] + note["duration"] > start)

    pairs = [pair for pair in all_pairs if inside(pair[0]) or inside(pair[1])]
    faint = [note for note in unchanged if inside(note)]
    drawn = [note for pair in pairs for note in pair if note is not None and inside(note)]
    scale = Scale(
        bands.timeline,
        bars,
        (note["pitch"] for note in (*faint, *drawn)),
        percussion=percussion,
        bands=bands.count,
    )
    marks: list[Mark] = []
    arrows: list[str] = []
    for pair in pairs:
        marks += marks_of(pair, scale)
        arrows.append(arrow_of(pair, scale))
    # Ghosts lie behind what is there now.
    marks.sort(key=lambda mark: mark.kind not in ("ghost", "removed"))
    sections, chords = bands.labels(scale)
    return Picture(
        key=f"bars-{key}-{bars[0]}",
        first_bar=bars[0],
        last_bar=bars[1],
        grid=scale.grid(sections, chords),
        unchanged=outline(scale.box(note) for note in faint),
        marks=tuple(marks),
        arrows="".join(arrows),
        words=_words(pairs, len(faint)),
    )


def _words(pairs: Sequence[Pair], faint: int) -> str:
    kinds = [kind_of(pair) for pair in pairs]
    counts = [
        f"{kinds.count(kind)} {kind}"
        for kind in ("added", "removed", "moved", "changed")
        if kind in kinds
    ]
    return f"Notes: {', '.join(counts)}, {faint} unchanged."
