"""A title for a song that has none: from mood, genre and seed."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.plan import SongPlan
from compositions.composer.prompt_words import moods
from compositions.composer.seeds import stream
from compositions.composer.word_lists import word_list
from compositions.score.harmony import MINOR_MODES

_SMALL = word_list("title_small")


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "titles.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def make_title(plan: SongPlan) -> str:
    """Return the asked title, the theme in title case, or one made for the mood."""
    if plan.spec.title.value:
        return str(plan.spec.title.value)
    if plan.spec.theme.value:
        return title_case(str(plan.spec.theme.value))
    rng = stream(plan.seed, "song", "title", f"make:{plan.style.name}:{plan.spec.prompt}")
    colour = _colour(plan)
    words = _words()
    adjective = rng.choice(words["adjectives"][colour])
    noun = rng.choice(words["nouns"][colour])
    place = rng.choice(words["places"].get(plan.style.name, words["places"][""]))
    forms = (f"{adjective} {noun}", f"{noun} at {place}", f"{adjective} {noun}", place)
    title = str(rng.choice(forms))
    return title[:1].upper() + title[1:]


def _colour(plan: SongPlan) -> str:
    found = [moods()[word] for word in plan.spec.mood.value or () if word in moods()]
    if found:
        valence = sum(mood.valence for mood in found) / len(found)
        arousal = sum(mood.arousal for mood in found) / len(found)
    else:
        valence, arousal = (-0.2 if plan.mode in MINOR_MODES else 0.4), plan.bpm / 200
    if arousal > 0.7:
        return "fierce"
    if valence > 0.25:
        return "bright" if arousal > 0.3 else "calm"
    if valence > -0.05:
        return "calm"
    return "sad" if arousal < 0.45 else "dark"


def title_case(text: str) -> str:
    """Return English title case: "the sea at night" is "The Sea at Night"."""
    words = text.split()
    return " ".join(
        word if word.lower() in _SMALL and index else word[:1].upper() + word[1:]
        for index, word in enumerate(words)
    )
