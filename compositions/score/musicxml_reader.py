"""Reads MusicXML into a score: partwise or timewise, packed (.mxl) or not, any version.

Repeats, endings, D.C., D.S., Coda and Fine are played out; transposing instruments sound as
they sound. For files from strangers call this in a process with limits of its own, as the
import job does.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from lxml import etree

from compositions.score import musicxml_names as names
from compositions.score.document import Score, mint_id, ordered
from compositions.score.errors import MusicXmlError, ScoreError
from compositions.score.limits import MAX_NAME_LENGTH, MAX_TRACKS
from compositions.score.musicxml_conductor import Conductor
from compositions.score.musicxml_file import open_musicxml
from compositions.score.musicxml_lyrics import read_lyrics
from compositions.score.musicxml_measures import Measure, PartReader
from compositions.score.musicxml_repeats import MAX_PLAYED, Marks, Played, marks_of, play_order
from compositions.score.musicxml_tracks import Part, TrackBuilder, drums_of
from compositions.score.validation import check

_PEOPLE = ("composer", "lyricist", "arranger", "poet")


class MusicXmlImport(NamedTuple):
    """A score read from a MusicXML file, and in plain sentences what reading it took."""

    score: Score
    remarks: tuple[str, ...]


def read_musicxml(content: bytes, *, rng: random.Random | None = None) -> MusicXmlImport:
    """Return the score in a MusicXML file.

    Files written here keep their entity ids and everything that
    :mod:`compositions.score.musicxml_writer` says; so do those that passed through other
    programs, as far as those keep ids. The score is valid. ``rng`` supplies new ids. Raises
    :class:`~compositions.score.errors.MusicXmlError` for what is no MusicXML, is broken or
    exceeds a limit (:mod:`compositions.score.musicxml_file`).
    """
    return _Reader(open_musicxml(content), rng).result()


class _Reader:
    def __init__(self, root: etree._Element, rng: random.Random | None) -> None:
        self._root = root
        self._rng = rng
        self._repairs: Counter[str] = Counter()
        self._fields = {
            str(element.get("name")): element.text
            for element in root.iterfind("identification/miscellaneous/miscellaneous-field")
        }
        self._own = self._fields.get(names.MARK_FIELD) == names.FILE_MARK
        self._used: set[str] = set()

    def result(self) -> MusicXmlImport:
        parts, played = self._parts()
        lengths = [
            self._length([part.measures[i] for part in parts if i < len(part.measures)])
            for i in range(max(len(part.measures) for part in parts))
        ]
        starts = [0]
        for index, _ in played.order:
            starts.append(starts[-1] + lengths[index])
        conductor = Conductor(self._fields, self._repairs, self._fresh, own=self._own)
        longest = max(parts, key=lambda part: len(part.measures))
        conductor.take_meters(longest.measures, played.order, starts)
        for part in parts:
            conductor.take(part.measures, played.order, starts)
        builder = TrackBuilder(
            self._fields, self._repairs, self._fresh, played.order, starts, own=self._own
        )
        score = conductor.score(starts[-1])
        tracks = []
        for part in parts:
            if not (self._own and part.element is None):
                tracks += builder.tracks(part)
        lines, syllables = read_lyrics(
            builder.sung, score.sections, self._fields, self._fresh, self._repairs, own=self._own
        )
        score = replace(
            score,
            title=self._title(),
            tracks=tuple(tracks),
            lines=tuple(lines),
            syllables=tuple(syllables),
            metadata=self._metadata(),
        )
        score = ordered(score)
        try:
            check(score)
        except ScoreError as error:
            raise MusicXmlError(f"The file does not fit into a score: {error}.") from error
        remarks = tuple(self._remarks(score, conductor, played, len(lengths)))
        return MusicXmlImport(score, remarks)

    def _length(self, measures: list[Measure]) -> int:
        """Return the ticks of a measure in all parts: that of the longest.

        A part that has more rests than fit, while another is just full, is in error.
        """
        length = max(measure.length for measure in measures)
        nominal = measures[0].nominal
        is_full = any(measure.length == nominal for measure in measures)
        if length > nominal and is_full and max(m.sounding for m in measures) <= nominal:
            self._repairs["measure with more rests than its meter has room for, cut"] += 1
            return nominal
        return length

    def _fresh(self, own: str | None) -> str:
        """Return the id that the file gives; a new one where it gives none, or gives it twice."""
        while own is None or own in self._used:
            own = mint_id(self._rng)
        self._used.add(own)
        return own

    def _parts(self) -> tuple[list[Part], Played]:
        listed = {
            element.get("id"): element for element in self._root.iterfind("part-list/score-part")
        }
        found: dict[str, list[etree._Element]] = {}
        if self._root.tag == "score-timewise":
            for measure in self._root.iterchildren("measure"):
                for part in measure.iterchildren("part"):
                    found.setdefault(str(part.get("id")), []).append(part)
        else:
            for part in self._root.iterchildren("part"):
                found.setdefault(str(part.get("id")), []).extend(part.iterchildren("measure"))
        found = {key: elements for key, elements in found.items() if elements}
        if not found:
            raise MusicXmlError("The file holds no music: it has no part with measures.")
        if len(found) > MAX_TRACKS:
            raise MusicXmlError(
                f"The score has {len(found)} parts; a song can have {MAX_TRACKS} tracks."
            )
        measures = max(map(len, found.values()))
        if measures > MAX_PLAYED:
            raise MusicXmlError(
                f"The score has {measures} measures; {MAX_PLAYED} are the most that are read."
            )
        played = play_order(_common_marks(list(found.values())))
        parts = [
            Part(
                None if key == names.xml_id(names.NO_TRACKS_ID) else listed.get(key),
                PartReader(drums_of(listed.get(key)), self._repairs).read(elements),
            )
            for key, elements in found.items()
        ]
        return parts, played

    def _title(self) -> str:
        for path in ("work/work-title", "movement-title"):
            text = self._root.findtext(path)
            if text and (text.strip() or self._own):
                return (text if self._own else " ".join(text.split()))[:MAX_NAME_LENGTH]
        for credit in self._root.iterchildren("credit"):
            kind = (credit.findtext("credit-type") or "").strip()
            text = credit.findtext("credit-words")
            if kind == "title" and text:
                return " ".join(text.split())[:MAX_NAME_LENGTH]
        return ""

    def _metadata(self) -> dict[str, Any]:
        """Return our own metadata, with what the plain elements say now."""
        metadata = names.read_json_field(self._fields.get(names.METADATA_FIELD))
        plain: dict[str, str] = {}
        identification = self._root.find("identification")
        if identification is None:
            return metadata
        for creator in identification.iterchildren("creator"):
            kind = creator.get("type", "composer").lower()
            if kind in _PEOPLE and creator.text:
                plain.setdefault(kind, creator.text)
        rights = [element.text for element in identification.iterchildren("rights")]
        if any(rights):
            plain["copyright"] = "; ".join(text for text in rights if text)
        for name, text in plain.items():
            text = text if self._own else " ".join(text.split())
            if text and metadata.get(name) != text:
                metadata[name] = text[: 5 * MAX_NAME_LENGTH]
        return metadata

    def _remarks(
        self, score: Score, conductor: Conductor, played: Played, measures: int
    ) -> Iterator[str]:
        yield (
            f"Read {score.note_count} notes in {len(score.tracks)} tracks from a MusicXML file "
            f"with {measures} measures."
        )
        if [index for index, _ in played.order] != list(range(measures)):
            yield f"Repeats and jumps are played out: {len(played.order)} measures are heard."
        if played.is_cut:
            yield f"The repeats make more than {MAX_PLAYED} measures; the rest was left out."
        yield from conductor.remarks()
        for what, count in sorted(self._repairs.items()):
            if count:
                yield f"{count} x: {what}."


def _common_marks(parts: list[list[etree._Element]]) -> list[Marks]:
    """Return the repeat signs: those of the longest part, or of the first that has any."""
    longest = max(parts, key=len)
    marks = marks_of(longest)
    plain = Marks()
    if all(mark == plain for mark in marks):
        for part in parts:
            other = marks_of(part)
            if len(part) == len(longest) and any(mark != plain for mark in other):
                return other
    return marks
