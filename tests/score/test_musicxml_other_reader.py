"""Another library, music21, reads the files that we write: the same music is in them."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from compositions.composer import compose, parse_prompt
from compositions.score.document import TICKS_PER_QUARTER, Score, Track
from compositions.score.harmony import chord_bass, chord_pitch_classes, key_signature_fifths
from compositions.score.musicxml import write_musicxml
from tests.score.musicxml_help import quantised_scores

music21 = pytest.importorskip("music21")


def read_by_other(score: Score) -> Any:
    content, _ = write_musicxml(score)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return music21.converter.parseData(content.decode(), format="musicxml")


def ticks(value: Any) -> int:
    return round(float(value) * TICKS_PER_QUARTER)


@dataclass
class Heard:
    """A note as the other library has it, its ties joined; times in ticks."""

    start: int
    end: int
    pitch: int | None
    words: list[Any]
    goes_on: bool


def parts_of(other: Any) -> list[Any]:
    """The parts, each as the list of its staves: the library makes a part of every staff."""
    staves: dict[str, list[Any]] = {}
    for part in other.parts:
        staves.setdefault(str(part.id).split("-Staff")[0], []).append(part)
    return list(staves.values())


def sounding(part: list[Any]) -> list[Heard]:
    """The notes of a part in order, chords taken apart; chord symbols are no notes."""
    return sorted((note for staff in part for note in _sounding(staff)), key=lambda n: n.start)


def _sounding(part: Any) -> list[Heard]:
    heard: list[Heard] = []
    elements = [
        (ticks(element.getOffsetInHierarchy(part)), element)
        for element in part.recurse().notes
        if not isinstance(element, music21.harmony.Harmony)
    ]
    for start, element in sorted(elements, key=lambda pair: pair[0]):
        end = start + ticks(element.quarterLength)
        members = getattr(element, "notes", [element])
        for number, one in enumerate(members):
            pitch = one.pitch.midi if hasattr(one, "pitch") else None
            tie = one.tie.type if one.tie is not None else ""
            if tie in ("stop", "continue"):
                before = next(
                    entry
                    for entry in reversed(heard)
                    if entry.goes_on and entry.end == start and entry.pitch == pitch
                )
                before.end, before.goes_on = end, tie == "continue"
                continue
            words = list(one.lyrics)
            if element is not one and number == 0:
                words += list(element.lyrics)
            heard.append(Heard(start, end, pitch, words, tie == "start"))
    return heard


def written_notes(part: list[Any]) -> Counter[tuple[int, int, int | None]]:
    return Counter((one.start, one.end - one.start, one.pitch) for one in sounding(part))


def our_notes(track: Track) -> Counter[tuple[int, int, int | None]]:
    return Counter((note.start, note.duration, note.pitch) for note in track.notes)


# Not shrunk: the other library is slow.
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.reuse, Phase.generate],
)
@given(quantised_scores())
def test_music_on_the_grid_is_the_same_in_another_program(score: Score) -> None:
    other = read_by_other(score)
    for track, part in zip(score.tracks, parts_of(other), strict=True):
        assert written_notes(part) == our_notes(track)
        words = Counter(lyric.text for one in sounding(part) for lyric in one.words)
        ids = {note.id for note in track.notes}
        assert words == Counter(s.text for s in score.syllables if s.note_id in ids)


@pytest.fixture(scope="module")
def song() -> Score:
    """A composed song with words, drums and chords, its timing as performed."""
    spec = parse_prompt("a slow jazz ballad with vocals, brushed drums and piano in B flat")
    words = "Morning comes over the river\nnobody knows where it goes"
    return compose(spec, seed=5, lyrics=words).score


def test_a_composed_song_in_another_program(song: Score) -> None:
    other = read_by_other(song)
    first = other.parts[0].flatten()
    assert [ticks(mark.offset) for mark in first.getElementsByClass("TimeSignature")] == [
        meter.tick for meter in song.meters
    ]
    assert [mark.sharps for mark in first.getElementsByClass("KeySignature")] == [
        key_signature_fifths(key.tonic, key.mode) for key in song.keys
    ]
    marks = first.getElementsByClass("MetronomeMark")
    assert marks[0].getQuarterBPM() == pytest.approx(song.tempos[0].bpm, abs=0.01)
    assert [str(mark.content) for mark in first.getElementsByClass("RehearsalMark")] == [
        section.label for section in song.sections
    ]
    for track, part in zip(song.tracks, parts_of(other), strict=True):
        assert part[0].partName == track.name
        found = sounding(part)
        assert len(found) == len(track.notes)
        if not track.percussion:
            assert sorted(one.pitch or 0 for one in found) == sorted(
                note.pitch for note in track.notes
            )
        near = zip(
            sorted(one.start for one in found),
            sorted(note.start for note in track.notes),
            strict=True,
        )
        # Beside the grid by less than a 32nd note, as the writer promises.
        assert max((abs(written - played) for written, played in near), default=0) <= 40
        instrument = part[0].getInstrument()
        if not track.percussion:
            assert instrument.midiProgram == track.program


def test_chord_symbols_in_another_program(song: Score) -> None:
    other = read_by_other(song)
    found = {
        ticks(symbol.getOffsetInHierarchy(other)): symbol
        for symbol in other.recurse().getElementsByClass("ChordSymbol")
        if not isinstance(symbol, music21.harmony.NoChord)
    }
    assert sorted(found) == [chord.start for chord in song.chords]
    for chord in song.chords:
        symbol = found[chord.start]
        assert symbol.root().pitchClass == chord_pitch_classes(chord)[0]
        assert symbol.bass().pitchClass == chord_bass(chord)
        assert set(symbol.pitchClasses) >= set(chord_pitch_classes(chord)[:3]), chord.symbol


def test_lyrics_in_another_program(song: Score) -> None:
    other = read_by_other(song)
    singers = [
        (track, part)
        for track, part in zip(song.tracks, parts_of(other), strict=True)
        if any(syllable.note_id in {n.id for n in track.notes} for syllable in song.syllables)
    ]
    assert len(singers) == 1
    _, part = singers[0]
    lyrics = [lyric for one in sounding(part) for lyric in one.words]
    assert [lyric.text for lyric in lyrics] == [syllable.text for syllable in song.syllables]
    assert [lyric.syllabic in ("begin", "middle") for lyric in lyrics] == [
        syllable.continues for syllable in song.syllables
    ]
