"""Plain word lists of the composer, kept as data."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path

_PATH = Path(__file__).parent / "data" / "words.json"


@lru_cache(maxsize=1)
def _lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = json.loads(_PATH.read_text(encoding="utf-8"))
    return lists


def word_list(name: str) -> frozenset[str]:
    """Return one list of lower-case words. Raises ``KeyError`` for an unknown name."""
    return frozenset(_lists()[name])


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return 40,000 common English words (SCOWL; see ``data/NOTICE.md``)."""
    path = _PATH.with_name("english_words.txt.gz")
    return frozenset(gzip.decompress(path.read_bytes()).decode("utf-8").split("\n"))
