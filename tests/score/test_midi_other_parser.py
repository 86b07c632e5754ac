"""An independent MIDI library (symusic, C++) reads and writes the same music as we do."""

from dataclasses import replace

import symusic
from hypothesis import HealthCheck, given, settings

from compositions.score.document import Score, Track
from compositions.score.midi import read_midi, write_midi
from compositions.score.timeline import Timeline
from tests.score.strategies import scores
from tests.score.test_validation import GOOD

Sounding = tuple[bool, int, int, float, float, int]

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def ours(score: Score) -> list[Sounding]:
    """(drums, program, pitch, start second, end second, velocity) of every note."""
    timeline = Timeline(score)
    return sorted(
        (
            track.percussion,
            track.program,
            note.pitch,
            timeline.seconds(note.start),
            timeline.seconds(note.end),
            note.velocity,
        )
        for track in score.tracks
        for note in track.notes
    )


def theirs(data: bytes) -> list[Sounding]:
    score = symusic.Score.from_midi(data, ttype=symusic.TimeUnit.second)
    return sorted(
        (track.is_drum, track.program, note.pitch, note.time, note.end, note.velocity)
        for track in score.tracks
        for note in track.notes
    )


def one_port(score: Score) -> Score:
    """Only one drum kit: the other library takes no notice of MIDI ports."""
    kits = [track for track in score.tracks if track.percussion]
    tracks = tuple(track for track in score.tracks if track not in kits[1:])
    notes = {note.id for track in tracks for note in track.notes}
    syllables = tuple(entry for entry in score.syllables if entry.note_id in notes)
    return replace(score, tracks=tracks, syllables=syllables)


def assert_same(left: list[Sounding], right: list[Sounding]) -> None:
    assert len(left) == len(right)
    # The other library has 32-bit seconds, so order may differ where starts nearly agree.
    for one in left:
        assert any(
            one[:3] == other[:3]
            and abs(one[3] - other[3]) < 2e-3
            and abs(one[4] - other[4]) < 2e-3
            and one[5] == other[5]
            for other in right
        ), one


@quick
@given(scores())
def test_it_reads_what_we_write(score: Score) -> None:
    score = one_port(score)
    for file_type in (0, 1):
        assert_same(ours(score), theirs(write_midi(score, file_type=file_type)))


@quick
@given(scores())
def test_we_read_what_it_writes(score: Score) -> None:
    # It does not sort meters, keys and markers among each other and would write negative times.
    score = one_port(score)
    plain = replace(
        score,
        meters=score.meters[:1],
        keys=score.keys[:1],
        sections=(),
        chords=(),
        lines=(),
        syllables=tuple(replace(syllable, line_id="") for syllable in score.syllables),
    )
    foreign = symusic.Score.from_midi(write_midi(plain))
    data = foreign.dumps_midi()
    result = read_midi(data)
    assert_same(ours(result.score), theirs(data))
    exported = write_midi(result.score)
    assert write_midi(read_midi(exported).score) == exported


def test_the_two_agree_on_lyrics_markers_tempo_and_meter() -> None:
    data = write_midi(GOOD)
    other = symusic.Score.from_midi(data)
    assert other.ticks_per_quarter == 480
    assert [(entry.time, entry.text) for entry in other.markers] == [(0, "Verse"), (1920, "Chorus")]
    assert [(entry.time, round(entry.qpm, 3)) for entry in other.tempos] == [(0, 120), (960, 90)]
    assert [(entry.numerator, entry.denominator) for entry in other.time_signatures] == [(4, 4)]
    assert {track.name for track in other.tracks} == {"Lead"}
    lyrics = [(entry.time, entry.text) for track in other.tracks for entry in track.lyrics]
    assert lyrics == [(0, "Hel-"), (480, "lo")]


def test_a_song_of_its_own_making() -> None:
    """A file that never passed through our writer: pedal, bend, two tempos, odd division."""
    foreign = symusic.Score(96)
    foreign.tempos.append(symusic.Tempo(0, 100.0))
    foreign.tempos.append(symusic.Tempo(384, 50.0))
    foreign.time_signatures.append(symusic.TimeSignature(0, 5, 8))
    foreign.key_signatures.append(symusic.KeySignature(0, -2, 1))
    piano = symusic.Track("Piano", 4, False)
    drums = symusic.Track("Beat", 0, True)
    for beat in range(40):
        piano.notes.append(symusic.Note(beat * 48, 47, 50 + beat % 12, 1 + beat))
        drums.notes.append(symusic.Note(beat * 48, 12, 36 + beat % 3, 100))
    piano.controls.append(symusic.ControlChange(48, 64, 127))
    piano.pitch_bends.append(symusic.PitchBend(96, -100))
    foreign.tracks.append(piano)
    foreign.tracks.append(drums)
    score = read_midi(foreign.dumps_midi()).score
    by_name: dict[str, Track] = {track.name: track for track in score.tracks}
    assert set(by_name) == {"Piano", "Beat"}
    assert by_name["Beat"].percussion
    assert by_name["Piano"].program == 4
    assert [(t.tick, t.bpm) for t in score.tempos] == [(0, 100.0), (1920, 50.0)]
    assert [(m.numerator, m.denominator) for m in score.meters] == [(5, 8)]
    assert [(k.tonic, k.mode.value) for k in score.keys] == [("G", "minor")]
    points = {(p.tick, p.parameter, p.value) for p in by_name["Piano"].automation}
    assert points == {(240, "cc64", 127.0), (480, "pitch_bend", -100.0)}
    assert [(n.start, n.duration, n.pitch, n.velocity) for n in by_name["Piano"].notes] == [
        (beat * 240, 235, 50 + beat % 12, 1 + beat) for beat in range(40)
    ]
