"""Written words: they fit their slots, rhyme, agree, differ, and keep to their theme."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer.engine import Composition, compose
from compositions.composer.lyric_writing.bank import topics
from compositions.composer.lyric_writing.english import (
    conjugate,
    owned,
    participle,
    past,
    third,
    with_article,
)
from compositions.composer.lyric_writing.prosody import meter_for, prosody, stress_fit
from compositions.composer.lyric_writing.song import theme_of
from compositions.composer.lyric_writing.theme import read_theme
from compositions.composer.lyric_writing.verify import (
    LineSlot,
    check_line,
    check_section,
    rhyme_fault,
    slot_for,
)
from compositions.composer.lyric_writing.writer import (
    LyricsError,
    SectionWish,
    WrittenLyrics,
    rhyme_letters,
    write_lyrics,
)
from compositions.composer.operations import (
    Operation,
    OperationError,
    apply_operations,
    read_request,
)
from compositions.composer.prompt_parser import parse_prompt
from compositions.score.scope import Scope

SONG = (
    SectionWish("verse", "Verse", 4),
    SectionWish("pre_chorus", "Pre-Chorus", 2),
    SectionWish("chorus", "Chorus", 4),
    SectionWish("verse", "Verse", 4),
    SectionWish("chorus", "Chorus", 4),
    SectionWish("bridge", "Bridge", 4),
    SectionWish("chorus", "Chorus", 4),
)
THEMES = sorted(name for name in topics("en") if name != "general")


def lines_of(lyrics: WrittenLyrics) -> list[str]:
    return [line.text for section in lyrics.sections for line in section.lines]


def test_verifier_says_in_words_what_is_wrong() -> None:
    slot = LineSlot(8, meter_for(8))
    assert check_line("I walked along the empty shore", slot) == []
    assert check_line("I walked along", slot) == ["It has 4 syllables, not 8."]
    assert "strong beats" in check_line("Walking along waters of Spain", slot)[0]
    assert check_line("I walked along the empty blorf", slot)[-1] == (
        "“blorf” is not a known word."
    )
    assert "swear word" in check_line("I walked along this fucking shore", slot)[0]
    assert check_line("I walked along this fucking shore", slot, allow_profanity=True) == []
    assert check_line(
        "I walked along the empty shore", slot, earlier=["I walked along the empty shore!"]
    ) == ["It is sung already, and it is not the hook."]
    assert check_line("", slot) == ["There are no words."]


@pytest.mark.parametrize(
    ("word", "other", "fault"),
    [
        ("night", "light", ""),
        ("flying", "crying", ""),
        ("shore", "door", ""),
        ("through", "blue", ""),
        ("night", "night", "same word"),
        ("way", "away", "just like"),
        ("love", "move", "does not rhyme"),
        ("cough", "though", "does not rhyme"),
        ("wind", "find", "not known"),
    ],
)
def test_rhymes_are_judged_by_sound(word: str, other: str, fault: str) -> None:
    found = rhyme_fault(word, other)
    assert (found == "") if not fault else (fault in found)


@settings(max_examples=25, deadline=None)
@given(
    theme=st.sampled_from([*THEMES, "my dog", "leaving home", "zorblax", "", "the sea at night"]),
    seed=st.integers(0, 2**32),
    syllables=st.integers(6, 9),
)
def test_every_line_passes_the_verifier(theme: str, seed: int, syllables: int) -> None:
    lyrics = write_lyrics(theme, SONG, seed=seed, syllables=syllables)
    earlier: list[str] = []
    sung: set[tuple[str, ...]] = set()
    for section, wish in zip(lyrics.sections, SONG, strict=True):
        texts = [line.text for line in section.lines]
        assert len(texts) == wish.lines
        if tuple(texts) in sung:
            assert wish.kind == "chorus"
            continue
        sung.add(tuple(texts))
        slots = [line.slot for line in section.lines]
        assert check_section(texts, slots, earlier=earlier) == []
        earlier += texts


def test_chorus_returns_word_for_word_around_a_hook_that_gives_the_title() -> None:
    lyrics = write_lyrics("the sea", SONG, seed=3)
    choruses = [section.lines for section in lyrics.sections if section.kind == "chorus"]
    assert choruses[0] == choruses[1] == choruses[2]
    hooks = {line.text for line in choruses[0] if line.slot.hook}
    assert len(hooks) == 1
    assert lyrics.title.lower() == hooks.pop().lower().replace(",", "")
    verses = [section.lines for section in lyrics.sections if section.kind == "verse"]
    assert not {line.text for line in verses[0]} & {line.text for line in verses[1]}


def test_same_seed_same_words_and_other_seeds_and_themes_other_words() -> None:
    assert lines_of(write_lyrics("my dog", SONG, seed=5)) == lines_of(
        write_lyrics("my dog", SONG, seed=5)
    )
    songs = [set(lines_of(write_lyrics("my dog", SONG, seed=seed))) for seed in range(6)]
    shared = [
        len(one & two) / min(len(one), len(two))
        for index, one in enumerate(songs)
        for two in songs[index + 1 :]
    ]
    assert max(shared) < 0.25
    assert len(set(lines_of(write_lyrics("winter", SONG, seed=1))) & songs[1]) <= 2


def test_a_line_given_as_the_hook_is_kept_and_a_sung_line_is_not_written_again() -> None:
    first = write_lyrics("rain", SONG, seed=1)
    again = write_lyrics("rain", SONG, seed=1, hook="Let it rain on me", avoid=lines_of(first))
    assert "Let it rain on me" in lines_of(again)
    assert not set(lines_of(first)) & (set(lines_of(again)) - {"Let it rain on me"})


def test_what_cannot_be_written_is_said() -> None:
    with pytest.raises(LyricsError, match="not in “xx”"):
        write_lyrics("love", SONG, seed=1, language="xx")
    with pytest.raises(LyricsError, match="5 to 10"):
        write_lyrics("love", SONG, seed=1, syllables=40)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("my dog", "dog"), ("leaving home", "leaving"), ("the sea", "sea"),
        ("rain in Lisbon", "rain"), ("snowy evenings", "winter"), ("falling in love", "love"),
        ("my grandmother's kitchen", "family"), ("robots", "machine"), ("dancing", "party"),
    ],
)  # fmt: skip
def test_theme_is_found(text: str, topic: str) -> None:
    theme = read_theme(text)
    assert theme.found
    assert topic in theme.topics


def test_theme_nobody_knows_is_told_from_a_known_one() -> None:
    theme = read_theme("zorblax")
    assert not theme.found
    assert theme.phrase == ""
    assert read_theme("the sea").phrase == "the sea"


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("walk", ("walks", "walked", "walking")), ("try", ("tries", "tried", "trying")),
        ("stop", ("stops", "stopped", "stopping")), ("go", ("goes", "went", "going")),
        ("dance", ("dances", "danced", "dancing")), ("lie", ("lies", "lay", "lying")),
        ("see", ("sees", "saw", "seeing")), ("kiss", ("kisses", "kissed", "kissing")),
    ],
)  # fmt: skip
def test_verbs_agree(verb: str, forms: tuple[str, str, str]) -> None:
    assert (third(verb), past(verb), participle(verb)) == forms


def test_phrases_agree_with_person_and_article() -> None:
    assert conjugate("stop and rest", "past") == "stopped and rested"
    assert conjugate("never sleep", "third") == "never sleeps"
    assert owned("pack MY bags", "she") == "pack her bags"
    assert owned("hold your hand", "you") is None
    assert owned("ask for me", "they") is None
    assert with_article("anchor") == "an anchor"
    assert with_article("honest song") == "an honest song"
    assert with_article("unicorn") == "a unicorn"


@given(st.integers(1, 16), st.sampled_from(["ABAB", "HBHB", "BBAH", "xAxA", "HABH"]))
def test_every_rhyme_letter_has_a_partner(count: int, scheme: str) -> None:
    letters = rhyme_letters(scheme, count)
    assert len(letters) == count
    hooks = "H" in letters
    for letter in set(letters) - {"", "H"}:
        assert letters.count(letter) > 1 or (letter.startswith("A") and hooks)


def test_slot_and_meter_of_a_given_line() -> None:
    slot = slot_for("Let it rain on me")
    assert (slot.syllables, slot.meter) == (5, "+-+-+")
    sung = prosody("the rain is falling down")
    assert sung.stresses == (0, 2, 0, 2, 0, 0)
    assert stress_fit(sung.stresses, "-+-+-+") == 1.0
    assert stress_fit(sung.stresses, "+-+-+-") == 0.0


def composed(prompt: str, seed: int = 7) -> Composition:
    return compose(parse_prompt(prompt), seed=seed)


@pytest.fixture(scope="module")
def ballad() -> Composition:
    return composed("a sung pop ballad about the sea, 60 seconds")


def test_a_prompt_for_a_sung_song_gets_words_and_an_instrumental_none(ballad: Composition) -> None:
    assert "the sea" in " ".join(ballad.explanation)
    assert ballad.title.lower() in {
        line.text.lower().replace(",", "") for line in ballad.score.lines
    }
    lines = [line.text for line in ballad.score.lines]
    assert len(lines) >= 8
    assert any("sea" in line or "tide" in line or "shore" in line for line in lines)
    sung = sum(len(prosody(line).stresses) for line in lines)
    assert sung == len(ballad.score.syllables)
    assert composed("instrumental pop about the sea, 20 seconds").score.lines == ()
    assert theme_of(parse_prompt("pop about the sea")) == ""
    assert theme_of(parse_prompt("a wordless choir piece about the sea")) == ""
    assert theme_of(parse_prompt("with lyrics about my dog")) == "my dog"
    assert theme_of(parse_prompt("a song about my dog")) == "my dog"
    assert theme_of(parse_prompt("eine Ballade über den Winter")) == "den Winter"
    assert theme_of(parse_prompt("a song about my dog for solo piano")) == ""
    assert theme_of(parse_prompt("an instrumental song about my dog")) == ""


def test_words_of_a_section_are_rewritten_on_a_theme_and_nothing_else(ballad: Composition) -> None:
    score = ballad.score
    verse = next(section for section in score.sections if section.kind == "verse")
    request = f"rewrite the lyrics of {verse.label} about winter"
    plan = read_request(request, score)
    assert plan.not_understood == ()
    assert plan.operations[0].parameters == {"theme": "winter"}
    after = apply_operations(score, plan.operations, seed=3).score
    assert after == apply_operations(score, plan.operations, seed=3).score
    assert after.tracks == score.tracks
    assert [row.note_id for row in after.syllables] == [row.note_id for row in score.syllables]
    for old, new in zip(score.lines, after.lines, strict=True):
        assert (old.text != new.text) == (old.section_id == verse.id)
        assert prosody(old.text).syllables == prosody(new.text).syllables


def test_one_line_is_rewritten_and_rhymes_as_the_old_one(ballad: Composition) -> None:
    score = ballad.score
    verse = next(section for section in score.sections if section.kind == "verse")
    plan = read_request(f"rewrite line 2 of {verse.label} about the moon", score)
    after = apply_operations(score, plan.operations, seed=1).score
    changed = [(old, new) for old, new in zip(score.lines, after.lines, strict=True) if old != new]
    assert len(changed) == 1
    partners = [
        line.text for line in score.lines
        if line.section_id == verse.id and line.id != changed[0][0].id
        and not rhyme_fault(line.text.split()[-1], changed[0][0].text.split()[-1])
    ]  # fmt: skip
    sound = prosody(changed[0][1].text).rhyme.sounds
    assert partners
    assert all(prosody(line).rhyme.sounds == sound for line in partners)


def test_words_are_written_for_a_melody_without_any_and_locks_hold(ballad: Composition) -> None:
    flute = composed("pop with flute, instrumental, 30 seconds").score
    after = apply_operations(flute, [Operation("rewrite_lyrics", parameters={"theme": "summer"})],
                             seed=1).score  # fmt: skip
    assert after.tracks == flute.tracks
    assert len(after.lines) >= 4
    assert all(prosody(line.text).sure for line in after.lines)
    locked = replace(
        ballad.score, lines=tuple(replace(line, locked=True) for line in ballad.score.lines)
    )
    with pytest.raises(OperationError, match="locked"):
        apply_operations(locked, [Operation("rewrite_lyrics")], seed=1)


def test_given_lines_are_sung_and_those_that_do_not_fit_are_told(ballad: Composition) -> None:
    verse = next(section for section in ballad.score.sections if section.kind == "verse")
    scope = Scope(sections=(verse.id,))
    here = [line for line in ballad.score.lines if line.section_id == verse.id]
    given: list[str | None] = [None] * len(here)
    given[0] = "La " * prosody(here[0].text).syllables
    given[-1] = "la"
    result = apply_operations(
        ballad.score, [Operation("rewrite_lyrics", scope, {"lines": given})], seed=1
    )
    assert any("left out" in remark for remark in result.remarks)
    assert [line.text for line in result.score.lines if line.section_id == verse.id] == [
        ((given[0] or "").strip()),
        *(line.text for line in here[1:]),
    ]


@pytest.mark.parametrize(
    ("language", "theme", "topic"),
    [("es", "el mar", "mar"), ("fr", "la nuit", "nuit"), ("de", "das Meer", "meer"),
     ("it", "il mare", "mare"), ("pt", "o mar", "mar")],
)  # fmt: skip
def test_words_in_other_languages_fit_and_rhyme(language: str, theme: str, topic: str) -> None:
    for seed in range(2):
        lyrics = write_lyrics(theme, SONG, seed=seed, language=language)
        assert topic in lyrics.theme.topics
        for section in lyrics.sections:
            texts = [line.text for line in section.lines]
            slots = [line.slot for line in section.lines]
            assert check_section(texts, slots, language) == []
    sung = composed(f"a sung pop song about {theme}, lyrics in {_NAMES[language]}, 40 seconds")
    assert {line.language for line in sung.score.lines} == {language}


_NAMES = {"es": "Spanish", "fr": "French", "de": "German", "it": "Italian", "pt": "Portuguese"}
