"""MusicXML files of other people: read, written, read again; what is heard stays the same.

They come with the package music21 (BSD; the music itself is in the public domain or given
freely), which the tests need anyway. None is part of this repository.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from compositions.score.document import Score
from compositions.score.musicxml import read_musicxml, write_musicxml
from compositions.score.validation import validate
from tests.score.musicxml_help import assert_valid, held

LARGEST = 24_000
COUNT = 52


def _files() -> list[Path]:
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        return []
    found = sorted(
        path
        for path in Path(spec.origin).parent.rglob("*")
        if path.suffix in (".mxl", ".musicxml", ".xml") and path.stat().st_size < LARGEST
    )
    # Spread over all composers and over the test files of notation programs.
    return found[:: max(1, len(found) // COUNT)]


FILES = _files()
pytestmark = pytest.mark.skipif(not FILES, reason="music21 is not installed")


def sounding(score: Score) -> list[list[tuple[int, int, int, int]]]:
    return [
        [(note.start, note.duration, note.pitch, note.velocity) for note in track.notes]
        for track in score.tracks
    ]


def test_there_are_many() -> None:
    assert len(FILES) >= 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_import_export_import_keeps_all(path: Path) -> None:
    first = read_musicxml(path.read_bytes()).score
    assert validate(first) == []
    content, _ = write_musicxml(first)
    assert_valid(content)
    again = read_musicxml(content).score
    assert sounding(again) == sounding(first)
    assert held(again) == held(first)
