"""Makes a score ready for printing: what players read, without what only sounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from lxml import etree

from compositions.engraving.beams import add_beams, close, join_rests, point_stems
from compositions.score.document import Note, Score, Track, TrackRole
from compositions.score.musicxml import write_musicxml
from compositions.score.timeline import Timeline

_FLAM_TICKS = 60
UNPRINTED_ROLES = frozenset({TrackRole.EFFECTS})
"""Risers and impacts: sounds, which nobody reads."""


def printed_tracks(score: Score) -> tuple[Track, ...]:
    """The tracks with something to play, in their order."""
    tracks = sorted(score.tracks, key=lambda track: track.position)
    return tuple(track for track in tracks if track.notes and track.role not in UNPRINTED_ROLES)


def prepared(
    score: Score,
    tracks: Iterable[Track],
    *,
    artist: str = "",
    chords: bool = True,
    long_rests: bool = False,
) -> bytes:
    """Return these tracks of a song as MusicXML for an engraver.

    Automation is left out; drum hits last to the next one, so that they read as a rhythm and not
    as blips among rests, and of a flam the main stroke is printed; beams are drawn. With
    ``long_rests``, for a part, bars of rest in a row become one.

    Raises :class:`~compositions.score.errors.ScoreError` for an invalid score and
    :class:`~compositions.score.errors.MusicXmlError` for one of too many bars.
    """
    timeline = Timeline(score)
    chosen = tuple(_readable(track, timeline) for track in tracks)
    kept = {note.id for track in chosen for note in track.notes}
    song = replace(
        score,
        tracks=chosen,
        chords=score.chords if chords else (),
        syllables=tuple(item for item in score.syllables if item.note_id in kept),
        metadata={"composer": artist} if artist else {},
    )
    root = etree.fromstring(write_musicxml(song).content)
    # What says "draw beams by your own rules", and what only this studio reads.
    for name in ("identification/encoding", "identification/miscellaneous"):
        found = root.find(name)
        if found is not None:
            found.getparent().remove(found)
    if len(chosen) == 1:  # the page names it
        for name in root.iter("part-name"):
            name.text = ""
    for part, track in zip(root.findall("part"), chosen, strict=True):
        if track.percussion:
            point_stems(part, "up")
            for key in part.findall("measure/attributes/key"):
                key.getparent().remove(key)
        add_beams(part)
        close(part)
        if long_rests:
            join_rests(part)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _readable(track: Track, timeline: Timeline) -> Track:
    """The track without automation; of drums each hit as long as to the next or to the beat."""
    track = replace(track, automation=())
    if not track.percussion:
        return track
    strokes = {(note.start, note.pitch) for note in track.notes}
    hits = [note for note in track.notes if not _is_grace(note, strokes)]
    following = dict(pairwise(sorted({note.start for note in hits})))
    notes = [_lengthened(note, following.get(note.start), timeline) for note in hits]
    return track.with_notes(notes)


def _is_grace(note: Note, strokes: set[tuple[int, int]]) -> bool:
    """Whether a drum hit leads into the next one as the light stroke of a flam."""
    return any((note.start + gap, note.pitch) in strokes for gap in range(1, _FLAM_TICKS))


def _lengthened(note: Note, following: int | None, timeline: Timeline) -> Note:
    bar = timeline.bar_start(timeline.position(note.start).bar)
    beat = timeline.meter_at(note.start).ticks_per_beat
    end = bar + ((note.start - bar) // beat + 1) * beat
    if following is not None:
        end = min(end, following)
    return replace(note, duration=max(1, end - note.start), articulation=0)
