"""The melody has motifs, fits its chords, stays in range, breathes and ends at home."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace

import pytest

from compositions.composer import Composition, compose, parse_prompt
from compositions.score.document import Note, Score, Track
from compositions.score.harmony import chord_pitch_classes, pitch_class, scale_pitch_classes

PROMPTS = ["pop in C major", "lo-fi in D minor", "rock in E minor", "swing jazz in F major",
           "folk in G major, 3/4", "synthwave in A minor", "celtic in D dorian, 6/8",
           "cinematic in C minor", "waltz in A minor", "house in F minor"]  # fmt: skip
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def songs() -> list[Composition]:
    return [compose(parse_prompt(prompt), seed=seed) for prompt in PROMPTS for seed in SEEDS]


def lead(score: Score) -> Track:
    return next(track for track in score.tracks if track.role.value == "lead")


def repetition(notes: tuple[Note, ...] | list[Note]) -> float:
    """Share of four-move turns (interval and rhythm) that occur more than once."""
    turns = [
        (b.pitch - a.pitch, round((b.start - a.start) / 120)) for a, b in itertools.pairwise(notes)
    ]
    grams = Counter(tuple(turns[i : i + 4]) for i in range(len(turns) - 3))
    return sum(count for count in grams.values() if count > 1) / max(1, sum(grams.values()))


def random_walk(song: Composition, seed: int) -> list[Note]:
    """A control: the same rhythm, a random walk in the scale."""
    rng = random.Random(seed)
    key = song.score.keys[0]
    scale = scale_pitch_classes(key.tonic, key.mode)
    ladder = [pitch for pitch in range(55, 90) if pitch % 12 in scale]
    place = len(ladder) // 2
    walk = []
    for note in lead(song.score).notes:
        place = max(0, min(len(ladder) - 1, place + rng.choice((-2, -1, -1, 0, 1, 1, 2))))
        walk.append(replace(note, pitch=ladder[place]))
    return walk


def test_motifs_return_far_more_than_in_a_random_walk(songs: list[Composition]) -> None:
    wins = sum(
        repetition(lead(song.score).notes) > repetition(random_walk(song, index)) + 0.1
        for index, song in enumerate(songs)
    )
    assert wins >= 0.95 * len(songs)


def test_strong_beats_carry_chord_tones(songs: list[Composition]) -> None:
    hits = total = 0
    for song in songs:
        score = song.score
        bar = score.meters[0].ticks_per_bar
        for note in lead(score).notes:
            beat = round(note.start / bar) * bar
            if abs(note.start - beat) > 30 or note.duration < 120:
                continue
            middle = note.start + note.duration // 2
            chord = next(chord for chord in score.chords if chord.start <= middle < chord.end)
            total += 1
            hits += note.pitch % 12 in chord_pitch_classes(chord)
    assert total > 300
    assert hits / total > 0.9


def test_the_range_suits_a_voice_or_instrument(songs: list[Composition]) -> None:
    for song in songs:
        pitches = [note.pitch for note in lead(song.score).notes]
        assert 5 <= max(pitches) - min(pitches) <= 24


def test_moves_are_mostly_steps(songs: list[Composition]) -> None:
    for song in songs:
        notes = lead(song.score).notes
        moves = [abs(b.pitch - a.pitch) for a, b in itertools.pairwise(notes)]
        assert sum(move <= 4 for move in moves) / len(moves) > 0.6
        assert max(moves) <= 19


def test_there_is_room_to_breathe(songs: list[Composition]) -> None:
    for song in songs:
        notes = lead(song.score).notes
        gaps = [b.start - a.end for a, b in itertools.pairwise(notes)]
        bars = song.score.end // song.score.meters[0].ticks_per_bar
        assert sum(gap >= 120 for gap in gaps) >= bars / 8


def test_the_last_note_is_the_tonic(songs: list[Composition]) -> None:
    for song in songs:
        last = lead(song.score).notes[-1]
        assert last.pitch % 12 == pitch_class(song.score.keys[-1].tonic)


def test_a_section_returns_recognisably() -> None:
    for seed in SEEDS:
        score = compose(parse_prompt("pop, verse chorus verse chorus, 64 bars"), seed=seed).score
        verses = [section for section in score.sections if section.kind == "verse"]
        choruses = [section for section in score.sections if section.kind == "chorus"]

        def line(index: int, among: list, score: Score = score) -> set[tuple[int, int]]:  # type: ignore[type-arg]
            section = among[index]
            return {
                (round((note.start - section.start) / 120), note.pitch)
                for note in lead(score).notes
                if section.start - 40 <= note.start < section.end - 40
            }

        same = len(line(0, verses) & line(1, verses)) / len(line(0, verses))
        other = len(line(0, verses) & line(0, choruses)) / len(line(0, verses))
        assert same > 0.6
        assert other < 0.4


def test_the_chorus_lies_higher_than_the_verse() -> None:
    higher = 0
    for seed in range(12):
        score = compose(parse_prompt("pop, verse chorus verse chorus"), seed=seed).score
        mean = {}
        for kind in ("verse", "chorus"):
            spans = [(s.start, s.end) for s in score.sections if s.kind == kind]
            found = [n.pitch for n in lead(score).notes if any(a <= n.start < b for a, b in spans)]
            mean[kind] = sum(found) / len(found)
        higher += mean["chorus"] > mean["verse"]
    assert higher >= 10
