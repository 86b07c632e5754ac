"""MIDI files of other people: read, written and read again, nothing is lost on the way.

Most belong to Debian's packages openttd-openmsx and planetblupi-music-midi, which
``script/test`` installs where it may, the others to the Python package music21, which it
always installs; none is part of this repository.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from compositions.score.document import Score
from compositions.score.midi import read_midi, write_midi
from compositions.score.midi_guard import read_midi_safely
from compositions.score.validation import validate

FOLDERS = (
    Path("/usr/share/games/openttd/baseset/openmsx"),
    Path("/usr/share/planetblupi"),
    Path("/usr/share/games/planetblupi"),
)
GAMES = sorted(path for folder in FOLDERS for path in folder.rglob("*.mid"))


def _of_package(name: str) -> list[Path]:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.rglob("*.mid"))


FILES = GAMES + _of_package("music21")

pytestmark = pytest.mark.skipif(not FILES, reason="no MIDI files of other people are installed")


def sounding(score: Score) -> list[tuple[int, bool, list[tuple[int, int, int, int]]]]:
    """What is heard of each track: program, kit or not, and the notes."""
    return [
        (
            track.program,
            track.percussion,
            [(note.start, note.duration, note.pitch, note.velocity) for note in track.notes],
        )
        for track in score.tracks
    ]


@pytest.mark.skipif(not GAMES, reason="the Debian packages with MIDI files are not installed")
def test_there_are_fifty() -> None:
    assert len(FILES) >= 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_import_export_import_keeps_all(path: Path) -> None:
    first = read_midi(path.read_bytes()).score
    assert first.note_count > 0
    assert validate(first) == []
    again = read_midi(write_midi(first)).score
    assert sounding(again) == sounding(first)
    assert [change.tick for change in again.tempos] == [change.tick for change in first.tempos]
    assert [change.bpm for change in again.tempos] == pytest.approx(
        [change.bpm for change in first.tempos]
    )
    assert [replace(change, id="") for change in again.meters] == [
        replace(change, id="") for change in first.meters
    ]
    assert write_midi(again) == write_midi(first)


def test_the_limited_child_reads_them_too() -> None:
    path = max(FILES, key=lambda path: path.stat().st_size)
    imported = read_midi_safely(path.read_bytes())
    assert sounding(imported.score) == sounding(read_midi(path.read_bytes()).score)
