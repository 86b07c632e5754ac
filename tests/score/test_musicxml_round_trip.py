"""Score -> MusicXML -> score: what we write comes back whole, with its ids."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings

from compositions.score.document import TICKS_PER_QUARTER, Score, ordered
from compositions.score.musicxml import read_musicxml, write_musicxml
from tests.score.musicxml_help import assert_valid, held, quantised_scores
from tests.score.strategies import scores

CAREFUL = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


@CAREFUL
@given(scores())
def test_everything_that_the_format_holds_comes_back(score: Score) -> None:
    content, _ = write_musicxml(score)
    assert_valid(content)
    read, _ = read_musicxml(content)
    assert ordered(read) == held(score)


@CAREFUL
@given(quantised_scores())
def test_music_on_the_grid_is_written_as_it_sounds(score: Score) -> None:
    content, _ = write_musicxml(score)
    assert not re.search(rb" (attack|release)=", content)
    assert_valid(content)


def as_another_program(content: bytes) -> bytes:
    """The file as a program would save it that knows only notation: no ids of ours but those of
    parts, no miscellaneous fields, no timing beside the grid."""
    content = re.sub(rb"<miscellaneous>.*</miscellaneous>", b"", content, flags=re.DOTALL)
    content = re.sub(rb' (attack|release)="[^"]*"', b"", content)
    return re.sub(rb'(<(?!score-part|score-instr|midi-instr|instrument|part)[^>]*) id="[^"]*"',
                  rb"\1", content)  # fmt: skip


def notes_of(score: Score) -> list[list[tuple[int, int, int, int]]]:
    return [
        sorted((note.start, note.duration, note.pitch, note.velocity) for note in track.notes)
        for track in score.tracks
    ]


@CAREFUL
@given(quantised_scores())
def test_music_on_the_grid_survives_programs_that_know_only_notation(score: Score) -> None:
    read, _ = read_musicxml(as_another_program(write_musicxml(score)[0]))
    assert notes_of(read) == notes_of(score)
    words = [(syllable.text, syllable.continues) for syllable in score.syllables]
    assert [(one.text, one.continues) for one in read.syllables] == [
        (" ".join(text.split()), continues) for text, continues in words
    ]


@CAREFUL
@given(scores(most_tracks=2))
def test_performed_music_is_written_near_to_where_it_sounds(score: Score) -> None:
    content, _ = write_musicxml(score)
    attacks = [int(found) for found in re.findall(rb' attack="(-?\d+)"', content)]
    # In most beats it is 24 ticks; more only where a meter change cuts a beat to an odd length.
    assert max(map(abs, attacks), default=0) <= TICKS_PER_QUARTER // 4
