"""Score -> MusicXML -> score: what we write comes back whole, with its ids."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings

from compositions.score.document import Score, ordered
from compositions.score.musicxml import read_musicxml, write_musicxml
from tests.score.musicxml_help import assert_valid, held, quantised_scores
from tests.score.strategies import scores

CAREFUL = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow]
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
