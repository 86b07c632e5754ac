"""What the tests of MusicXML share: the schema, what the format holds, a plain grid of notes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path

from hypothesis import strategies as st
from lxml import etree

from compositions.score.document import (
    MeterChange,
    Note,
    Score,
    Syllable,
    Track,
    ordered,
)
from compositions.score.mix_settings import MixSettings
from compositions.score.note_repair import separate_overlaps
from compositions.score.serialisation import unwritten
from tests.score.strategies import NOTHING_SET, highest_notes, scores, texts

SCHEMA = Path(__file__).parent / "musicxml_schema"


class _LocalSchema(etree.Resolver):
    """Answers every address of the schema from the folder here."""

    def resolve(self, system_url, public_id, context):  # type: ignore[no-untyped-def]
        return self.resolve_filename(str(SCHEMA / system_url.rsplit("/", 1)[-1]), context)


@cache
def schema() -> etree.XMLSchema:
    """The MusicXML 4.0 schema."""
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_LocalSchema())
    return etree.XMLSchema(etree.parse(SCHEMA / "musicxml.xsd", parser))


def assert_valid(content: bytes) -> None:
    """Fail with the schema's first complaints unless ``content`` is valid MusicXML."""
    known = schema()
    assert known.validate(etree.fromstring(content)), list(known.error_log)[:5]


def held(score: Score) -> Score:
    """What a MusicXML file of ours holds of a score: without locks, origins, phonemes, mixer."""
    tracks = [
        replace(
            track,
            locked=False,
            **NOTHING_SET,
            notes=tuple(replace(note, locked=False, origin="import") for note in track.notes),
        )
        for track in score.tracks
    ]
    return ordered(
        replace(
            score,
            tracks=tuple(tracks),
            sections=tuple(replace(section, locked=False) for section in score.sections),
            chords=tuple(replace(chord, locked=False) for chord in score.chords),
            lines=tuple(replace(line, locked=False) for line in score.lines),
            syllables=tuple(replace(one, phonemes=()) for one in score.syllables),
            **unwritten(MixSettings),
        )
    )


@st.composite
def quantised_scores(draw: st.DrawFn) -> Score:
    """Draw a score on the grid that notation has: sixteenths, or triplets beat by beat.

    All meters begin at bar lines; notes within a beat share its division; no overlaps of
    one pitch; few enough voices at a time to be written as they sound.
    """
    numbers = count()

    def fresh() -> str:
        return f"q{next(numbers)}"

    base = draw(scores(most_tracks=0))
    meters, tick = [], 0
    for _ in range(draw(st.integers(1, 3))):
        meter = MeterChange(
            fresh(), tick, draw(st.integers(2, 9)), draw(st.sampled_from([2, 4, 8]))
        )
        meters.append(meter)
        tick += meter.ticks_per_bar
        while tick % 480:
            # So that the beats of the next meter are those that the notes are drawn for.
            tick += meter.ticks_per_bar
    tracks = []
    for _ in range(draw(st.integers(1, 3))):
        grids = draw(st.lists(st.sampled_from([120, 160, 80, 60, 240, 96]), min_size=1, max_size=6))
        ticks = [
            beat * 480 + step
            for beat, grid in enumerate(grids)
            for step in range(0, 480, grid)
        ]  # fmt: skip
        drawn = draw(
            st.lists(
                st.tuples(
                    st.sampled_from(ticks), st.sampled_from(ticks), st.integers(12, 115),
                    st.integers(1, 127),
                ),
                max_size=4,
            )
        )  # fmt: skip
        notes, _, _ = separate_overlaps(
            Note(fresh(), min(a, b), abs(a - b), pitch, velocity, origin="import")
            for a, b, pitch, velocity in drawn
            if a != b
        )
        tracks.append(
            Track(fresh(), draw(texts), program=draw(st.integers(0, 127)), notes=tuple(notes))
        )
    syllables = [
        Syllable(fresh(), note.id, text, draw(st.booleans()))
        for track in tracks
        for note in highest_notes(track)
        if (text := draw(texts)).strip()
    ]
    return ordered(
        replace(
            base, meters=tuple(meters), tracks=tuple(tracks), syllables=tuple(syllables)
        )
    )  # fmt: skip
