"""Hymns and chorales are written in four parts, by the rules that Bach's chorales keep."""

from collections import Counter
from functools import cache
from itertools import pairwise, product

from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.measures.voices import lines_of, parallels, voice_count, voices_of
from compositions.composer.operations import Operation, apply_operation
from compositions.score.document import Score, Track, TrackRole
from compositions.score.midi import read_midi, write_midi
from compositions.score.performed import as_written
from compositions.score.scope import Scope

PROMPTS = ("a hymn in F, 16 bars", "chorale in G minor, 16 bars", "hymn in 3/4, 12 bars")
SEEDS = (1, 2, 3)


@cache
def song(prompt: str, seed: int) -> Composition:
    return compose(parse_prompt(prompt), seed=seed)


def voices(score: Score) -> list[Track]:
    """The tune, the track with the inner voices and the bass."""
    roles = (TrackRole.LEAD, TrackRole.CHORDS, TrackRole.BASS)
    return [track for role in roles for track in score.tracks if track.role is role]


def test_parallels_are_as_rare_as_in_bach() -> None:
    total: Counter[str] = Counter()
    for prompt in PROMPTS:
        for seed in SEEDS:
            found = parallels(voices(song(prompt, seed).score), [1, 2, 1])
            total["moves"] += found.transitions
            total["fifths"] += found.fifths
            total["octaves"] += found.octaves
            total["crossings"] += found.crossings
            total["wide"] += found.wide
    assert total["moves"] > 500
    assert 100 * total["fifths"] / total["moves"] <= 0.23
    assert 100 * total["octaves"] / total["moves"] <= 0.06
    assert 100 * total["crossings"] / total["moves"] <= 2.47
    assert 100 * total["wide"] / total["moves"] <= 1.45


def test_inner_voices_are_lines_of_their_own() -> None:
    steps: list[int] = []
    for prompt, seed in product(PROMPTS, SEEDS):
        tune, inner, bass = voices(song(prompt, seed).score)
        assert voice_count(tune) == voice_count(bass) == 1
        alto, tenor = lines_of(inner, 2)
        for line, low, high in ((alto, 50, 76), (tenor, 45, 70)):
            pitches = [pitch for _, pitch in sorted(line.items())]
            assert low <= min(pitches)
            assert max(pitches) <= high
            assert len(set(pitches)) >= 2
            steps += [abs(b - a) for a, b in pairwise(pitches) if a != b]
        shared = [alto[m] - tenor[m] for m in alto.keys() & tenor.keys()]
        assert min(shared) >= 0
        assert max(shared) <= 12
    assert sum(step <= 2 for step in steps) / len(steps) > 0.6
    assert sum(step <= 4 for step in steps) / len(steps) > 0.85
    assert max(steps) <= 12


def test_chords_sound_whole() -> None:
    missing = checked = 0
    for prompt in PROMPTS:
        for seed in SEEDS:
            score = song(prompt, seed).score
            notes = [n for track in voices(score) for n in track.notes]
            for chord in score.chords:
                sounds = {n.pitch % 12 for n in notes if n.start <= chord.start < n.end}
                quality = chord.quality
                if quality in ("", "m", "7", "m7", "maj7"):
                    root = "C D EF G A B".index(chord.root[0])
                    root += chord.root.count("#") - chord.root.count("b")
                    third = (root + (3 if quality in ("m", "m7") else 4)) % 12
                    checked += 1
                    missing += third not in sounds
    assert checked > 100
    assert missing / checked < 0.03


def test_parallels_are_found_in_the_midi_file_as_well() -> None:
    for seed in SEEDS:
        score = song(PROMPTS[1], seed).score
        heard = read_midi(write_midi(score)).score
        tracks = voices_of(heard)
        if voices_of(as_written(score)):
            assert tracks
            assert parallels(tracks).fifths + parallels(tracks).octaves == 0


def test_another_bass_is_still_the_lowest_of_four_parts() -> None:
    score = song(PROMPTS[0], 1).score
    bass = next(track for track in score.tracks if track.role is TrackRole.BASS)
    asked = Operation("infill", Scope(tracks=(bass.id,), bars=(5, 8)))
    after = apply_operation(score, asked, seed=7).score
    found = parallels(voices(after), [1, 2, 1])
    assert 100 * (found.fifths + found.octaves) / found.transitions < 3.0
