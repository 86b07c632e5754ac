"""Hypothesis strategies for valid scores, and what of them a MIDI file can hold."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import strategies as st

from compositions.score import midi_names as names
from compositions.score.document import (
    AutomationPoint,
    Chord,
    KeyChange,
    LyricLine,
    MeterChange,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
    TrackRole,
    ordered,
)
from compositions.score.errors import Problem
from compositions.score.harmony import CHORD_QUALITIES
from compositions.score.mix_settings import MixSettings, StripSettings
from compositions.score.note_repair import separate_overlaps
from compositions.score.serialisation import read_entity, unwritten
from tests.score.strips import any_mix_setting, any_strip_setting

NOTHING_SET = unwritten(StripSettings)
LETTERS = "CDEFGAB"
TONICS = [letter + accidental for letter in LETTERS for accidental in ("", "b", "#")]
NOTE_NAMES = [*TONICS, *(letter + accidental for letter in LETTERS for accidental in ("bb", "##"))]
PARAMETERS = ["pitch_bend", *(f"cc{number}" for number in range(1, 120) if number != 32)]

# Often the same few ticks, so that chords and clashes are common.
ticks = st.one_of(st.sampled_from([0, 480, 960]), st.integers(0, 8000))
# Text without what MIDI text is cleaned of: control characters and outer white space.
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(str.strip)


def spans(draw: st.DrawFn, most: int) -> list[tuple[int, int]]:
    """Draw (start, duration) pairs in order, with and without gaps, never overlapping."""
    result, tick = [], 0
    for gap, duration in draw(
        st.lists(st.tuples(st.sampled_from([0, 0, 7, 960]), st.integers(1, 4000)), max_size=most)
    ):
        result.append((tick + gap, duration))
        tick += gap + duration
    return result


@st.composite
def scores(draw: st.DrawFn, most_tracks: int = 4) -> Score:
    """Draw a valid score without overlapping notes of one pitch within a track."""
    numbers = count()

    def fresh() -> str:
        return f"e{next(numbers)}"

    def changes() -> list[int]:
        return [0, *sorted(draw(st.sets(st.integers(1, 8000), max_size=3)))]

    tempos = [
        TempoChange(fresh(), tick, draw(st.floats(10, 400, allow_nan=False))) for tick in changes()
    ]
    meters = [
        MeterChange(
            fresh(), tick, draw(st.integers(1, 32)), draw(st.sampled_from([1, 2, 4, 8, 16, 32, 64]))
        )
        for tick in changes()
    ]
    keys = [
        KeyChange(fresh(), tick, draw(st.sampled_from(TONICS)), draw(st.sampled_from(list(Mode))))
        for tick in changes()
    ]
    sections = [
        Section(
            fresh(), start, duration, draw(texts), draw(texts), draw(st.floats(0, 1)), flag(draw)
        )
        for start, duration in spans(draw, 4)
    ]
    chords = [
        Chord(
            fresh(),
            start,
            duration,
            draw(st.sampled_from(NOTE_NAMES)),
            draw(st.sampled_from(CHORD_QUALITIES)),
            draw(st.sampled_from(["", *NOTE_NAMES])),
            draw(st.sampled_from(["", "ii7"])),
            flag(draw),
        )
        for start, duration in spans(draw, 5)
    ]
    tracks = [
        draw_track(draw, fresh, position)
        for position in positions(draw)[: draw(st.integers(0, most_tracks))]
    ]
    lines = [
        LyricLine(
            fresh(),
            text,
            draw(st.sampled_from(["", *(section.id for section in sections)])),
            draw(st.sampled_from(["", "en", "pt-BR"])),
            position,
            flag(draw),
        )
        for text, position in zip(draw(st.lists(texts, max_size=3)), positions(draw), strict=False)
    ]
    line_ids = st.sampled_from(["", *(line.id for line in lines)])
    syllables = [
        Syllable(fresh(), note.id, text, flag(draw), ("AH",), draw(line_ids))
        for track in tracks
        for note in highest_notes(track)
        if (text := draw(st.one_of(st.just(""), texts)))
    ]
    metadata = draw(st.sampled_from([{}, {"copyright": "© Nobody"}]))
    return ordered(
        Score(
            draw(texts),
            tuple(tempos),
            tuple(meters),
            tuple(keys),
            tuple(sections),
            tuple(chords),
            tuple(tracks),
            tuple(syllables),
            metadata,
            tuple(lines),
            **read_settings(MixSettings, draw(settings(any_mix_setting))),
        )
    )


def settings(any_one: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Settings of the mixer, often none."""
    seeds = st.lists(st.integers(0, 2**16), max_size=3)
    return seeds.map(lambda drawn: dict(any_one(random.Random(seed)) for seed in drawn))


