"""Figures of sung words, read from the lyric events of the MIDI file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from compositions.composer.critics_lyrics import word_counts
from compositions.score.document import Score


def lyric_figures(score: Score, asked: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a song with words; {"lyrics sung": 0} when asked words are missing.

    "lyrics sung" is the share of asked lines that are sung word for word, "syllables
    exact" the share of sung words on as many syllables as the word has, "stress on strong
    beats" the share of stressed syllables that begin on a beat.
    """
    found: dict[str, float] = {}
    sung = _squeezed("".join(syllable.text for syllable in score.syllables))
    if lines := [_squeezed(line) for line in asked.get("lyrics") or ()]:
        found["lyrics sung"] = sum(line in sung for line in lines) / len(lines)
    if score.syllables:
        words, exact, stressed, strong = word_counts(score)
        found["syllables exact"] = exact / words
        if stressed:
            found["stress on strong beats"] = strong / stressed
    return found


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())
