"""What other programs write: each habit of theirs in a small file built byte by byte."""

import random

import pytest

from compositions.score.document import Mode, TrackRole
from compositions.score.errors import MidiError
from compositions.score.midi import MidiImport, read_midi, write_midi
from compositions.score.midi_scan import inspect
from tests.score.midi_bytes import END, chunk, header, meta, midi, note


def stable(data: bytes) -> MidiImport:
    """Read a file and prove that export and import no longer change anything."""
    result = read_midi(data)
    exported = write_midi(result.score)
    again = read_midi(exported)
    assert write_midi(again.score) == exported
    assert len(again.remarks) == 1
    return result


def spans(result: MidiImport, track: int = 0) -> list[tuple[int, int, int]]:
    return [(n.start, n.end, n.pitch) for n in result.score.tracks[track].notes]


def test_a_foreign_division_is_rescaled() -> None:
    for division in (24, 96, 120, 960, 1000, 32767):
        quarter = division
        result = stable(midi(note(quarter, 60, quarter) + note(0, 62, quarter), division=division))
        assert spans(result) == [(480, 960, 60), (960, 1440, 62)]
        assert f"Rescaled from {division} to 480" in result.remarks[1]


def test_tempo_meter_and_key_of_a_type_0_file() -> None:
    body = (
        meta(0, 0x03, b"Song")
        + meta(0, 0x51, (461_538).to_bytes(3, "big"))
        + meta(0, 0x58, b"\x06\x03\x24\x08")
        + meta(0, 0x59, b"\xfd\x01")
        + note(0, 60, 480)
        + meta(0, 0x51, (500_000).to_bytes(3, "big"))
    )
    score = stable(midi(body, file_type=0)).score
    assert score.title == "Song"
    assert [(t.tick, round(t.bpm, 3)) for t in score.tempos] == [(0, 130.0), (480, 120.0)]
    assert (score.meters[0].numerator, score.meters[0].denominator) == (6, 8)
    assert (score.keys[0].tonic, score.keys[0].mode) == ("C", Mode.MINOR)


def test_what_is_missing_is_assumed_and_said() -> None:
    result = stable(midi(note(0, 60, 10)))
    assert result.score.tempos[0].bpm == 120
    assert any("no tempo" in remark for remark in result.remarks)
    assert any("no time signature" in remark for remark in result.remarks)
    assert any("C major is assumed" in remark for remark in result.remarks)


def test_tempos_out_of_range_are_limited_and_said() -> None:
    slow = meta(0, 0x51, (16_000_000).to_bytes(3, "big"))
    fast = meta(0, 0x51, (1).to_bytes(3, "big"))
    result = stable(midi(slow + note(0, 60, 10) + fast + note(0, 60, 10)))
    assert [t.bpm for t in result.score.tempos] == [10.0, 400.0]
    assert any("10 to 400 beats per minute" in remark for remark in result.remarks)


def test_channels_become_tracks() -> None:
    body = note(0, 60, 10, 0) + b"\x00\xc1\x21" + note(0, 40, 10, 1) + note(0, 36, 10, 9)
    result = stable(midi(body, file_type=0))
    assert [(t.name, t.role, t.program, t.percussion) for t in result.score.tracks] == [
        ("Acoustic Grand Piano", TrackRole.OTHER, 0, False),
        ("Fingered Bass", TrackRole.BASS, 33, False),
        ("Drums", TrackRole.DRUMS, 0, True),
    ]


def test_channel_10_of_another_port_is_a_drum_kit_too() -> None:
    one = meta(0, 0x21, b"\x00") + note(0, 36, 10, 9)
    two = meta(0, 0x21, b"\x01") + b"\x00\xc9\x19" + note(0, 36, 10, 9)
    tracks = stable(midi(one, two)).score.tracks
    assert [(t.percussion, t.program) for t in tracks] == [(True, 0), (True, 25)]


def test_a_program_change_in_mid_song_begins_another_track() -> None:
    body = (
        b"\x00\xb0\x07\x50"
        b"\x00\xb0\x0b\x64"
        b"\x00\xc0\x30" + note(0, 60, 480) + b"\x00\xc0\x2d" + note(0, 62, 480)
        + b"\x00\xc0\x30" + note(0, 64, 480)
    )  # fmt: skip
    result = stable(midi(meta(0, 3, b"Strings") + body))
    first, second = result.score.tracks
    assert (first.name, first.program) == ("Strings", 48)
    assert (second.name, second.program) == ("Strings (Pizzicato Strings)", 45)
    assert spans(result, 0) == [(0, 480, 60), (960, 1440, 64)]
    assert spans(result, 1) == [(480, 960, 62)]
    # The new track plays as loud, and keeps the expression pedal where it stood.
    assert second.gain_db == first.gain_db == pytest.approx(-3.88)
    assert [(p.tick, p.parameter, p.value) for p in second.automation] == [(480, "cc11", 100.0)]


