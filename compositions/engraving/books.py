"""What can be printed of a song: the full score, a part for each player, a lead sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compositions.engraving.errors import EngravingError
from compositions.engraving.preparing import prepared, printed_tracks
from compositions.score.document import Score, Track, TrackRole
from compositions.score.timeline import Timeline

MOST_BARS = 6_000
"""Bars of all parts together: 100 pages, in 20 seconds of CPU time and 550 MB of memory."""
_PART_STAFF_MM = 6.4
_LEAD_STAFF_MM = 6.8
# Staff heights by the number of staves on a page, from the sizes that publishers use.
_SCORE_STAFF_MM = ((3, 6.0), (6, 5.4), (10, 4.6), (16, 3.9))
_SMALLEST_STAFF_MM = 3.4
_SINGS_FIRST = (TrackRole.VOCAL, TrackRole.LEAD, TrackRole.COUNTER_MELODY)
# Who plays from chord symbols.
_READS_CHORDS = frozenset(
    {TrackRole.CHORDS, TrackRole.PAD, TrackRole.ARPEGGIO, TrackRole.BASS, TrackRole.OTHER}
)


@dataclass(frozen=True, slots=True)
class Book:
    """Music for one reader: its name, the notes as MusicXML, the height of a staff."""

    name: str
    musicxml: bytes
    staff_mm: float


def score_book(score: Score, *, artist: str = "") -> Book:
    """The full score: every track that plays notes."""
    tracks = printed_tracks(score)
    _check(score, tracks)
    fitting = (height for most, height in _SCORE_STAFF_MM if len(tracks) <= most)
    height = next(fitting, _SMALLEST_STAFF_MM)
    return Book("Score", prepared(score, tracks, artist=artist), height)


def parts(score: Score, *, artist: str = "") -> list[Book]:
    """A book for each player; names that come twice are numbered."""
    tracks = printed_tracks(score)
    _check(score, tracks)
    books = []
    for number, track in enumerate(tracks, start=1):
        same = [other for other in tracks if other.name == track.name]
        name = track.name or f"Part {number}"
        if len(same) > 1:
            name = f"{name} {same.index(track) + 1}"
        reads_chords = not track.percussion and track.role in _READS_CHORDS
        music = prepared(score, [track], artist=artist, chords=reads_chords, long_rests=True)
        books.append(Book(name, music, _PART_STAFF_MM))
    return books


def lead_sheet(score: Score, *, artist: str = "") -> Book:
    """Melody, words and chord symbols on one staff.

    The melody is the voice that has words, else the voice, the lead, or what plays highest.
    """
    tracks = [track for track in printed_tracks(score) if not track.percussion]
    _check(score, tracks)
    sung = {item.note_id for item in score.syllables}

    def rank(track: Track) -> tuple[bool, int, float]:
        words = any(note.id in sung for note in track.notes)
        role = _SINGS_FIRST.index(track.role) if track.role in _SINGS_FIRST else len(_SINGS_FIRST)
        mean = sum(note.pitch for note in track.notes) / len(track.notes)
        return (not words, role, -mean)

    melody = min(tracks, key=rank)
    return Book("Lead sheet", prepared(score, [melody], artist=artist), _LEAD_STAFF_MM)


def _check(score: Score, tracks: Sequence[Track]) -> None:
    if not tracks:
        raise EngravingError("The song has no notes that can be printed.")
    bars = Timeline(score).bar_count
    if bars * len(tracks) > MOST_BARS:
        raise EngravingError(
            f"The song has {bars} bars in each of {len(tracks)} parts; sheet music can have "
            f"{MOST_BARS} bars in all parts together."
        )
