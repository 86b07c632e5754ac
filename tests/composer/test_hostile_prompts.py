"""Whatever is typed, there is a specification that can be planned, or a clear message."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from compositions.composer.casting import cast
from compositions.composer.plan import make_plan
from compositions.composer.prompt_parser import MAX_PROMPT_CHARACTERS, parse_prompt
from compositions.composer.spec import MusicSpec

HOSTILE = (
    "",
    " \n\t\r\n ",
    "🎸🥁🎹" * 40,
    "'; DROP TABLE compositions; --",
    "<script>alert(1)</script><b>rock</b> & <i>120 bpm</i>",
    "a\u200bm\u200bb\u200bi\u200be\u200bn\u200bt \u202e120 bpm\u202c",
    "موسيقى حزينة على العود ١٢٠",
    "איזה שיר שמח בסול מז'ור",
    "悲しいピアノ曲 ニ短調 90 bpm",
    "8675309 00 -1 3.14 1e309 0x7F",
    "300 bpm",
    "99999 bpm",
    "-5 bpm 0 bpm",
    "0 bars",
    "0 bars, 0 seconds, 0/0",
    "10 hours of techno",
    "1/64 meter",
    "999/8 and 4/0",
    "[Verse 0] [Chorus 0]",
    "[Verse 999] [Chorus 999]",
    "[Verse" * 300,
    "((((((((((((((((((((((((",
    "A B C D E F G " * 100,
    "no no no no drums drums no drums without no drums",
    "no drums, no bass, no guitar, no piano, no strings, no synths, no vocals, no lead, no chords",
    "C# D# E# F# G# A# B# Cb Fb major minor",
    "I II III IV V VI VII " * 50,
    "chords: " + "C7#9b13/G | " * 150,
    "%s %d {0} {name} \\x00 \\u0000 \x00\x07",
    "rock " * 700,
    "piano, violin, viola, cello, harp, flute, oboe, clarinet, bassoon, horn, trumpet, trombone,"
    " tuba, sax, organ, accordion, banjo, mandolin, sitar, koto, shamisen, kalimba, marimba,"
    " celesta, xylophone, vibraphone, glockenspiel, timpani, choir, recorder, ocarina,"
    " bagpipes, fiddle, steel drums, music box, harpsichord, clavinet, dulcimer, drums, bass",
)  # fmt: skip
_TERMS = (
    "rock jazz no without bars bpm 120 4/4 [Verse] C#m in of the key minor flat piano drums only"
    " seconds 3:30 7/8 la en mi bémol sin ohne like Bach modulate up last chorus ii-V-I | ; \n half"
    " hundred million -3 1/0 ♩ = ½ not too slow verse chorus x2 everything but instead"
)
_WORDS = st.sampled_from(_TERMS.split(" "))


def planned(prompt: str) -> MusicSpec:
    """Parse and plan a prompt; the specification survives its JSON form."""
    spec = parse_prompt(prompt)
    assert MusicSpec.from_dict(spec.to_dict()) == spec
    plan = make_plan(spec, 1, None)
    assert plan.bars >= 1
    assert 20 <= plan.bpm <= 300
    assert all(section.bars >= 1 for section in plan.sections)
    cast(plan)
    return spec


@pytest.mark.parametrize("prompt", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_prompts_are_planned(prompt: str) -> None:
    """Known nuisances give a song."""
    assert planned(prompt).prompt == prompt


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=200))
@example("\ud800 rock")
def test_any_text_is_planned(prompt: str) -> None:
    """Arbitrary Unicode gives a song."""
    assert planned(prompt).prompt == prompt


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_any_words_of_music_are_planned(prompt: str) -> None:
    """Words that mean something, in orders that mean nothing, give a song."""
    assert planned(prompt).prompt == prompt


def test_a_prompt_that_is_too_long_is_refused_in_words() -> None:
    """The limit is told."""
    with pytest.raises(ValueError, match="longer than"):
        parse_prompt("x" * (MAX_PROMPT_CHARACTERS + 1))
