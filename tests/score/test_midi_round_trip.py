"""What is written comes back: generated scores through MIDI files of both types."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from compositions.score.document import (
    AutomationPoint,
    KeyChange,
    MeterChange,
    Note,
    Score,
    TempoChange,
    Track,
)
from compositions.score.errors import MidiError, ScoreError
from compositions.score.midi import read_midi, write_midi
from compositions.score.midi_names import beats_per_minute, microseconds
from compositions.score.validation import check
from tests.score.strategies import scores, what_midi_holds

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def score_of(*tracks: Track) -> Score:
    return Score(
        "Song",
        (TempoChange("t0", 0, 120.0),),
        (MeterChange("m0", 0, 4, 4),),
        (KeyChange("k0", 0, "C"),),
        tracks=tracks,
    )


@quick
@given(scores(), st.sampled_from([0, 1]))
def test_a_score_comes_back_from_its_midi_file(score: Score, file_type: int) -> None:
    check(score)
    kits = [track for track in score.tracks if track.percussion]
    if file_type == 0 and len(kits) > 1:
        keys = [note.pitch for track in kits for note in track.notes]
        shared = len(keys) > len(set(keys)) and any(
            {n.pitch for n in one.notes} & {n.pitch for n in other.notes}
            for place, one in enumerate(kits)
            for other in kits[:place]
        )
        if shared:
            with pytest.raises(MidiError, match="type 0"):
                write_midi(score, file_type=0)
        else:
            write_midi(score, file_type=0)
        return
    data = write_midi(score, file_type=file_type)
    assert write_midi(score, file_type=file_type) == data
    result = read_midi(data)
    assert what_midi_holds(result.score) == what_midi_holds(score)
    assert len(result.remarks) == 1, "our own files need no repair"
    assert write_midi(result.score, file_type=file_type) == data


@pytest.mark.parametrize("melodic", [15, 16, 31, 127])
def test_every_instrument_has_a_channel_of_its_own(melodic: int) -> None:
    tracks = [
        Track(f"x{n}", f"Track {n}", program=n % 128, notes=(Note(f"n{n}", n, 10, 60),))
        for n in range(melodic)
    ]
    tracks.insert(3, Track("d", "Kit", percussion=True, notes=(Note("dn", 0, 10, 36),)))
    score = score_of(*tracks)
    back = read_midi(write_midi(score)).score
    assert what_midi_holds(back) == what_midi_holds(score)
    if melodic > 15:
        with pytest.raises(MidiError, match="15 instruments and one drum kit"):
            write_midi(score, file_type=0)


def test_kits_that_share_no_key_are_one_in_a_file_of_one_track() -> None:
    drums = Track("d", "Drums", percussion=True, program=26, notes=(Note("a", 0, 9, 36),))
    effects = Track("e", "Effects", percussion=True, program=43, notes=(Note("b", 480, 9, 90),))
    flute = Track("f", "Flute", program=73, notes=(Note("c", 0, 9, 72),))
    back = read_midi(write_midi(score_of(drums, effects, flute), file_type=0)).score
    found = {
        (track.percussion, track.program): [(note.start, note.pitch) for note in track.notes]
        for track in back.tracks
    }
    assert found == {(True, 26): [(0, 36), (480, 90)], (False, 73): [(0, 72)]}


def test_two_drum_kits_stay_two() -> None:
    kits = [
        Track(f"d{n}", f"Kit {n}", percussion=True, program=n, notes=(Note(f"n{n}", 0, 9, 36),))
        for n in range(3)
    ]
    back = read_midi(write_midi(score_of(*kits))).score
    assert [(track.name, track.program, track.percussion) for track in back.tracks] == [
        ("Kit 0", 0, True),
        ("Kit 1", 1, True),
        ("Kit 2", 2, True),
    ]


def test_ids_do_not_move_a_byte() -> None:
    one = score_of(
        Track(
            "t",
            "Piano",
            notes=(Note("a", 0, 10, 60), Note("b", 0, 20, 60, 90), Note("c", 0, 10, 64)),
            automation=(AutomationPoint("p", 0, "cc6", 2.0), AutomationPoint("q", 0, "cc101", 0.0)),
        )
    )
    other = score_of(
        Track(
            "t",
            "Piano",
            notes=(Note("z", 0, 10, 60), Note("y", 0, 20, 60, 90), Note("x", 0, 10, 64)),
            automation=(AutomationPoint("q", 0, "cc6", 2.0), AutomationPoint("p", 0, "cc101", 0.0)),
        )
    )
    assert write_midi(one) == write_midi(other)


def test_overlapping_notes_of_one_pitch_are_separated_on_writing() -> None:
    track = Track("t", "Piano", notes=(Note("a", 0, 100, 60), Note("b", 40, 100, 60)))
    back = read_midi(write_midi(score_of(track))).score.tracks[0]
    assert [(note.start, note.end) for note in back.notes] == [(0, 40), (40, 140)]


def test_invalid_scores_and_unknown_types_are_not_written() -> None:
    with pytest.raises(ScoreError) as caught:
        write_midi(score_of(Track("t", "Piano", program=128)))
    assert caught.value.problems[0].path == "tracks[0].program"
    with pytest.raises(MidiError, match="type 2"):
        write_midi(score_of(), file_type=2)


@given(st.integers(150_000, 6_000_000))
def test_every_tempo_of_a_midi_file_survives_as_bpm(tempo: int) -> None:
    assert microseconds(beats_per_minute(tempo)) == tempo


def test_round_tempos_read_as_round_numbers() -> None:
    assert [beats_per_minute(microseconds(bpm)) for bpm in (97, 120, 133.5)] == [97, 120, 133.5]
