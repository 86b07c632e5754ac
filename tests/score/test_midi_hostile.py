"""Hostile MIDI files: refused with a plain sentence, never with another exception."""

import contextlib
import os
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compositions.score import midi_guard
from compositions.score.errors import MidiError
from compositions.score.midi import read_midi, write_midi
from compositions.score.midi_guard import read_midi_safely, scan_midi
from compositions.score.midi_scan import MAX_EVENTS, MAX_FILE_BYTES
from compositions.score.validation import validate
from tests.score.midi_bytes import END, chunk, header, meta, midi, note, number
from tests.score.test_validation import GOOD

MILLION = header() + chunk(b"\x00\x90\x3c\x50" + b"\x00\x3c\x00" * 1_000_000 + END)
DELTA = number(0x0FFFFFFF)
FAR = 96 * 3600 * 2  # ticks of an hour at 96 ticks per quarter note and 120 bpm

HOSTILE = {
    "empty": (b"", "does not begin with MThd"),
    "text": (b"Hello, this is no music at all", "does not begin with MThd"),
    "header only": (header()[:10], "cut short inside its header"),
    "400 KB of 0xFF": (b"\xff" * 400_000, "does not begin with MThd"),
    "400 KB of 0xFF in a track": (header() + chunk(b"\xff" * 400_000), "more than 4 bytes"),
    "400 KB of 0xFF as a meta length": (
        header() + chunk(b"\x00\xff\x01" + b"\xff" * 400_000),
        "more than 4 bytes",
    ),
    "a million events": (MILLION, "limit is 2097152"),
    "too many events": (
        header() + chunk(b"\x00\x90\x3c\x50" + b"\x00\x3c\x00" * MAX_EVENTS + END),
        "more than 200000 events",
    ),
    "too many bytes": (header() + chunk(b"\x00" * MAX_FILE_BYTES), "limit is 2097152"),
    "division 0": (midi(note(0, 60, 10), division=0), "0 ticks"),
    "SMPTE": (midi(note(0, 60, 10), division=0xE728), "SMPTE"),
    "tempo 0": (midi(meta(0, 0x51, b"\0\0\0") + note(0, 60, 10)), "tempo of 0"),
    "type 2": (midi(note(0, 60, 10), file_type=2), "type 2"),
    "type 7": (midi(note(0, 60, 10), file_type=7), "type 7 does not exist"),
    "lying chunk of 4 GB": (header() + b"MTrk\xff\xff\xff\xff" + note(0, 60, 10), "cut short"),
    "lying header": (b"MThd\xff\xff\xff\xff" + header()[8:] + chunk(END), "cannot be"),
    "short header": (b"MThd\0\0\0\2" + header()[8:] + chunk(END), "cannot be"),
    "65,535 tracks announced": (header(1, 65_535) + chunk(END), "65535 tracks"),
    "65,535 tracks": (header(1, 1) + chunk(END) * 65_535, "more than 256 tracks"),
    "no track": (header(), "holds no track"),
    "77 hours": (midi(DELTA + note(0, 60, 10)[1:]), "limit is 3 hours"),
    "77 hours up to the end mark": (header() + chunk(DELTA + b"\xff\x2f\x00"), "3 hours"),
    "three hours in small steps": (
        midi(note(FAR, 60, FAR) + note(FAR, 60, 9), division=96),
        "hour",
    ),
    "data without a status": (midi(b"\x00\x3c\x50"), "without a message"),
    "value above 127": (midi(b"\x00\x90\x3c\xff"), "above 127"),
    "realtime message": (midi(b"\x00\xf8"), "F8"),
    "undefined message": (midi(b"\x00\xf4"), "F4"),
    "event past its track": (header() + chunk(b"\x00\x90\x3c"), "past its track"),
    "meta past its track": (header() + chunk(b"\x00\xff\x01\x7fab"), "past its track"),
    "sysex past its track": (header() + chunk(b"\x00\xf0\x7fab"), "past its track"),
    "delta at the end": (header() + chunk(b"\x81"), "past its track"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_with_a_plain_sentence(name: str) -> None:
    data, sentence = HOSTILE[name]
    for read in (scan_midi, read_midi, read_midi_safely):
        with pytest.raises(MidiError, match=sentence) as caught:
            read(data)
        assert str(caught.value).endswith((".", "(2 MiB)."))


class Counted(bytes):
    """Bytes that count how often they are looked at."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        self.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_scan_looks_at_each_byte_a_few_times_at_most(name: str) -> None:
    """The parser behind it takes 14 seconds for 400 KB of 0xFF: its time is quadratic."""
    data = Counted(HOSTILE[name][0])
    with pytest.raises(MidiError):
        scan_midi(data)
    assert data.looks <= 4 * len(data) + 20


def test_the_largest_allowed_file_is_scanned_in_linear_time() -> None:
    notes = b"\x00\x90\x3c\x50" + b"\x00\x3c\x00" * (MAX_EVENTS - 2)
    data = Counted(header() + chunk(notes + END))
    scan_midi(data)
    assert MAX_EVENTS < data.looks <= 4 * len(data)


def test_nothing_but_midi_error_when_cut_anywhere() -> None:
    data = write_midi(GOOD)
    assert validate(read_midi(data).score) == []
    whole = 0
    for end in range(len(data)):
        try:
            result = read_midi(data[:end])
        except MidiError:
            continue
        # Cut between two tracks: what is there is read, and what is missing is told.
        whole += 1
        assert any("announces 3 tracks and holds" in remark for remark in result.remarks)
    assert whole < 8 * 2 + 1


TYPE_0 = bytes(write_midi(GOOD, file_type=0))
TYPE_1 = bytes(write_midi(GOOD))
FOREIGN = midi(
    meta(0, 3, b"Song") + meta(0, 0x51, b"\x07\xa1\x20") + meta(0, 0x59, b"\x01\x00"),
    b"\x00\xc0\x05\x00\xb0\x07\x60" + note(0, 60, 96) + b"\x00\xf0\x03\x01\x02\xf7"
    + meta(0, 5, b"la") + note(0, 62, 96) + b"\x00\xe0\x00\x41" + note(0, 64, 96),
    note(0, 36, 48, channel=9),
    division=96,
)  # fmt: skip


def survives(data: bytes) -> None:
    try:
        result = read_midi(data)
    except MidiError:
        return
    assert validate(result.score) == []
    # Too many channels or drum kits for a single port is the one thing type 0 refuses.
    with contextlib.suppress(MidiError):
        write_midi(result.score, file_type=0)
    exported = write_midi(result.score)
    assert write_midi(read_midi(exported).score) == exported


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from([TYPE_0, TYPE_1, FOREIGN]),
    st.lists(st.tuples(st.integers(14, 4000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_flipped_bytes_give_a_valid_score_or_a_midi_error(
    data: bytes, flips: list[tuple[int, int]]
) -> None:
    mutated = bytearray(data)
    for place, value in flips:
        mutated[place % len(mutated)] = value
    survives(bytes(mutated))


@settings(max_examples=75, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.binary(max_size=60), max_size=3), st.integers(0, 2), st.integers(0, 0xFFFF))
@example([b""], 1, 1)
def test_random_tracks_give_a_valid_score_or_a_midi_error(
    bodies: list[bytes], file_type: int, division: int
) -> None:
    survives(midi(*bodies, file_type=file_type, division=division))


def test_deeply_nested_texts_are_only_texts() -> None:
    nested = b'ariaforge.track {"a":' + b"[" * 3900
    result = read_midi(midi(meta(0, 0x20, b"\x00") + meta(0, 1, nested) + note(0, 60, 10)))
    assert "Left out 1 x: text." in result.remarks


def test_many_lyrics_and_markers_on_one_spot() -> None:
    body = b"".join(meta(0, 5, b"la" * 50) + meta(0, 6, b"mark" * 20) for _ in range(4_000))
    score = read_midi(midi(body + note(0, 60, 10))).score
    assert len(score.syllables[0].text) <= 100
    assert len(score.sections[0].label) <= 200


def test_the_child_reads_what_the_parser_reads() -> None:
    safe, plain = read_midi_safely(TYPE_1), read_midi(TYPE_1)
    assert safe.remarks == plain.remarks
    assert write_midi(safe.score) == write_midi(plain.score) == TYPE_1


BIG = midi(b"".join(note(5, 60 + n % 12, 5) for n in range(60_000)))


def test_the_child_is_stopped_at_its_cpu_limit() -> None:
    with pytest.raises(MidiError, match="too much time"):
        read_midi_safely(BIG, cpu_seconds=1)


def test_the_child_is_stopped_at_its_memory_limit() -> None:
    with pytest.raises(MidiError, match=r"too much memory|its reader stopped"):
        read_midi_safely(BIG, memory_mb=64)


def test_the_child_is_stopped_by_the_clock() -> None:
    with pytest.raises(MidiError, match="too much time"):
        read_midi_safely(BIG, timeout=0.2)


def test_the_child_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child gets a short environment and nothing of the caller's."""
    spy = tmp_path / "python"
    spy.write_text(f'#!/bin/sh\nenv > {tmp_path}/environment\necho "{{\\"error\\": \\"seen\\"}}"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    monkeypatch.setattr(midi_guard.sys, "executable", str(spy))
    with pytest.raises(MidiError, match="seen"):
        read_midi_safely(TYPE_1)
    environment = (tmp_path / "environment").read_text()
    assert "PATH=" in environment
    assert "do not tell" not in environment
    assert os.environ["SECRET_KEY"] == "do not tell"


def test_an_answer_that_is_no_score_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spy = tmp_path / "python"
    monkeypatch.setattr(midi_guard.sys, "executable", str(spy))
    for answer in ("nonsense", '{"score": {}, "remarks": []}'):
        spy.write_text(f"#!/bin/sh\necho '{answer}'\n")
        spy.chmod(0o755)
        with pytest.raises(MidiError):
            read_midi_safely(TYPE_1)


def test_chunk_lengths_that_lie_by_a_little() -> None:
    body = note(0, 60, 10) + note(0, 62, 10) + END
    for claimed in range(len(body)):
        survives(header() + b"MTrk" + struct.pack(">I", claimed) + body)
