"""The public interface: progress, theory, explanation and voice leading."""

from __future__ import annotations

import itertools
import json

from compositions.composer import compose, parse_prompt
from compositions.composer.roman import resolve, roman_of
from compositions.composer.styles import instruments, styles
from compositions.composer.voicing import Hand, voice_chords
from compositions.score.document import Mode
from compositions.score.harmony import pitch_class


def test_progress_is_real_and_rises() -> None:
    seen: list[tuple[float, str]] = []
    compose(
        parse_prompt("pop in C"),
        seed=1,
        on_progress=lambda fraction, step: seen.append((fraction, step)),
    )
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert {step for _, step in seen} == {"Planning", "Composing", "Arranging", "Performing"}


def test_theory_and_explanation_are_plain_data() -> None:
    song = compose(parse_prompt("jazz in Bb, 32 bars"), seed=2)
    theory = json.loads(json.dumps(song.theory))
    assert theory["key"] == "Bb major"
    assert theory["bars"] == 32
    assert sum(section["bars"] for section in theory["form"]) == 32
    assert all(chord["roman"] and chord["symbol"] for chord in theory["chords"])
    assert theory["form"][-1]["cadence"] in ("authentic", "plagal")
    assert any("Bb major" in line for line in song.explanation)
    json.dumps(song.spec.to_dict())
    json.dumps(song.confidence.to_dict())


def test_there_are_many_styles_and_instruments() -> None:
    assert len(styles()) >= 25
    assert len(instruments()) >= 100


def test_every_style_composes_in_its_own_meter_and_in_odd_ones() -> None:
    odd = ((5, 4), (7, 8))
    for place, (name, style) in enumerate(styles().items()):
        for meter in (*style.meters, odd[place % 2]):
            spec = parse_prompt("", overrides={"genre": name, "meter": meter, "bars": 8})
            assert compose(spec, seed=1).score.note_count > 20


def test_roman_numerals_resolve_and_return() -> None:
    assert resolve("V7", 0, Mode.MINOR).root == 7
    assert resolve("VI", 0, Mode.MINOR).root == 8
    assert resolve("bVII", 0, Mode.MAJOR).root == 10
    assert resolve("viio", 0, Mode.MINOR).root == 11
    assert resolve("V7/V", 0, Mode.MAJOR).root == 2
    for tonic in range(12):
        for mode in (Mode.MAJOR, Mode.MINOR, Mode.DORIAN):
            for step in range(12):
                for quality in ("", "m", "7", "m7b5", "maj7"):
                    root = (tonic + step) % 12
                    text = roman_of(root, quality, tonic, mode)
                    found = resolve(text, tonic, mode)
                    assert (found.root, found.quality) == (root, quality), text


_CHORDS = "I vi ii V I IV V I iii vi IV V I"


def test_chords_move_smoothly() -> None:
    progression = [
        resolve(text, 0, Mode.MAJOR)
        for text in ["I", "vi", "ii", "V", "I", "IV", "V", "I", "iii", "vi", "IV", "V", "I"]
    ]
    voiced = voice_chords(progression, Hand(52, 74, 4, rooted=True))
    moves = [
        abs(b - a)
        for before, after in itertools.pairwise(voiced)
        for a, b in zip(before, after, strict=True)
    ]
    assert sum(moves) / len(moves) <= 2.5
    for harmony, voicing in zip(progression, voiced, strict=True):
        assert {pitch % 12 for pitch in voicing} == set(harmony.pitch_classes)
        assert 52 <= voicing[0] <= voicing[-1] <= 74


def test_asked_chords_are_obeyed_bar_by_bar() -> None:
    song = compose(parse_prompt("pop, Am F C G, 32 bars"), seed=3)
    bar = song.score.meters[0].ticks_per_bar
    for chord in song.score.chords:
        place = chord.start // bar
        section = next(s for s in song.score.sections if s.start <= chord.start < s.end)
        inside = (chord.start - section.start) // bar
        assert chord.symbol == ["Am", "F", "C", "G"][inside % 4], place


def test_a_key_follows_from_asked_chords() -> None:
    song = compose(parse_prompt("chords C G Am F"), seed=1)
    key = song.score.keys[0]
    assert (pitch_class(key.tonic), key.mode) == (0, Mode.MAJOR)
    song = compose(parse_prompt("chords Em C G D"), seed=1)
    assert (song.score.keys[0].tonic, song.score.keys[0].mode) == ("E", Mode.MINOR)


def test_a_loop_of_asked_chords_comes_home_when_the_length_is_open() -> None:
    song = compose(parse_prompt("pop song, chords Am F C G"), seed=1)
    assert song.score.chords[-1].symbol == "Am"
    fixed = compose(parse_prompt("pop song, chords Am F C G, 8 bars"), seed=1)
    assert [chord.symbol for chord in fixed.score.chords] == ["Am", "F", "C", "G"] * 2
