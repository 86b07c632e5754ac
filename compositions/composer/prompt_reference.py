"""Artists, films and games in prompts: "like Daft Punk" is read as words for a genre.

``data/references.json`` names for each of them a style, and where it says more a tempo range,
moods, a second style or a decade. Nobody's music is known or imitated; the note that goes
with the song says so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from compositions.composer.styles import styles
from compositions.composer.text_reader import TextReader
from compositions.composer.word_lists import english_words, word_list

_PATH = Path(__file__).parent / "data" / "references.json"
_BEFORE = re.compile(
    r"(?:\b(?:like|à\s+la|a\s+la|ala|(?:style|manner|vein|spirit|tradition|sound|vibe|feel|mood|way)s?\s+of"
    r"|inspired\s+by|influenced\s+by|reminiscent\s+of|think|meets|channel+ing|homage\s+to"
    r"|tribute\s+to|mix\s+of|cross\s+between|something|fan\s+of|sounding|à\s+la\s+manière\s+d[e']"
    r"|(?:im|in)\s+(?:dem\s+)?stile?\s+(?:von|di|der|des)|estilo(?:\s+d[eo]s?)?|stile(?:\s+d[ei])?"
    r"|style(?:\s+de)?|wie|comme|como|come|nach\s+art\s+von))\s*(?:(?:the|a|an|old|early|late|classic)\s+)*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:['’]s)?(?:-|\s+)(?:styled?|type|vibes?|esque|inspired|ish|like|sound|sounding|feel|meets"
    r"|influence[ds]?|would|kind|soundtrack|movie|film|game|song|beat|riff|era|mood)\b|^esque\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a name stands for: a style, maybe a tempo range, moods, a second style, a decade."""

    start: int
    text: str
    style: str
    tempo: tuple[float, float] | None
    moods: tuple[str, ...]
    blend: tuple[str, ...]

    @property
    def said(self) -> str:
        """The note that tells what was made of the name."""
        words = [styles()[name].title for name in (self.style, *self.blend)]
        if self.tempo:
            words.append(f"{self.tempo[0]:g}-{self.tempo[1]:g} bpm")
        words += self.moods
        return (
            f'"{self.text}" was read as a kind of music ({", ".join(words)});'
            " the composer does not know or imitate anybody's works."
        )


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, object]]:
    entries = json.loads(_PATH.read_text(encoding="utf-8"))
    return {name: entry for entry in entries for name in entry["names"]}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = sorted(_names(), key=lambda name: (-len(name), name))
    choices = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)
    return re.compile(rf"(?<![\w-])(?:{choices})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    """Names made of words that mean something else: "queen", "the police", "future"."""
    known = english_words() | word_list("filler") | {"the", "of", "a", "my", "to", "at"}
    return frozenset(
        name for name in _names() if all(word in known for word in re.findall(r"\w+", name))
    )


def read_references(reader: TextReader) -> list[Reference]:
    """Take the names of artists, films and games, in order.

    A name of everyday words counts only where the words around it say that it is one.
    """
    found = []
    for match in _pattern().finditer(reader.left):
        name = re.sub(r"\s+", " ", match[0].lower())
        before, after = reader.left[: match.start()], reader.left[match.end() :]
        cued = _BEFORE.search(before) or _AFTER.match(after)
        if name in _everyday() or len(name) <= 4:
            proper = match[0][0].isupper() and name.count(" ") and not name.startswith("the ")
            if not (cued or proper):
                continue
        entry = _names()[name]
        reader.mark(match.start(), match.end())
        tempo = entry.get("tempo")
        found.append(
            Reference(
                match.start(),
                match[0],
                str(entry["style"]),
                (float(tempo[0]), float(tempo[1])) if isinstance(tempo, list) else None,
                tuple(map(str, entry.get("mood", ()))),  # type: ignore[call-overload]
                tuple(map(str, entry.get("blend", ()))),  # type: ignore[call-overload]
            )
        )
    return found
