"""Word vectors and the styles that scenes fit by their meaning."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compositions.composer import parse_prompt
from compositions.composer.prompt_language import detect_language
from compositions.composer.prompt_scene import confidence_of, scene_scores
from compositions.composer.resolve import resolve_spec
from compositions.composer.scene_similarity import WEIGHTS, scene_fits, words_meant
from compositions.composer.spec import Source
from compositions.composer.styles import styles
from compositions.composer.text_embedding import PATH, similarity, table_sha256, word_vectors


def near(first: str, second: str) -> float:
    vectors = word_vectors()
    return similarity(vectors.embed(first), vectors.embed(second))


@pytest.mark.parametrize(
    ("word", "close", "far"),
    [
        ("forest", "rainforest", "motorcycle"), ("sailor", "ship", "bakery"),
        ("iglesia", "church", "motorcycle"), ("forêt", "forest", "engine"),
        ("Kirche", "church", "dance"), ("perfume", "fragrance", "hammer"),
    ],
)  # fmt: skip
def test_words_of_like_meaning_lie_closer(word, close, far):
    assert near(word, close) > near(word, far) + 0.1


def test_inflected_and_compound_words_are_known_by_their_parts():
    vectors = word_vectors()

    assert vectors.rows("churches") == vectors.rows("church")
    assert vectors.rows("stopped") == vectors.rows("stop")
    assert len(vectors.rows("sternenhimmel")) == 2
    assert vectors.rows("qqqqzzzz") == ()


def test_the_table_is_the_one_that_its_file_tells_of():
    told = json.loads(PATH.with_suffix(".json").read_text(encoding="utf-8"))

    assert told["sha256"] == table_sha256()
    assert told["words"] == len(word_vectors().words)
    assert PATH.stat().st_size < 3_000_000


def test_the_fit_is_of_the_scenes_and_vectors_at_hand():
    """After a change of either run script/fit_scene_styles.py."""
    told = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    scenes = (WEIGHTS.parent / "style_scenes.json").read_bytes()

    assert told["word_vectors_sha256"] == table_sha256()
    assert told["scenes_sha256"] == hashlib.sha256(scenes).hexdigest()
    assert set(told["weights"]) == set(styles())
    assert {name for scene in json.loads(scenes) for name in scene["styles"]} == set(styles())


@pytest.mark.parametrize(
    ("scene", "suited"),
    [
        ("un barco entre las olas y el viento del mar", {"celtic", "folk", "cinematic", "ambient"}),
        ("der Pfarrer und die Gemeinde in der Kirche", {"hymn", "gospel", "baroque-chorale"}),
        ("une sorcière et un dragon dans le château", {"game-orchestral", "cinematic", "celtic"}),
        (
            "the altar boys follow the bishop with candles",
            {"hymn", "gospel", "baroque-chorale", "march"},
        ),
    ],
)
def test_scenes_beyond_the_lexicon_are_understood(scene, suited):
    scores = scene_scores(scene, english=detect_language(scene)[0] == "en")

    assert max(scores, key=lambda name: scores[name]) in suited


def test_a_chosen_style_is_told_with_its_reasons_and_how_sure_it_is():
    spec, style = resolve_spec(parse_prompt("the altar boys follow the bishop with candles"), 1)

    assert spec.genre.source is Source.DEFAULT
    assert 0.35 < spec.genre.confidence <= 0.95
    assert any(style.title in note and "bishop" in note for note in spec.notes)
    assert "bishop" not in spec.not_understood


def test_under_the_rain_is_no_bass():
    assert parse_prompt("una niña baila sola bajo la lluvia").instruments.value is None
    asked = parse_prompt("una canción triste con guitarra, bajo y batería").instruments.value
    assert any("Bass" in item.name for item in asked)


def test_a_prompt_that_says_nothing_gets_a_guess_that_is_called_one():
    spec, _ = resolve_spec(parse_prompt("qwxz vvkt"), 1)

    assert spec.genre.confidence < 0.35
    assert any("a guess" in note for note in spec.notes)


def test_better_scores_are_surer():
    assert confidence_of(0) < confidence_of(4) < confidence_of(8) <= 0.95


@given(st.text(max_size=60))
@settings(max_examples=40, deadline=None)
def test_any_text_has_fits(text):
    fits = scene_fits(text)

    assert set(fits) in (set(), set(styles()))
    assert all(-2 < fit < 2 for fit in fits.values())
    assert all(word in text.lower() for word in words_meant(text, "folk"))
