"""How words are sung: syllables, sounds and stress, and how they are cut in print."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer.phonemes import dictionary, espeak, pronounce, syllable_count
from compositions.composer.phonemes import pronunciations as all_pronunciations
from compositions.composer.phonemes.arpabet import SOUNDS, is_vowel
from compositions.composer.phonemes.printed import print_syllables
from compositions.composer.phonemes.scripts import clusters, script_language

ENGLISH = {
    "river": "ri-ver", "evening": "eve-ning", "every": "ev-ery", "window": "win-dow",
    "beautiful": "beau-ti-ful", "wouldn't": "would-n't", "flower": "flow-er", "idea": "i-de-a",
    "create": "cre-ate", "table": "ta-ble", "fire": "fire", "desire": "de-sire", "loved": "loved",
    "wanted": "wan-ted", "lonely": "lone-ly", "forever": "for-ev-er", "poem": "po-em",
    "knowing": "know-ing", "yesterday": "yes-ter-day", "strength": "strength",
}  # fmt: skip
OTHERS = {
    "es": ("co-ra-zón", "a-le-grí-a", "ciu-dad", "no-che", "gui-ta-rra", "llo-ran-do"),
    "fr": ("tou-jours", "lu-mière", "é-ter-nelle", "chan-son", "li-ber-té", "rose"),
    "de": ("Lie-be", "Son-nen-schein", "Träu-me", "Her-zen", "Feu-er", "Stra-ße"),
    "it": ("cuo-re", "cit-tà", "po-e-si-a", "bam-bi-na", "so-gno"),
    "pt": ("co-ra-ção", "sau-da-de", "á-gua", "vi-o-lão", "mãe"),
    "ru": ("мо-ло-ко", "серд-це"),
    "ja": ("さ-く-ら", "きょ-う", "がっ-こ-う", "ラ-ー-メ-ン"),
    "ko": ("사-랑-해-요",),
    "zh": ("月-亮",),
}


def printed(word: str, language: str) -> str:
    return "-".join(print_syllables(word, syllable_count(word, language), language))


@pytest.mark.parametrize(("word", "cut"), ENGLISH.items())
def test_english_words_are_cut_as_they_are_spoken(word: str, cut: str) -> None:
    assert printed(word, "en") == cut
    assert pronounce(word).source == "dictionary"


@pytest.mark.parametrize(
    ("language", "cut"), [(name, cut) for name, cuts in OTHERS.items() for cut in cuts]
)
def test_words_of_other_languages(language: str, cut: str) -> None:
    word = cut.replace("-", "")
    assert printed(word, language) == cut
    found = pronounce(word, language)
    assert found.source == "espeak-ng"
    assert all(syllable.phonemes for syllable in found.syllables)


def test_stress_and_sounds() -> None:
    tonight = pronounce("Tonight!")
    assert [syllable.stress for syllable in tonight.syllables] == [0, 1]
    assert tonight.phonemes == ("t", "ə", "n", "aɪ", "t")
    assert [s.stress for s in pronounce("corazón", "es").syllables][-1] == 1
    assert [s.stress for s in pronounce("città", "it").syllables] == [0, 1]


def test_an_unknown_word_is_asked_of_espeak() -> None:
    found = pronounce("shimmerin'")
    assert found.source == "espeak-ng"
    assert len(found.syllables) == 3
    assert not any("ˈ" in sound or "ˌ" in sound for sound in found.phonemes)


def test_without_espeak_the_spelling_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "_library", lambda: None)
    assert not espeak.available()
    found = pronounce("zimbledorfing")  # a word that no other test asks for: answers are kept
    assert found.source == "rules"
    assert len(found.syllables) == 4
    assert found.phonemes == ()


def test_the_dictionary_is_whole_and_in_order() -> None:
    words = [word for word, _ in dictionary.entries()]
    assert len(words) == 126_046
    assert words == sorted(set(words))
    assert dictionary.look_up("zebra")[0] == ("Z", "IY1", "B", "R", "AH0")
    assert len(dictionary.look_up("the")) == 3
    assert dictionary.look_up("") == dictionary.look_up("zzzz") == dictionary.look_up("!") == ()


def test_every_word_of_the_dictionary_has_a_vowel_or_is_a_letter_sound() -> None:
    silent = [
        word
        for word, found in dictionary.entries()
        for sounds in found
        if not any(map(is_vowel, sounds))
    ]
    assert len(silent) < 20  # "hm", "shh"
    assert set(SOUNDS) >= {s for _, found in dictionary.entries() for one in found for s in one}


def test_another_process_says_the_same() -> None:
    words = ["shimmerin'", "glowstick", "Beyoncé", "fire", "zorblax"]
    program = (
        "from compositions.composer.phonemes import pronounce;"
        f"print([pronounce(w) for w in {words!r}],"
        "pronounce('noche', 'es'), pronounce('ville', 'fr'))"
    )
    other = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    mine = [pronounce(word) for word in words]
    assert other.stdout.strip() == f"{mine} {pronounce('noche', 'es')} {pronounce('ville', 'fr')}"


def test_scripts_tell_the_language() -> None:
    assert script_language("любовь", "en") == "ru"
    assert script_language("любов", "uk") == "uk"
    assert script_language("さくら", "en") == "ja"
    assert script_language("naïve", "fr") == "fr"


WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "M", "N", "P")), min_size=1, max_size=14
)


@settings(max_examples=60, deadline=None)
@given(WORDS, st.sampled_from(("en", "es", "fr", "de", "ja", "xx", "pt-BR")), st.integers(1, 6))
def test_pieces_join_to_the_word(word: str, language: str, count: int) -> None:
    pieces = print_syllables(word, count, language)
    assert "".join(pieces) == word
    assert all(pieces)
    assert "".join(clusters(word)) == word
    for way in all_pronunciations(word, language):
        assert way.syllables
        assert all(syllable.stress in (0, 1, 2) for syllable in way.syllables)
