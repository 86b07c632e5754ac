"""How well a scene fits each style by its meaning: word vectors and a fitted line per style.

``data/style_scenes.json`` holds scenes with the styles that suit them (several one-line scenes
for each style, and everyday scenes with all that would do). ``script/fit_scene_styles.py`` fits
by ridge regression, for each style, how much each component of a scene's vector speaks for it;
``data/scene_styles.json`` keeps that in whole numbers, the last of them for no scene at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np

from compositions.composer.text_embedding import Whole, word_vectors
from compositions.composer.word_lists import word_list

WEIGHTS = Path(__file__).parent / "data" / "scene_styles.json"
# Words that are named as reasons: how many, how much they speak for it, and weigh at least.
_MOST_WORDS, _SPEAKS, _RARE = 4, 0.04, 128
SCALE = 10_000
"""What the kept numbers are multiplied by."""


@lru_cache(maxsize=1)
def _fitted() -> tuple[tuple[str, ...], Whole]:
    data = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    lines: Mapping[str, list[int]] = data["weights"]
    return tuple(lines), np.array(list(lines.values()), dtype=np.int64)


def embed_scene(text: str) -> tuple[Whole, int]:
    """Return the vector of a scene and how many of its words are in it."""
    vectors, filler = word_vectors(), word_list("filler")
    return vectors.embed(text, leave_out=filler), vectors.count_known(text, leave_out=filler)


def scene_fits(text: str) -> dict[str, float]:
    """Return style -> how well it fits the meaning of a scene, about -0.1 to 0.5.

    Empty where no word is known.
    """
    vector, _ = embed_scene(text)
    length = float(int(vector @ vector)) ** 0.5
    if not length:
        return {}
    names, lines = _fitted()
    sums = lines[:, :-1] @ vector
    return {
        name: round((int(total) / length + int(line[-1])) / SCALE, 4)
        for name, total, line in zip(names, sums, lines, strict=True)
    }


def words_meant(text: str, style: str) -> frozenset[str]:
    """Return the few words of a scene whose meaning speaks for a style, in lower case."""
    vectors, (names, lines) = word_vectors(), _fitted()
    line = lines[names.index(style), :-1] if style in names else None
    own: dict[str, float] = {}
    for word in set(re.findall(r"[^\W\d_]{3,}", text.lower())):
        rows = vectors.rows(word)
        if line is not None and rows and int(vectors.weights[rows[0]]) >= _RARE:
            vector = vectors.embed(word)
            own[word] = int(line @ vector) / float(int(vector @ vector)) ** 0.5 / SCALE
    ranked = sorted(own, key=lambda word: (-own[word], word))[:_MOST_WORDS]
    return frozenset(word for word in ranked if own[word] >= _SPEAKS)
