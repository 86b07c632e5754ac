"""Sheet music: read back as a PDF, and the beams and rests that are put into MusicXML."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfReader

from compositions.engraving import Book, bind, lead_sheet, parts, score_book
from compositions.engraving.errors import EngravingError
from compositions.engraving.preparing import prepared, printed_tracks
from compositions.score.document import (
    LyricLine,
    MeterChange,
    Note,
    Score,
    Syllable,
    Track,
    TrackRole,
    mint_id,
)
from tests.compositions.songs import BAR, example_score

RNG = random.Random(3)
WORDS = ("Rain", "on", "the", "tape", "to", "night")


def note(start: int, duration: int, pitch: int = 72) -> Note:
    return Note(mint_id(RNG), start, duration, pitch)


def track(notes: list[Note], **fields: object) -> Track:
    base = Track(mint_id(RNG), "Solo", TrackRole.LEAD, 73)
    return replace(base.with_notes(notes), **fields)  # type: ignore[arg-type]


def song_of(notes: list[Note], *, beats: tuple[int, int] = (4, 4), **fields: object) -> Score:
    base = example_score()
    return replace(
        base, tracks=(track(notes, **fields),), chords=(), sections=(),
        meters=(MeterChange(mint_id(RNG), 0, *beats),),
    )  # fmt: skip


def sung_score() -> Score:
    score = example_score("Rain & “Tape” #1 \\ $x$")
    lead = score.tracks[1]
    line = LyricLine(mint_id(RNG), "Rain on the tape tonight")
    syllables = tuple(
        Syllable(mint_id(RNG), sung.id, text, text == "to", (), line.id)
        for sung, text in zip(lead.notes, WORDS, strict=False)
    )
    return replace(score, lines=(line,), syllables=syllables)


def bound(books: list[Book], tmp_path: Path, **fields: str) -> PdfReader:
    path = tmp_path / "book.pdf"
    steps: list[float] = []
    names = {"title": "Rain & “Tape” #1 \\ $x$", "artist": "Ada"} | fields
    count = bind(
        books, path, work_dir=tmp_path, on_progress=lambda part, step: steps.append(part), **names
    )
    assert steps == sorted(steps)
    assert not (tmp_path / "engraving").exists()
    reader = PdfReader(path)
    assert len(reader.pages) == count
    return reader


def beams(score: Score) -> list[str]:
    root = etree.fromstring(prepared(score, score.tracks))
    return ["".join(beam.text or "" for beam in one.iter("beam")) for one in root.iter("note")]


def test_a_score_is_read_back_with_its_words(tmp_path: Path) -> None:
    reader = bound([score_book(sung_score(), artist="Ada")], tmp_path)
    first = reader.pages[0].extract_text().replace("\xa0", " ")
    for text in ("Rain & “Tape” #1 \\ $x$", "Ada", "Score", "Dm9", "Intro", "♩ = 82", "Rhodes"):
        assert text in first
    assert "B♭maj7" in first.replace(" ", "")
    text = "".join(page.extract_text() for page in reader.pages).replace("-", "").split()
    assert all(word in text for word in WORDS)
    assert all(font.get("/ToUnicode") for font in reader.pages[0]["/Resources"]["/Font"].values())
    assert reader.metadata is not None
    assert reader.metadata.title == "Rain & “Tape” #1 \\ $x$"
    assert reader.pages[-1].extract_text().rstrip().endswith(f"/ {len(reader.pages)}")


def test_each_player_has_a_part_with_a_bookmark(tmp_path: Path) -> None:
    score = sung_score()
    reader = bound(parts(score), tmp_path)
    names = [entry.title for entry in reader.outline]  # type: ignore[union-attr]
    assert names == [one.name for one in printed_tracks(score)]
    assert len(reader.pages) >= len(names)


def test_the_same_song_gives_the_same_bytes(tmp_path: Path) -> None:
    score = sung_score()
    copies = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        bound([lead_sheet(score)], folder)
        copies.append((folder / "book.pdf").read_bytes())
    assert copies[0] == copies[1]


def test_a_lead_sheet_has_the_melody_with_words(tmp_path: Path) -> None:
    book = lead_sheet(sung_score())
    root = etree.fromstring(book.musicxml)
    assert len(root.findall("part")) == 1
    assert [text.text for text in root.iter("text")] == list(WORDS)
    assert root.find(".//harmony") is not None


@pytest.mark.parametrize(
    ("lengths", "beats", "expected"),
    [
        ([240] * 8, (4, 4), ["begin", "continue", "continue", "end"] * 2),
        ([240] * 6, (3, 4), ["begin", "end"] * 3),
        ([240] * 6, (6, 8), ["begin", "continue", "end"] * 2),
        ([480, 240, 240, 480, 240, 240], (4, 4), ["", "begin", "end"] * 2),
        ([240, 480, 240, 960], (4, 4), ["", "", "", ""]),
        ([360, 120] * 4, (4, 4), ["begin", "endbackward hook"] * 4),
        ([120, 240, 120], (4, 4), ["beginforward hook", "continue", "endbackward hook"]),
    ],
)  # fmt: skip
def test_beams_follow_the_beat(
    lengths: list[int], beats: tuple[int, int], expected: list[str]
) -> None:
    starts = [sum(lengths[:index]) for index in range(len(lengths))]
    notes = [note(start, length) for start, length in zip(starts, lengths, strict=True)]
    assert beams(song_of(notes, beats=beats))[: len(expected)] == expected


def test_drum_hits_reach_the_next_one_and_flams_are_one_stroke() -> None:
    hits = [note(0, 30, 36), note(240, 30, 42), note(456, 20, 38), note(480, 30, 38)]
    score = song_of(hits, percussion=True, role=TrackRole.DRUMS)
    root = etree.fromstring(prepared(score, score.tracks))
    kinds = [one.findtext("type") for one in root.iter("note") if one.find("unpitched") is not None]
    assert kinds == ["eighth", "eighth", "quarter"]
    assert {stem.text for stem in root.iter("stem")} == {"up"}
    assert root.find(".//key") is None


def test_bars_of_rest_become_one_in_a_part() -> None:
    score = song_of([note(0, 480), note(5 * BAR, 480)])
    root = etree.fromstring(prepared(score, score.tracks, long_rests=True))
    assert [rest.text for rest in root.iter("multiple-rest")] == ["4"]
    assert root.find("part/measure[last()]/barline/bar-style") is not None


def test_what_cannot_be_printed_says_why(tmp_path: Path) -> None:
    score = song_of([])
    with pytest.raises(EngravingError, match="no notes"):
        score_book(score)
    effects = song_of([note(0, 480)], role=TrackRole.EFFECTS)
    with pytest.raises(EngravingError, match="no notes"):
        parts(effects)
    long = song_of([note(6_001 * BAR, 480)])
    with pytest.raises(EngravingError, match="6000 bars in all"):
        score_book(long)
    with pytest.raises(EngravingError, match="no notes"):
        bound([], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(part: float, step: str) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        bind(
            [lead_sheet(sung_score())], tmp_path / "x.pdf", title="", artist="",
            work_dir=tmp_path, on_progress=stop,
        )  # fmt: skip
    assert list(tmp_path.iterdir()) == []
