"""Hymns and chorales are written in four parts, by the rules that Bach's chorales keep."""

from collections import Counter
from functools import cache
from itertools import pairwise, product

import pytest

from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.critics import as_heard
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


ENSEMBLES = (
    ("string quartet in D minor, 24 bars", ("Violin I", "Violin II", "Viola", "Cello")),
    ("string trio in G, 16 bars", ("Violin", "Viola", "Cello")),
    ("brass quintet, 16 bars", ("Trumpet I", "Trumpet II", "French Horn", "Trombone", "Tuba")),
    ("a cappella choir in E flat, 16 bars",
     ("Voice Soprano", "Choir Alto", "Choir Tenor", "Choir Bass")),
)  # fmt: skip


@pytest.mark.parametrize(("prompt", "names"), ENSEMBLES)
def test_an_ensemble_plays_in_as_many_lines_as_it_has_players(
    prompt: str, names: tuple[str, ...]
) -> None:
    for seed in (1, 2):
        score = song(prompt, seed).score
        assert tuple(track.name for track in score.tracks) == names
        heard = read_midi(write_midi(score)).score
        lines = voices_of(heard)
        assert [voice_count(track) for track in lines] == [1] * len(names)
        found = parallels(lines)
        assert found.transitions > 60
        assert found.fifths == found.octaves == 0
        assert 100 * found.crossings / found.transitions <= 2.47


def test_the_players_of_a_quartet_have_rhythms_of_their_own() -> None:
    apart = 0
    for seed in (1, 2, 3):
        score = song(ENSEMBLES[0][0], seed).score
        starts = [{note.start for note in track.notes} for track in score.tracks]
        assert len({frozenset(line) for line in starts}) == 4
        every = set.union(*starts)
        apart += sum(sum(tick in line for line in starts) == 1 for tick in every)
        for track, (low, high) in zip(
            score.tracks, ((55, 100), (55, 88), (48, 84), (36, 76)), strict=True
        ):
            assert low <= min(note.pitch for note in track.notes)
            assert max(note.pitch for note in track.notes) <= high
    assert apart > 30


def test_the_bass_of_a_quartet_goes_against_its_tune() -> None:
    same = against = 0
    for seed in (1, 2, 3):
        tracks = song(ENSEMBLES[0][0], seed).score.tracks
        tune, bass = (lines_of(track, 1)[0] for track in (tracks[0], tracks[-1]))
        for before, after in pairwise(sorted(tune.keys() & bass.keys())):
            moved = (tune[after] - tune[before]) * (bass[after] - bass[before])
            same += moved > 0
            against += moved < 0
    assert against > same


def test_a_band_with_chords_is_no_ensemble_in_voices() -> None:
    for prompt in ("jazz quartet, 8 bars", "piano trio in C, 8 bars", "solo violin, 8 bars"):
        names = {track.name for track in song(prompt, 1).score.tracks}
        assert not names & {"Violin I", "Violin II", "Tenor Sax I"}


def test_a_descant_over_four_parts_keeps_off_their_parallels() -> None:
    for seed in (1, 2):
        score = song("hymn SATB choir C, 24 bars", seed).score
        found = parallels(lines) if (lines := voices_of(score)) else None
        if found is not None:
            assert found.fifths == found.octaves == 0
    assert any(voices_of(song("hymn SATB choir C, 24 bars", seed).score) for seed in (1, 2))


@pytest.mark.parametrize(
    ("prompt", "places"),
    [("string quartet in D major, 16 bars", (1, 2, 3)), ("choir a cappella, 12 bars", (2,))],
)
def test_a_line_that_is_written_anew_fits_the_lines_that_stay(
    prompt: str, places: tuple[int, ...]
) -> None:
    score = compose(parse_prompt(prompt), seed=3).score
    assert parallels(voices_of(score)).crossings == 0
    for place in places:
        track = score.tracks[place]
        scope = Scope(tracks=(track.id,), bars=(5, 10))
        anew = apply_operation(score, Operation("infill", scope), seed=9).score
        found = parallels(voices_of(anew))
        assert found.transitions > 0
        assert (found.fifths, found.octaves, found.crossings) == (0, 0, 0)
        assert [t for t in anew.tracks if t.id != track.id] == [
            t for t in score.tracks if t.id != track.id
        ]
        assert anew.track(track.id).notes != track.notes


def test_afterbeats_of_one_player_set_no_others_in_parallel() -> None:
    """Where one rests and strikes behind the beat, the moments of the others change, too."""
    prompt = (
        "My band plays ska. Trombone, tenor sax, trumpet. We usually go at 165 or so and we like"
        " B flat."
    )
    score = as_heard(compose(parse_prompt(prompt), seed=1).score)
    assert score is not None
    lines = voices_of(score)
    assert len(lines) == 3
    assert (parallels(lines).fifths, parallels(lines).octaves) == (0, 0)
