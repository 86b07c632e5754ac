"""From a scene to a style: prompts that tell a story and name no genre.

Each style has scene words (``data/scenes.json``) and a line of description in its file.
A word counts the more the fewer styles it belongs to.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from compositions.composer.styles import styles
from compositions.composer.word_lists import word_list

_PATH = Path(__file__).parent / "data" / "scenes.json"
_OWN, _TOLD = 1.0, 0.55


def stem(word: str) -> str:
    """Return a word without its common English endings: "dancing" and "dances" are "danc"."""
    word = word.lower()
    for ending in ("ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "y", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            root = word[: -len(ending)]
            return root[:-1] if len(root) > 3 and root[-1] == root[-2] and ending != "s" else root
    return word


def _stems(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text.lower())
    return [stem(word) for word in words if word not in word_list("filler") and len(word) > 2]


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, Mapping[str, float]]:
    """Stem -> style -> weight."""
    own = json.loads(_PATH.read_text(encoding="utf-8"))
    found: dict[str, dict[str, float]] = {}
    for style in styles().values():
        for text, weight in ((style.description, _TOLD), (own.get(style.name, ""), _OWN)):
            for word in _stems(text):
                entry = found.setdefault(word, {})
                entry[style.name] = max(weight, entry.get(style.name, 0.0))
    count = len(styles())
    return {
        word: {name: weight * math.log(1 + count / len(entry)) for name, weight in entry.items()}
        for word, entry in found.items()
    }


def scene_scores(text: str) -> dict[str, float]:
    """Return style -> how well the words of a scene fit it; 0 where nothing fits."""
    scores = dict.fromkeys(styles(), 0.0)
    for word in dict.fromkeys(_stems(text)):
        for name, weight in _weights().get(word, {}).items():
            scores[name] += weight
    return {name: round(score, 4) for name, score in scores.items()}


def scene_words(text: str, style: str) -> tuple[str, ...]:
    """Return the words of a scene that speak for a style, in order."""
    words = re.findall(r"[^\W_]+", text)
    return tuple(
        dict.fromkeys(
            word.lower()
            for word in words
            if word.lower() not in word_list("filler") and style in _weights().get(stem(word), {})
        )
    )