def test_a_returning_instrument_hears_what_was_set_meanwhile() -> None:
    body = (
        b"\x00\xc0\x30" + note(0, 60, 480) + b"\x00\xc0\x2d" + note(0, 62, 480)
        + b"\x00\xb0\x0b\x28\x00\xc0\x30" + note(0, 64, 480)
    )  # fmt: skip
    first, second = stable(midi(body)).score.tracks
    for track in (first, second):
        assert [(p.tick, p.parameter, p.value) for p in track.automation] == [(960, "cc11", 40.0)]


def test_bank_select_waits_for_the_program_change() -> None:
    body = b"\x00\xb0\x00\x08\x00\xb0\x20\x01" + note(0, 60, 10) + b"\x00\xc0\x05" + note(0, 61, 9)
    tracks = stable(midi(body)).score.tracks
    assert [(t.bank, t.program) for t in tracks] == [(0, 0), (8 + 128, 5)]


def test_the_mixer_strip_comes_from_what_is_set_before_the_first_note() -> None:
    body = b"\x00\xb0\x07\x64\x00\xb0\x07\x7f\x00\xb0\x0a\x00\x05\xb0\x5b\x7f" + note(5, 60, 10)
    track = stable(midi(body)).score.tracks[0]
    assert (track.gain_db, track.pan, track.reverb_send) == (4.15, -1.0, 1.0)
    assert track.automation == ()


def test_a_moving_volume_is_automation_from_its_first_value() -> None:
    body = b"\x00\xb0\x07\x00" + note(0, 60, 480) + b"\x00\xb0\x07\x64" + note(0, 60, 480)
    track = stable(midi(body)).score.tracks[0]
    assert track.gain_db == 0.0
    assert [(p.tick, p.value) for p in track.automation] == [(0, 0.0), (480, 100.0)]


def test_sustain_and_pitch_bend() -> None:
    body = b"\x00\xb0\x40\x7f\x00\xe0\x00\x00" + note(0, 60, 480) + b"\x00\xe0\x7f\x7f"
    points = stable(midi(body)).score.tracks[0].automation
    assert sorted((p.tick, p.parameter, p.value) for p in points) == [
        (0, "cc64", 127.0),
        (0, "pitch_bend", -8192.0),
        (480, "pitch_bend", 8191.0),
    ]


def test_setting_a_registered_parameter_keeps_its_steps() -> None:
    steps = b"".join(
        bytes((0, 0xB0, controller, value))
        for controller, value in ((101, 0), (100, 0), (6, 12), (101, 127), (100, 127))
    )
    points = stable(midi(steps + note(9, 60, 10))).score.tracks[0].automation
    assert {(p.tick, p.parameter, p.value) for p in points} == {
        (0, "cc101", 0.0),
        (0, "cc100", 0.0),
        (0, "cc6", 12.0),
        (1, "cc101", 127.0),
        (1, "cc100", 127.0),
    }


def test_controllers_from_a_track_without_notes_reach_their_channel() -> None:
    result = stable(midi(b"\x00\xb2\x0a\x7f\x00\xb5\x01\x05", note(0, 60, 10, channel=2)))
    assert [(t.pan, len(t.notes)) for t in result.score.tracks] == [(1.0, 1)]
    assert any("channel without notes" in remark for remark in result.remarks)


@pytest.mark.parametrize(
    ("body", "expected", "remark"),
    [
        # A second note on before the off: first on, first off; then cut where the next begins.
        (b"\x00\x90\x3c\x50\x0a\x90\x3c\x50\x0a\x80\x3c\x40\x0a\x80\x3c\x40",
         [(0, 10, 60), (10, 30, 60)], "cut short"),
        # Two at once.
        (b"\x00\x90\x3c\x50\x00\x90\x3c\x60\x0a\x80\x3c\x40\x0a\x80\x3c\x40",
         [(0, 20, 60)], "merged"),
        # Never ended: until the end of the track.
        (b"\x00\x90\x3c\x50\x64\x90\x3e\x50\x0a\x80\x3e\x40",
         [(0, 110, 60), (100, 110, 62)], "without an end"),
        # No length.
        (b"\x05\x90\x3c\x50\x00\x80\x3c\x40", [(5, 6, 60)], "without length"),
        # An off without an on.
        (b"\x05\x80\x3c\x40\x05\x90\x3c\x50\x05\x80\x3c\x40", [(10, 15, 60)], "never began"),
        # Running status, and note on with velocity 0 as the off.
        (b"\x00\x90\x3c\x50\x05\x3c\x00\x00\x3e\x50\x05\x3e\x00",
         [(0, 5, 60), (5, 10, 62)], None),
        # Running status goes on behind a meta event, as some programs write.
        (b"\x00\x90\x3c\x50\x05\xff\x01\x01a\x00\x3c\x00", [(0, 5, 60)], None),
        # All notes off.
        (b"\x00\x90\x3c\x50\x07\xb0\x7b\x00", [(0, 7, 60)], None),
    ],
)  # fmt: skip
def test_notes_are_repaired(
    body: bytes, expected: list[tuple[int, int, int]], remark: str | None
) -> None:
    result = stable(midi(body))
    assert spans(result) == expected
    repaired = [line for line in result.remarks if line.startswith("Repaired")]
    assert len(repaired) == (remark is not None)
    assert remark is None or remark in repaired[0]


