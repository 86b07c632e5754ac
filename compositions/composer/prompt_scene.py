"""From a scene to a style: prompts that tell a story and name no genre.

Each style has scene words (``data/scenes.json``) and a line of description in its file.
A word counts the more the fewer styles it belongs to. Topics (``data/scene_topics.json``) are
words that speak for several styles at once: a graveyard for horror, whatever plays it. What the
lists do not know counts by its meaning (``scene_similarity``), in other languages too.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from compositions.composer.scene_similarity import embed_scene, scene_fits, words_meant
from compositions.composer.styles import styles
from compositions.composer.word_lists import english_words, word_list

_PATH = Path(__file__).parent / "data" / "scenes.json"
_TOPICS = _PATH.with_name("scene_topics.json")
_TELLING = 0.3
_MEANING = 50.0
"""What a whole fit by meaning counts beside words of the lexicon (see fit_scene_styles.py)."""
_A_SCENE = 2
_TOPIC, _OWN, _TOLD, _HALF = 1.8, 0.6, 0.33, 0.6


def stem(word: str) -> str:
    """Return a word without its common English endings: "dancing" and "dances" are "danc"."""
    word = word.lower()
    for ending in ("ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "y", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            root = word[: -len(ending)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] and ending != "s" else root
    return word


def _words(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text.lower())
    return [word for word in words if word not in word_list("filler") and len(word) > 2]


def _stems(text: str) -> list[str]:
    return [stem(word) for word in _words(text)]


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, Mapping[str, float]]:
    """Stem -> style -> weight."""
    found: dict[str, dict[str, float]] = {}
    topics = json.loads(_TOPICS.read_text(encoding="utf-8"))
    words_of = [frozenset(_stems(topic["words"])) for topic in topics]
    counts = Counter(word for words in words_of for word in words)
    for topic, words in zip(topics, words_of, strict=True):
        for word in sorted(words):
            entry = found.setdefault(word, {})
            for name, weight in topic["styles"].items():
                entry[name] = entry.get(name, 0.0) + _TOPIC * weight / math.sqrt(counts[word])
    for word, own in _own_words().items():
        rare = math.log(1 + len(styles()) / len(own))
        for name, weight in own.items():
            there = found.setdefault(word, {})
            there[name] = there.get(name, 0.0) + weight * rare
    return found


def _own_words() -> Mapping[str, Mapping[str, float]]:
    """Stem -> style -> weight, of the words that belong to single styles."""
    own = json.loads(_PATH.read_text(encoding="utf-8"))
    found: dict[str, dict[str, float]] = {}
    for style in styles().values():
        for text, weight in ((style.description, _TOLD), (own.get(style.name, ""), _OWN)):
            for word in _stems(text):
                entry = found.setdefault(word, {})
                entry[style.name] = max(weight, entry.get(style.name, 0.0))
    return found


@lru_cache(maxsize=4096)
def _fits(word: str) -> Mapping[str, float]:
    """Return style -> weight of a word; of a compound by its halves ("cornfield")."""
    if (root := stem(word)) in _weights():
        return _weights()[root]
    known = english_words()
    scores: dict[str, float] = {}
    for place in range(3, len(word) - 2):
        head, tail = word[:place], word[place:]
        if len(word) < 7 or head not in known or tail not in known:
            continue
        for half in (head, tail):
            for style, weight in _weights().get(stem(half), {}).items():
                scores[style] = max(scores.get(style, 0.0), _HALF * weight)
    return scores


def scene_scores(text: str, moods: str = "", *, english: bool = True) -> dict[str, float]:
    """Return style -> how well a scene fits it, by its words and by their meaning.

    ``moods`` are words that colour the scene but make none by themselves. The lists are
    ``english``: in other languages "las" and "come" would be taken for something else.
    """
    words = lexicon_scores(f"{text} {moods}" if english else moods)
    _, known = embed_scene(text)
    meaning = scene_fits(f"{text} {moods}") if known >= _A_SCENE else {}
    return together(words, meaning, known)


def confidence_of(score: float) -> float:
    """Return how likely a style with this score suits the scene, 0..0.95.

    A logistic curve through scenes that were left out of the fit: about one in four is right at
    a score of 3, three in four at 7.
    """
    return round(min(0.95, 1.0 / (1.0 + math.exp(2.45 - 0.52 * score))), 2)


def together(
    words: Mapping[str, float], meaning: Mapping[str, float], known: int
) -> dict[str, float]:
    """Return the scores by words and by meaning as one; ``known`` words have a meaning."""
    weight = _MEANING * known / (known + 1)
    return {
        name: round(score + weight * meaning.get(name, 0.0), 4) for name, score in words.items()
    }


def lexicon_scores(text: str) -> dict[str, float]:
    """Return style -> how well the words of a scene fit it; 0 where nothing fits."""
    scores = dict.fromkeys(styles(), 0.0)
    for word in {stem(word): word for word in _words(text)}.values():
        for name, weight in _fits(word).items():
            scores[name] += weight
    return {name: round(score, 4) for name, score in scores.items()}


def scene_words(text: str, style: str) -> tuple[str, ...]:
    """Return the words of a scene that speak for a style, in order."""
    words = dict.fromkeys(word.lower() for word in re.findall(r"[^\W_]+", text))
    meant = words_meant(text, style)
    return tuple(
        word
        for word in words
        if word not in word_list("filler")
        and (_fits(word).get(style, 0.0) >= _TELLING or word in meant)
    )
