"""The figures that critics and bench read from a score, on scores whose answer is known."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer.keyfinder import find_key
from compositions.composer.measures.chords import chords_obeyed
from compositions.composer.measures.compression import compression_ratio
from compositions.composer.measures.melody import (
    chord_lookup,
    chord_tone_ratio,
    consonance,
    gram_overlap,
    melody_bits,
    melody_of,
    once_through,
    repetition,
)
from compositions.composer.measures.voices import parallels, voices_of
from compositions.score.document import (
    Chord,
    KeyChange,
    MeterChange,
    Note,
    Score,
    Section,
    Track,
    TrackRole,
)

# Sounding time of the twelve pitch classes in composed songs, and the key (tonic, minor)
# that music21 10.5.1 finds in the same distribution with analyze("key").
MUSIC21_KEYS: list[tuple[tuple[int, ...], int, bool]] = [
    ((306, 67, 324, 2, 390, 407, 4, 181, 4, 523, 186, 2), 2, True),
    ((187, 0, 452, 0, 350, 0, 168, 583, 0, 167, 0, 325), 7, False),
    ((211, 4, 70, 13, 202, 320, 8, 159, 0, 175, 102, 13), 5, False),
    ((483, 2, 122, 438, 0, 168, 0, 471, 140, 2, 195, 37), 0, True),
    ((184, 0, 154, 0, 475, 0, 165, 137, 0, 61, 0, 446), 4, True),
    ((0, 146, 232, 0, 243, 2, 97, 277, 1, 107, 2, 259), 4, True),
    ((0, 277, 412, 0, 186, 0, 75, 175, 0, 589, 0, 248), 2, False),
    ((0, 110, 618, 0, 142, 0, 581, 197, 0, 140, 0, 857), 11, True),
    ((59, 759, 0, 47, 457, 0, 0, 0, 420, 270, 0, 0), 1, True),
    ((1, 444, 315, 0, 227, 1, 528, 143, 1, 229, 105, 405), 11, True),
    ((144, 0, 236, 17, 0, 95, 21, 260, 0, 110, 210, 0), 7, True),
    ((387, 0, 116, 121, 2, 214, 0, 477, 76, 0, 0, 62), 0, True),
    ((140, 332, 269, 0, 418, 0, 194, 194, 65, 580, 0, 98), 9, False),
    ((61, 9, 76, 387, 0, 137, 0, 208, 155, 0, 376, 0), 3, False),
    ((372, 0, 616, 0, 281, 0, 296, 262, 0, 318, 0, 243), 7, False),
    ((5, 86, 272, 2, 171, 301, 0, 115, 3, 258, 44, 2), 2, True),
]


def line(pitches: list[int], step: int = 240, start: int = 0) -> list[Note]:
    return [
        Note(f"n{start}-{place}-{pitch}", start + place * step, step, pitch)
        for place, pitch in enumerate(pitches)
    ]


def tune(notes: list[Note], role: TrackRole = TrackRole.LEAD, name: str = "x") -> Track:
    return Track(name, name, role).with_notes(notes)


def song(
    *tracks: Track, chords: tuple[Chord, ...] = (), sections: tuple[Section, ...] = ()
) -> Score:
    return Score(
        meters=(MeterChange("m", 0, 4, 4),),
        keys=(KeyChange("k", 0, "C"),),
        tracks=tracks,
        chords=chords,
        sections=sections,
    )


@pytest.mark.parametrize(("weights", "tonic", "minor"), MUSIC21_KEYS)
def test_the_key_is_the_one_that_music21_finds(
    weights: tuple[int, ...], tonic: int, minor: bool
) -> None:
    notes = [Note(f"n{at}", 0, time, 60 + at) for at, time in enumerate(weights) if time]
    found = find_key(Score(tracks=(Track("t", "t", notes=tuple(notes)),)))
    assert found is not None
    assert (found.tonic, found.minor) == (tonic, minor)


def test_repetition_counts_what_was_heard_before() -> None:
    four = [60, 62, 64, 65, 67, 65, 64, 62]
    once = repetition(line(four * 4))
    # 31 moves make 28 runs of four; the loop has 8 different ones.
    assert once == pytest.approx(1 - 8 / 28)
    assert repetition(line([60, 62, 64])) is None
    rng = random.Random(1)
    scattered = repetition(line([rng.randint(50, 80) for _ in range(200)]))
    assert scattered is not None
    assert scattered < 0.02


def test_a_song_is_read_once_through_by_kinds_of_sections() -> None:
    notes = line([60 + step % 7 for step in range(32)])
    sections = (
        Section("a", 0, 1920, "Verse 1", "verse"),
        Section("b", 1920, 1920, "Chorus", "chorus"),
        Section("c", 3840, 3840, "Verse 2", "verse"),
    )
    kept = once_through(song(tune(notes), sections=sections), notes)
    assert kept == [note for note in notes if note.start < 3840]


def test_chord_tones_and_resolved_tones_are_good() -> None:
    chord_at = chord_lookup([Chord("c", 0, 1920, "C")])
    assert chord_tone_ratio(line([60, 64, 67, 72]), chord_at) == 1.0
    # D goes on by step and is proper; the last F# leads nowhere.
    assert chord_tone_ratio(line([62, 64, 67, 66]), chord_at) == pytest.approx(3 / 4)
    assert chord_tone_ratio(line([60], start=1920), chord_at) is None


def test_consonance_is_that_of_the_intervals() -> None:
    chord_at = chord_lookup([Chord("c", 0, 1920, "C")])
    # C over C, E, G: unison +1, sixth +1, fourth 0.
    assert consonance(line([72]), chord_at) == pytest.approx(2 / 3)
    # C sharp: minor second, major sixth from E, tritone.
    assert consonance(line([73]), chord_at) == pytest.approx(-1 / 3)


def test_parallel_fifths_and_octaves_are_found_and_contrary_motion_is_not() -> None:
    upper, lower = line([67, 69, 71, 72], 480), line([60, 62, 64, 60], 480)
    middle = line([76, 76, 76, 76], 480)
    found = parallels(voices_of(song(*(tune(v, name=n) for v, n in zip(
        (upper, middle, lower), "abc", strict=True)))))  # fmt: skip
    assert (found.fifths, found.octaves, found.transitions) == (2, 0, 3)
    octaves = parallels([tune(line([60, 62])), tune(line([72, 74]))])
    assert (octaves.fifths, octaves.octaves) == (0, 1)
    contrary = parallels([tune(line([60, 55])), tune(line([67, 74]))])
    assert (contrary.fifths, contrary.octaves) == (0, 0)


def test_only_songs_in_lines_without_drums_are_in_voices() -> None:
    pitches = ([60, 62, 64, 65], [67, 69, 67, 69], [48, 53, 48, 53])
    lines = [tune(line(p), name=name) for p, name in zip(pitches, "abc", strict=True)]
    assert len(voices_of(song(*lines))) == 3
    # Double basses that play the bass an octave lower are no fourth voice, and no parallels.
    double = tune(line([36, 41, 36, 41]), name="double basses")
    assert [track.name for track in voices_of(song(*lines, double))] == ["a", "b", "c"]
    drums = Track("d", "Drums", TrackRole.DRUMS, percussion=True).with_notes(line([36, 38]))
    assert voices_of(song(*lines, drums)) == []
    # Two on one instrument are alto and tenor, three are chords.
    pair = tune(line([55, 57, 55, 53]) + line([64, 65, 67, 65]), name="organ")
    assert len(voices_of(song(*lines, pair))) == 4
    block = tune(line([60, 62]) + line([64, 65]) + line([67, 69]), name="chords")
    assert voices_of(song(*lines, block)) == []


def test_voices_of_one_track_are_counted_apart() -> None:
    pair = tune(line([60, 62]) + line([67, 69]), name="organ")
    bass = tune(line([48, 41]), name="bass")
    found = parallels([pair, bass])
    assert (found.fifths, found.octaves, found.transitions) == (1, 0, 1)
    assert (found.crossings, found.wide, found.motion) == (0, 0, 2 + 2 + 7)
    crossed = parallels([tune(line([60, 60])), tune(line([55, 64]))])
    assert crossed.crossings == 1
    assert crossed.per_100("crossings") == 100


def test_uneven_playing_hides_no_parallels() -> None:
    upper = [replace(note, start=max(0, note.start + 31)) for note in line([67, 69, 71], 480)]
    lower = [replace(note, start=max(0, note.start - 27)) for note in line([60, 62, 64], 480)]
    assert parallels([tune(upper), tune(lower)]).fifths == 2


def test_compression_of_a_known_set() -> None:
    # One pattern of four points, four times: 4 + 4 - 1 numbers for 16 points.
    notes = [
        Note(f"{bar}-{at}", bar * 1920 + at * 40 * step, 40, 60 + at * at)
        for bar in range(4)
        for at, step in enumerate((1, 3, 4, 9))
    ]
    assert compression_ratio(song(tune(notes))) == pytest.approx(16 / 7)
    assert compression_ratio(song(tune(notes[:10]))) is None
    rng = random.Random(3)
    noise = [Note(str(at), rng.randrange(40_000), 40, rng.randint(21, 108)) for at in range(60)]
    scattered = compression_ratio(song(tune(noise)))
    assert scattered is not None
    assert scattered < 1.3


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(40, 90)), min_size=16, max_size=40),
    st.integers(-20, 20),
)
def test_compression_does_not_hang_on_place_or_pitch(
    points: list[tuple[int, int]], move: int
) -> None:
    def ratio(by: int, later: int) -> float | None:
        notes = [
            Note(str(at), onset * 40 + later, 40, pitch + by)
            for at, (onset, pitch) in enumerate(points)
        ]
        return compression_ratio(song(tune(notes)))

    plain = ratio(0, 0)
    assert plain is None or plain >= 1.0
    assert ratio(move, 4800) == plain


def test_overlap_of_melodies() -> None:
    one, other = line([60, 62, 64, 65, 67, 69]), line([60, 59, 57, 55, 53, 52])
    assert gram_overlap(one, one) == 1.0
    assert gram_overlap(one, other) == 0.0
    assert gram_overlap(one, line([60])) is None


def test_the_model_finds_a_tune_likelier_than_chance() -> None:
    tune_notes = line([60, 62, 64, 65, 67, 67, 69, 69, 67, 65, 64, 62, 60, 64, 62, 60] * 2)
    rng = random.Random(5)
    wild = line([rng.randint(55, 80) for _ in range(32)])
    good = melody_bits(song(tune(tune_notes)), tune_notes)
    bad = melody_bits(song(tune(wild)), wild)
    assert good is not None
    assert bad is not None
    assert len(good) == 32
    assert sum(good) * 2 < sum(bad)


def test_the_melody_is_the_lead_or_else_the_highest_line() -> None:
    low, high = line([48] * 12), line([72, 74] * 6)
    lead = song(tune(low), tune(high, TrackRole.OTHER))
    assert [note.pitch for note in melody_of(lead)] == [48] * 12
    unknown = song(tune(low, TrackRole.OTHER, "a"), tune(high, TrackRole.OTHER, "b"))
    assert melody_of(unknown)[0].pitch == 72
    assert melody_of(song()) == []


def test_asked_chords_must_be_written_in_order_and_sound() -> None:
    chords = tuple(Chord(f"c{bar}", bar * 1920, 1920, "CFGC"[bar % 4]) for bar in range(8))
    roots = {"C": 48, "F": 53, "G": 55}
    block = [
        Note(f"{chord.id}{step}", chord.start, 1920, roots[chord.root] + step)
        for chord in chords
        for step in (0, 4, 7)
    ]
    sounding = song(tune(block, TrackRole.CHORDS), chords=chords)
    asked = {"": ["C", "F", "G", "C"]}
    assert chords_obeyed(sounding, asked) == 1.0
    assert chords_obeyed(sounding, {"": ["I", "IV", "V", "I"]}) == 1.0
    other = chords_obeyed(sounding, {"": ["Am", "F", "C", "G"]})
    assert other is not None
    assert other < 0.5
    wrong = [Note(n.id, n.start, n.duration, n.pitch + 1) for n in block]
    assert chords_obeyed(song(tune(wrong, TrackRole.CHORDS), chords=chords), asked) == 0.0
    sections = (Section("s", 0, 8 * 1920, "Verse", "verse"),)
    in_verse = song(tune(block, TrackRole.CHORDS), chords=chords, sections=sections)
    assert chords_obeyed(in_verse, {"chorus": ["C"]}) is None
