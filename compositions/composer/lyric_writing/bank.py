"""The phrases that the rule-based writer builds lines from, read from the data files.

A bank file has blocks that begin with "# name". Each line of a block is a kind, a colon and
entries parted by semicolons: ``k`` the words that call a theme up, ``s`` (``S`` for a plural)
a subject and what it does, ``d`` what a person does (verb first, "MY" for the person's own),
``p`` where, when and how, ``n`` nouns to count, ``a`` adjectives, ``c`` sentences in the
present, ``h`` lines to return to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from compositions.composer.lyric_writing.prosody import DATA

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A phrase: its kind, its text, the subject in front of it (of ``s``), its theme."""

    kind: str
    text: str
    topic: str
    subject: str = ""
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme: the words that call it up, and its phrases."""

    name: str
    keywords: tuple[str, ...]
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The plan of a line: ``functions`` of sections, ``tense`` ("any"), text with {slots}."""

    functions: tuple[str, ...]
    tense: str
    text: str


@lru_cache(maxsize=8)
def topics(language: str) -> dict[str, Topic]:
    """Return the themes of a language by name, with the phrases for any theme as one of them.

    Empty for a language that has no bank.
    """
    found: dict[str, Topic] = {}
    for path in [*sorted(DATA.glob(f"{language}_topics*.txt")), DATA / f"{language}_general.txt"]:
        if path.exists():
            for topic in _read(path.read_text(encoding="utf-8")):
                found[topic.name] = topic
    return found


def _read(text: str) -> list[Topic]:
    read: list[Topic] = []
    for block in re.split(r"^#\s*", text, flags=re.MULTILINE)[1:]:
        name, *lines = block.strip().splitlines()
        keywords: tuple[str, ...] = ()
        chunks: list[Chunk] = []
        for line in lines:
            kind, _, rest = line.partition(":")
            kind = kind.strip()
            if kind == "k":
                keywords = tuple(rest.split())
            elif kind in ("s", "S"):
                subject, _, rest = rest.partition(":")
                chunks += [
                    Chunk("s", verb, name.strip(), subject.strip(), kind == "S")
                    for verb in _entries(rest)
                ]
            else:
                chunks += [Chunk(kind, entry, name.strip()) for entry in _entries(rest)]
        read.append(Topic(name.strip(), keywords, tuple(chunks)))
    return read


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(";") if entry.strip()]


@lru_cache(maxsize=8)
def frames(language: str) -> tuple[Frame, ...]:
    """Return the plans of lines of a language."""
    path = DATA / f"{language}_frames.txt"
    if not path.exists():
        return ()
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            functions, tense, text = (part.strip() for part in line.split("|"))
            found.append(Frame(tuple(functions.split(",")), tense, text))
    return tuple(found)


def languages() -> tuple[str, ...]:
    """Return the languages (ISO 639-1) that words can be written in, English first."""
    found = sorted(path.name.split("_")[0] for path in DATA.glob("*_frames.txt"))
    return tuple(sorted(found, key=lambda code: code != "en"))
