"""Where syllables begin: stress on beats, room to breathe, bars shared among lines."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer.lyrics_lines import STRESSED, SungSyllable, language_of, read_line
from compositions.composer.lyrics_rhythm import breath, place_lines, rhythm_for_words
from compositions.composer.rhythm import grid_for

LINES = (
    "Walking down the river in the evening light",
    "Every little window is a star tonight",
    "I remember the way you used to look at me",
    "And the silence between us was wider than the sea",
    "Carry me home, carry me home",
    "Over the water and under the stone",
)
METERS = ((4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (12, 8), (2, 4))
ACCENTS = st.lists(st.sampled_from((0.0, 0.4, 0.5, 0.85, 1.0)), min_size=1, max_size=40)


@pytest.mark.parametrize("meter", METERS)
def test_stressed_syllables_come_on_beats(meter: tuple[int, int]) -> None:
    grid = grid_for(*meter)
    bars = max(1, round(32 / grid.steps))
    found = []
    for text in LINES:
        line = read_line(text)
        onsets = rhythm_for_words(list(line), bars, grid, "straight", lead_in=4.0)
        found += [
            onset.step % grid.steps in grid.starts
            for syllable, onset in zip(line, onsets, strict=True)
            if syllable.stressed
        ]
    assert sum(found) / len(found) >= 0.9


def test_half_of_the_bar_is_stronger_than_other_beats() -> None:
    grid = grid_for(4, 4)
    strong = [
        grid.strength(int(onset.step)) >= 0.8
        for text in LINES
        for syllable, onset in zip(
            read_line(text),
            rhythm_for_words(list(read_line(text)), 2, grid, "straight", lead_in=4.0),
            strict=True,
        )
        if syllable.accent == 1.0
    ]
    assert sum(strong) / len(strong) >= 0.9


def test_a_waltz_has_one_strong_beat() -> None:
    grid = grid_for(3, 4)
    lines = (
        "The lantern is swinging above the door",
        "The morning is over the water",
        "And nobody follows the river to me",
    )
    strong = [
        onset.step % grid.steps == 0
        for text in lines
        for syllable, onset in zip(
            read_line(text),
            rhythm_for_words(list(read_line(text)), 4, grid, "straight", lead_in=8.0),
            strict=True,
        )
        if len(text.split()) < len(read_line(text)) and syllable.accent == 1.0
    ]
    assert sum(strong) / len(strong) >= 0.8


def test_small_words_of_two_syllables_have_a_stronger_one() -> None:
    for word, place in (("upon", 1), ("into", 0), ("between", 1), ("over", 0)):
        accents = [syllable.accent for syllable in read_line(word)]
        assert accents.index(max(accents)) == place
        assert max(accents) >= STRESSED
    grid = grid_for(4, 4)
    line = read_line("There's dust upon the dashboard")
    onsets = rhythm_for_words(list(line), 2, grid, "straight", lead_in=4.0)
    assert grid.strength(int(onsets[3].step)) > grid.strength(int(onsets[2].step))


def test_a_line_ends_early_for_the_upbeat_of_the_next() -> None:
    grid = grid_for(3, 4)
    line = list(read_line("The tide is in"))
    plain = rhythm_for_words(line, 2, grid, "straight")
    early = rhythm_for_words(line, 2, grid, "straight", upbeat=2)
    assert early[-1].step <= 2 * grid.steps - breath(grid) - 4
    assert early[-1].step <= plain[-1].step
    crowded = list(read_line("I remember the way you used to look"))
    assert len(rhythm_for_words(crowded, 2, grid, "straight", upbeat=2)) == len(crowded)


def test_weak_syllables_lead_into_the_bar_when_there_is_room() -> None:
    line = read_line("And the silence between us was wider than the sea")
    grid = grid_for(4, 4)
    with_room = rhythm_for_words(list(line), 2, grid, "straight", lead_in=4.0)
    assert with_room[2].step == 0  # "si-"
    assert with_room[0].step < 0
    without = rhythm_for_words(list(line), 2, grid, "straight")
    assert without[0].step >= 0


@settings(max_examples=60, deadline=None)
@given(
    ACCENTS,
    st.integers(1, 4),
    st.sampled_from(METERS),
    st.sampled_from(("straight", "syncopated")),
    st.sampled_from((0.0, 4.0)),
)
def test_any_line_is_sung_in_order_with_a_breath(
    accents: list[float], bars: int, meter: tuple[int, int], family: str, lead_in: float
) -> None:
    grid = grid_for(*meter)
    syllables = [SungSyllable("la", False, accent) for accent in accents]
    onsets = rhythm_for_words(syllables, bars, grid, family, lead_in=lead_in)
    assert len(onsets) == len(syllables)
    assert onsets[0].step >= -lead_in
    assert all(a.step + a.length <= b.step for a, b in pairwise(onsets))
    assert all(onset.length > 0 for onset in onsets)
    total = bars * grid.steps
    if len(accents) <= 0.5 * total:
        assert onsets[-1].step + onsets[-1].length <= total - min(1.0, breath(grid) / 2)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 16), min_size=1, max_size=14), st.integers(1, 33))
def test_every_line_gets_bars_of_its_own_in_order(counts: list[int], bars: int) -> None:
    lines = [read_line(" ".join(["la"] * count)) for count in counts]
    places = place_lines(lines, bars)
    assert [number for place in places for number in place.lines] == list(range(len(lines)))
    assert all(a.bar + a.bars <= b.bar for a, b in pairwise(places))
    assert places[0].bar == 0
    assert places[-1].bar + places[-1].bars <= max(1, bars)
    if len(lines) <= bars:
        assert all(len(place.lines) == 1 for place in places)


LETTERS = st.characters(codec="utf-8", categories=("Ll", "Lu", "Lo", "Nd"), max_codepoint=0xFFFF)
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=7)
MARKS = st.sampled_from(("", ",", "!", "…", "”", "'", ")"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text(LETTERS, min_size=1, max_size=9), MARKS), min_size=1, max_size=7),
       st.sampled_from(("en", "fr", "es", "de", "it", "pt", "ja")))  # fmt: skip
def test_the_syllables_are_the_text_that_was_written(
    words: list[tuple[str, str]], language: str
) -> None:
    text = " ".join(word + mark for word, mark in words)
    line = read_line(text, language)
    joined = "".join(s.text + ("" if s.continues else " ") for s in line)
    # Vowels that meet across words share a note; a tie stands for the space.
    assert joined.replace("‿", " ").strip() == text
    assert all(0.0 <= s.accent <= 1.0 for s in line)


def test_hyphens_become_syllable_breaks() -> None:
    line = read_line("La-la-la, night-time")
    assert [s.text for s in line] == ["La", "la", "la,", "night", "time"]
    assert [s.continues for s in line] == [True, True, False, True, False]


@pytest.mark.parametrize(
    ("text", "syllables", "language"),
    [
        ("La belle fille danse", "La bel-le fil-le danse", "fr"),  # the e before a consonant
        ("elle est belle", "elle est belle", "fr"),
        ("La noche es larga", "La no-che‿es lar-ga", "es"),
        ("Die Sonne scheint wieder", "Die Son-ne scheint wie-der", "de"),
        ("Nel blu dipinto di blu", "Nel blu di-pin-to di blu", "it"),
        ("Garota de Ipanema", "Ga-ro-ta de‿I-pa-ne-ma", "pt"),
        ("さくら さくら", "さ-く-ら さ-く-ら", "ja"),
        ("мне нравится", "мне нра-вит-ся", "ru"),
    ],
)
def test_lines_of_other_languages(text: str, syllables: str, language: str) -> None:
    line = read_line(text, language)
    joined = "".join(s.text + ("-" if s.continues else " ") for s in line).strip()
    assert joined == syllables
    assert all(s.phonemes for s in line)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La nuit je marche avec toi dans les rues de la ville", "fr"),
        ("Wir gehen durch die Nacht und der Mond ist nicht allein", "de"),
        ("En la noche de la ciudad con las estrellas", "es"),
        ("さくらが さいた", "ja"),
        ("Я помню чудное мгновенье", "ru"),
        ("사랑해요 그대", "ko"),
        ("We were walking in the rain and the night was young", "en"),
    ],
)
def test_the_language_is_heard_from_the_words(text: str, language: str) -> None:
    assert language_of(text) == language
    assert re.fullmatch(r"[a-z]{2}", language_of(text, "en"))