def test_unknown_events_keep_their_time() -> None:
    sysex = b"\x64\xf0\x05\x7e\x7f\x09\x01\xf7"
    escape = b"\x64\xf7\x03\xf3\x01\xff"
    body = meta(100, 0x08, b"Name") + meta(100, 0x60, b"?") + sysex + escape + note(100, 60, 10)
    result = stable(midi(body))
    assert spans(result) == [(500, 510, 60)]
    assert "Left out 2 x: system exclusive message." in result.remarks
    assert "Left out 2 x: meta event without a meaning for the score." in result.remarks


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (0x59, b"\x09\x00"),
        (0x59, b"\x00\x05"),
        (0x59, b"\x00"),
        (0x58, b"\x04\x02"),
        (0x58, b"\x00\x02\x18\x08"),
        (0x58, b"\x04\xff\x18\x08"),
        (0x51, b"\x07\xa1"),
        (0x00, b"\x01"),
        (0x20, b""),
        (0x21, b""),
        (0x54, b"\xff"),
    ],
)
def test_malformed_meta_events_cost_only_themselves(kind: int, payload: bytes) -> None:
    result = stable(midi(meta(10, kind, payload) + note(0, 60, 10)))
    assert spans(result) == [(10, 20, 60)]
    assert any(line.startswith("Left out 1 x") for line in result.remarks)


def test_time_signatures_beyond_the_score_are_left_out() -> None:
    result = stable(midi(meta(0, 0x58, b"\x21\x02\x18\x08") + note(0, 60, 10)))
    assert (result.score.meters[0].numerator, result.score.meters[0].denominator) == (4, 4)
    assert "Repaired 1 x: time signature 33/4 left out." in result.remarks


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Gitarre ä".encode(), "Gitarre ä"),
        ("Gitarre ä".encode("latin-1"), "Gitarre ä"),
        (b"It\x92s", "It’s"),
        (b"Bass\x00\x00", "Bass"),
        (b" two\nlines\x1b ", "two lines"),
        (b"\x81\x8d", ""),
        (b"n" * 500, "n" * 200),
    ],
)
def test_names_in_any_character_set(raw: bytes, name: str) -> None:
    result = stable(midi(meta(0, 3, raw) + note(0, 60, 10)))
    assert result.score.tracks[0].name == (name or "Acoustic Grand Piano")


def test_markers_become_sections() -> None:
    body = (
        meta(0, 6, b"Intro")
        + meta(960, 6, b"Verse 1")
        + meta(0, 6, b"soft")
        + note(0, 60, 960)
        + meta(960, 6, b"End")
    )
    result = stable(midi(body))
    assert [(s.start, s.duration, s.label, s.kind) for s in result.score.sections] == [
        (0, 960, "Intro", "intro"),
        (960, 1920, "Verse 1 / soft", "verse"),
        (2880, 1920, "End", "section"),
    ]


def test_chord_texts_become_chords() -> None:
    body = (
        meta(0, 1, b"chord: Gm7/Bb")
        + meta(480, 1, b"chord: N.C.")
        + meta(480, 1, b"chord: C7(b9)")
        + meta(0, 1, b"chord: what")
        + note(0, 60, 960)
    )
    result = stable(midi(body))
    assert [(c.start, c.end, c.symbol) for c in result.score.chords] == [
        (0, 480, "Gm7/Bb"),
        (960, 1920, "C7(b9)"),
    ]
    assert "Left out 1 x: text." in result.remarks


