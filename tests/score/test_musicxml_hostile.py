"""MusicXML that is broken or means harm is refused with a sentence, and never with a crash."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.score import musicxml_file
from compositions.score.document import Score
from compositions.score.musicxml import MusicXmlError, read_musicxml, write_musicxml
from compositions.score.validation import validate
from tests.score.strategies import scores
from tests.score.test_musicxml_reading import document, note, packed

PLAIN = document(note("C", duration=4))
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE score-partwise [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    + "]><score-partwise><work><work-title>&a8;</work-title></work></score-partwise>"
)


def refused(content: bytes) -> str:
    with pytest.raises(MusicXmlError) as caught:
        read_musicxml(content)
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_unparsed(encoding: str) -> None:
    assert "entities" in refused(LAUGHS.encode(encoding))


def test_an_entity_that_reads_a_file_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    text = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]><score-partwise>&e;'
    assert "secret" not in refused(text.encode()).replace(str(secret), "")
    assert "entities" in refused(f"<!DOCTYPE x [<!ENTITY % p SYSTEM '{secret}'> %p;]><x/>".encode())


def test_entities_in_an_odd_encoding_do_not_slip_through() -> None:
    # In UTF-7 "<!ENTITY" need not look like it.
    text = '<?xml version="1.0" encoding="UTF-7"?>' + "+ADwAIQ-ENTITY a 'b'+AD4-"
    assert "encoding" in refused(text.encode())


def test_a_document_type_alone_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    # The address does not exist; reading works because nobody asks it.
    content = PLAIN.replace(b"http://www.musicxml.org/dtds", b"http://nowhere.invalid/dtds")
    assert read_musicxml(content).score.note_count == 1


def test_a_bomb_in_an_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(musicxml_file, "MAX_UNPACKED_BYTES", 5_000_000)
    bomb = packed(b"<score-partwise>" + b" " * 5_000_001)
    assert len(bomb) < 20_000
    assert "unpacks to more" in refused(bomb)


def test_archives_that_are_no_scores() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("something.txt", "x")
    assert "no MusicXML" in refused(buffer.getvalue())
    assert "damaged" in refused(packed(PLAIN)[:-30])
    assert "PK" not in refused(b"PK\x03\x04")
    outside = io.BytesIO()
    with zipfile.ZipFile(outside, "w") as archive:
        archive.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="/etc/passwd"/></rootfiles></container>',
        )
    assert "no MusicXML" in refused(outside.getvalue())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no sound XML"),
        (b"\x00\x01\x02", "no sound XML"),
        (b"MThd\x00\x00", "no sound XML"),
        (b"<html><body/></html>", "no MusicXML score"),
        (b"<score-partwise/>", "no music"),
        (b"<score-partwise><part id='P1'/></score-partwise>", "no music"),
        (PLAIN[: len(PLAIN) // 2], "no sound XML"),
        (b"<a>" * 300 + b"</a>" * 300, "no sound XML"),
        ("<?xml version='1.0' encoding='UTF-8'?><score-partwise>\xff".encode("latin-1"), "utf-8"),
        (b"<?xml version='1.0' encoding='klingon'?><score-partwise/>", "encoding"),
    ],
)
def test_what_is_no_score(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_sizes_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(musicxml_file, "MAX_FILE_BYTES", 100)
    assert "limit for MusicXML" in refused(PLAIN)
    monkeypatch.undo()
    monkeypatch.setattr(musicxml_file, "MAX_TAGS", 10)
    assert "XML tags" in refused(PLAIN)


@pytest.mark.parametrize(
    "measure",
    [
        note("C", duration=10**30),
        note("H"),
        note("C", octave=99),
        '<note><pitch><step>C</step><alter>nan</alter><octave>4</octave></pitch><duration>x</duration></note>',
        "<note/>",
        "<backup><duration>-5</duration></backup>" + note("C"),
        "<attributes><divisions>0</divisions></attributes>" + note("C"),
        "<attributes><divisions>1e308</divisions><transpose><chromatic>1e300</chromatic></transpose></attributes>"
        + note("C"),
        "<attributes><key><fifths>99</fifths></key><time><beats>x</beats><beat-type>0</beat-type></time></attributes>"
        + note("C"),
        '<direction><direction-type><metronome/></direction-type><sound tempo="-1"/></direction>',
        '<sound tempo="1e999" dynamics="-3" damper-pedal="maybe"/>',
        "<harmony><kind>nonsense</kind></harmony>",
        "<harmony><root><root-step>X</root-step></root><kind>major</kind></harmony>",
        "<note><unpitched/><duration>1</duration></note>",
        note("C", more="<lyric/><lyric><text/></lyric><lyric number='x y'><text>a</text></lyric>"),
        note("C", attributes='attack="1e9" release="-1e9" dynamics="x"'),
        '<sound><play><other-play type="ariaforge.cc0">5</other-play></play></sound>',
        '<sound><play><other-play type="ariaforge.cc٣">5</other-play></play></sound>',
        '<barline><ending number="" type="start"/>'
        '<repeat direction="backward" times="1e9"/></barline>',
    ],
)  # fmt: skip
def test_nonsense_in_a_measure_never_crashes(measure: str) -> None:
    try:
        score = read_musicxml(document(measure, note("C", duration=4))).score
    except MusicXmlError:
        return
    assert validate(score) == []


@pytest.mark.parametrize("field", ["tracks", "keys", "sections", "chords", "lines", "metadata"])
@pytest.mark.parametrize("value", ["[]", "{", '{"t":5}', '{"t":{"gain_db":"x","duration":-1}}'])
def test_nonsense_in_our_own_fields_is_not_believed(field: str, value: str) -> None:
    extra = (
        "<identification><miscellaneous>"
        '<miscellaneous-field name="ariaforge">ariaforge-score 1</miscellaneous-field>'
        f'<miscellaneous-field name="ariaforge.{field}">{value}</miscellaneous-field>'
        "</miscellaneous></identification>"
    )
    content = document(note("C", duration=4), extra=extra).replace(b'"P1"', b'"af-t"')
    assert validate(read_musicxml(content).score) == []


@settings(max_examples=40, deadline=None)
@given(scores(most_tracks=2), st.data())
def test_damaged_files_are_read_or_refused(score: Score, data: st.DataObject) -> None:
    content, _ = write_musicxml(score)
    start = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(0, 60))
    piece = data.draw(st.one_of(st.binary(max_size=20), st.just(b""), st.just(b"9999999999")))
    try:
        read = read_musicxml(content[:start] + piece + content[start + length :]).score
    except MusicXmlError:
        return
    assert validate(read) == []