def read_settings(cls: type, plain: dict[str, Any]) -> dict[str, Any]:
    """Plain settings as arguments of a track or a score."""
    problems: list[Problem] = []
    read = read_entity(cls, plain, "", problems)
    assert not problems
    return {name: getattr(read, name) for name in plain}


def flag(draw: st.DrawFn) -> bool:
    return draw(st.booleans())


def positions(draw: st.DrawFn) -> list[float]:
    """Draw rising positions: 1, 2, 3 as numbered anew, or what moving about leaves behind."""
    return draw(st.sampled_from([[1.0, 2.0, 3.0, 4.0], [-2.5, 0.125, 0.25, 1e6]]))


def draw_track(draw: st.DrawFn, fresh: Any, position: float) -> Track:
    drawn = draw(
        st.lists(
            st.tuples(ticks, st.integers(1, 2000), st.integers(0, 127), st.integers(1, 127)),
            max_size=8,
        )
    )
    notes, _, _ = separate_overlaps(
        Note(fresh(), *values, locked=draw(st.booleans()), origin="user") for values in drawn
    )
    points = draw(
        st.dictionaries(
            st.tuples(ticks, st.sampled_from(PARAMETERS)), st.integers(0, 127), max_size=5
        )
    )
    return Track(
        id=fresh(),
        name=draw(texts),
        role=draw(st.sampled_from(list(TrackRole))),
        program=draw(st.integers(0, 127)),
        bank=draw(st.integers(0, 16383)),
        percussion=draw(st.booleans()),
        gain_db=draw(st.floats(-120, 24)),
        pan=draw(st.floats(-1, 1)),
        reverb_send=draw(st.floats(0, 1)),
        muted=draw(st.booleans()),
        solo=draw(st.booleans()),
        notes=tuple(notes),
        automation=tuple(
            AutomationPoint(fresh(), tick, parameter, float(value))
            for (tick, parameter), value in points.items()
        ),
        preset=draw(st.sampled_from(["", "upright"])),
        position=position,
        locked=flag(draw),
        **read_settings(StripSettings, draw(settings(any_strip_setting))),
    )


def highest_notes(track: Track) -> list[Note]:
    """The notes that lyric events fall on: the highest of those that begin together."""
    highest = {note.start: note for note in sorted(track.notes, key=lambda note: note.pitch)}
    return [highest[start] for start in sorted(highest)]


def what_midi_holds(score: Score) -> dict[str, Any]:
    """Return everything of a score that survives a MIDI file, as comparable plain data.

    Lost: ids, ``locked``, ``origin``, phonemes, Roman numerals, presets, what is set on the mixer
    beside fader, pan, reverb, mute and solo, positions (the order stays), lyric lines, metadata
    other than copyright, fractions of a microsecond in tempos.
    """
    score = ordered(score)
    place_of = {
        note.id: (index, note.start, note.pitch)
        for index, track in enumerate(score.tracks)
        for note in track.notes
    }
    return {
        "title": score.title,
        "tempos": [(change.tick, names.microseconds(change.bpm)) for change in score.tempos],
        "meters": [replace(change, id="") for change in score.meters],
        "keys": [replace(change, id="") for change in score.keys],
        "sections": [replace(section, id="", locked=False) for section in score.sections],
        "chords": [replace(chord, id="", roman="", locked=False) for chord in score.chords],
        "tracks": [
            replace(
                track,
                id="",
                notes=(),
                automation=(),
                preset="",
                position=0.0,
                locked=False,
                **NOTHING_SET,
            )
            for track in score.tracks
        ],
        "notes": [
            sorted((note.start, note.duration, note.pitch, note.velocity) for note in track.notes)
            for track in score.tracks
        ],
        "automation": [
            sorted((point.tick, point.parameter, point.value) for point in track.automation)
            for track in score.tracks
        ],
        "syllables": [
            (place_of[syllable.note_id], syllable.text, syllable.continues)
            for syllable in score.syllables
        ],
        "copyright": score.metadata.get("copyright"),
    }