def sung(texts: list[bytes], *, apart: bool = False) -> list[tuple[str, bool]]:
    """Read one lyric event per quarter note and return the syllables."""
    notes = b"".join(note(0, 60 + n, 480) for n in range(len(texts)))
    words = b"".join(meta(480 if n else 0, 5, text) for n, text in enumerate(texts))
    if apart:
        data = midi(words, note(0, 30, 9), notes)
    else:
        data = midi(b"".join(meta(0, 5, text) + note(0, 60, 480) for text in texts))
    score = stable(data).score
    track = score.tracks[-1]
    places = {entry.id: place for place, entry in enumerate(track.notes)}
    assert [places[s.note_id] for s in score.syllables] == list(range(len(texts)))
    return [(s.text, s.continues) for s in score.syllables]


HELLO = [("Hel", True), ("lo", False), ("world", False)]


@pytest.mark.parametrize(
    "texts",
    [
        [b"Hel-", b"lo", b"world"],
        [b"Hel", b"lo ", b"world "],
        [b"Hel", b"lo", b" world"],
        [b"\\Hel", b"lo ", b"/world "],
    ],
)
def test_lyrics_in_three_ways_of_writing(texts: list[bytes]) -> None:
    assert sung(texts) == HELLO


def test_lyrics_from_a_track_of_their_own_find_the_singer() -> None:
    assert sung([b"Hel-", b"lo", b"world"], apart=True) == HELLO


def test_a_lyric_on_a_chord_belongs_to_its_highest_note() -> None:
    chord = b"\x00\x90\x3c\x50\x00\x90\x43\x50\x00\x90\x40\x50"
    score = stable(midi(meta(0, 5, b"la") + chord)).score
    sung_by = {entry.id: entry.pitch for entry in score.tracks[0].notes}
    assert [sung_by[syllable.note_id] for syllable in score.syllables] == [67]


def test_a_lyric_beside_its_note_moves_to_it_and_one_far_away_is_left_out() -> None:
    body = meta(0, 5, b"late") + note(20, 60, 480) + meta(4000, 5, b"lost")
    result = stable(midi(body))
    assert [s.text for s in result.score.syllables] == ["late"]
    assert "Repaired 1 x: lyric moved to the nearest note." in result.remarks
    assert "Repaired 1 x: lyric without a note to sing it on, left out." in result.remarks


def test_foreign_parts_a_wrong_count_and_stray_bytes_do_not_matter() -> None:
    track = chunk(note(0, 60, 10) + END)
    alien = b"XFIH\x00\x00\x00\x03abc"
    result = stable(header(1, 9) + alien + track + alien + track + b"\x00\x00")
    assert len(result.score.tracks) == 2
    assert any("announces 9 tracks and holds 2" in remark for remark in result.remarks)
    assert "Left out 2 x: part that is no track." in result.remarks
    assert any("2 stray bytes" in remark for remark in result.remarks)


def test_a_missing_end_of_track_and_events_behind_one() -> None:
    assert spans(stable(header() + chunk(note(0, 60, 10)))) == [(0, 10, 60)]
    assert spans(stable(header() + chunk(note(0, 60, 10) + END + note(0, 62, 10)))) == [(0, 10, 60)]


def test_another_program_may_edit_what_we_wrote() -> None:
    """Texts of ours are believed only where they agree with the plain event."""
    body = (
        meta(0, 0x59, b"\x01\x00")
        + meta(0, 1, b'ariaforge.key {"mode":"dorian","tonic":"D"}')
        + meta(0, 0x20, b"\x00")
        + meta(0, 1, b'ariaforge.track {"gain_db":-6.0,"role":"boss","pan":"x","solo":true}')
        + b"\x00\xb0\x07\x7f"
        + note(0, 60, 10)
    )
    score = stable(midi(body)).score
    assert (score.keys[0].tonic, score.keys[0].mode) == ("G", Mode.MAJOR)
    track = score.tracks[0]
    assert (track.gain_db, track.role, track.pan, track.solo) == (4.15, TrackRole.OTHER, 0.0, True)


def test_the_same_ids_come_from_the_same_stream() -> None:
    data = midi(note(0, 60, 10) + note(0, 62, 10))
    one, two = (read_midi(data, rng=random.Random(7)).score for _ in range(2))
    assert one == two
    assert read_midi(data).score != read_midi(data).score


def test_more_instruments_than_tracks_are_refused() -> None:
    bodies = [bytes((0, 0xC0, program)) + note(0, 60, 10) for program in range(128)]
    assert len(read_midi(midi(b"".join(bodies))).score.tracks) == 128
    with pytest.raises(MidiError, match="more than 128 instruments"):
        read_midi(midi(b"".join(bodies) + note(0, 60, 10, channel=1)))


def test_the_scan_measures_the_length_through_the_tempo_map() -> None:
    conductor = meta(480, 0x51, (1_000_000).to_bytes(3, "big"))
    assert inspect(midi(conductor, note(0, 60, 960))).seconds == pytest.approx(1.5)
