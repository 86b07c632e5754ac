"""Eras: what "80s" or "medieval" means for the sounds of a style, and how prompts name them.

``data/eras.json`` holds for each era the words for it, the styles it stands for where none is
named, who takes whose place in the band (by groups of styles and kinds of players), how much
more reverb a role gets (the gated drums of the eighties, the dry ones of the seventies), how
the mix leans, and where it is typical swing, modes and how tight the players keep time. It is
general knowledge of popular music: when instruments came up (electric bass 1951, Rhodes 1965,
DX7 and drum machines around 1983), not a study.

Only what the style would choose by itself changes: instruments, swing and modes that were
asked for stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from compositions.composer.styles import Style, StylePart, instruments
from compositions.composer.text_reader import TextReader

_PATH = Path(__file__).parent / "data" / "eras.json"
_DRIVEN = frozenset({"Overdriven Guitar", "Distorted Guitar", "Electric Guitar"})
_STRUMMED = frozenset({"guitar", "plucked"})
_DECADE = re.compile(
    r"(?<![\w.])(?:(?:early|late|mid)[\s-]+)?(?:the\s+['’]?|['’]|(?P<century>19|20))"
    r"(?P<decade>[0-9]0)['’]?s\b(?:[\s-]+(?:style|inspired|era|sound(?:ing)?|flavou?red|feel))?",
    re.IGNORECASE,
)
_SHORT_DECADE = re.compile(
    r"(?<![\w.,])(?P<decade>[5-9]0)['’]?s(?=[\s-]+[a-z])(?!\s+(?:long|bpm|of|at|in)\b)"
    r"(?:[\s-]+(?:style|inspired|era|sound(?:ing)?|flavou?red|feel))?",
    re.IGNORECASE,
)
# Elsewhere "80s" may be seconds.
_MARKED_DECADE = re.compile(
    r"(?<![\w.,])(?:(?:early|late|mid)[\s-]+(?P<decade>[1-9]0)['’]?s|(?P<other>[5-9]0)['’]s)\b"
    r"|^\s*(?P<alone>[5-9]0)s\s*$",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\b(?:in|from|of|circa|around)\s+(?P<century>19|20)(?P<year>\d)\d\b", re.IGNORECASE
)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return data


def eras() -> Mapping[str, Mapping[str, Any]]:
    """Return era name ("80s", "medieval") -> what is known of it."""
    found: dict[str, dict[str, Any]] = _data()["eras"]
    return found


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], Mapping[str, str]]:
    names = {word: name for name, era in eras().items() for word in era["words"]}
    choices = "|".join(
        re.escape(word).replace(r"\ ", r"[\s-]+") for word in sorted(names, key=len, reverse=True)
    )
    lead = r"(?:(?:early|late|mid)[\s-]+)?(?:the\s+)?"
    tail = r"(?:[\s-]+(?:style|inspired|era|sound(?:ing)?|feel))?"
    return re.compile(rf"\b{lead}({choices})\b{tail}", re.IGNORECASE), names


def read_era(reader: TextReader) -> tuple[str, float] | None:
    """Take an era: (its name, confidence), or None."""
    pattern, names = _words()
    if match := pattern.search(reader.left):
        name = names[re.sub(r"[\s-]+", " ", match[1].lower())]
        if match[1].lower() in ("baroque", "medieval", "renaissance"):
            return name, 0.8  # left in place: it names a style too
        reader.mark(match.start(), match.end())
        return name, 0.9
    for decade in (_DECADE, _SHORT_DECADE, _MARKED_DECADE):
        if match := decade.search(reader.left):
            reader.mark(match.start(), match.end())
            groups = match.groupdict()
            digits = groups["decade"] or groups.get("other") or groups["alone"]
            return _decade(digits, groups.get("century")), 0.9
    if match := _YEAR.search(reader.left):
        reader.mark(match.start(), match.end())
        return _decade(f"{match['year']}0", match["century"]), 0.8
    return None


def _decade(digits: str, century: str | None) -> str:
    """ "20" of the last century is "20s", of this one "2020s"."""
    name = f"{digits}s"
    return f"20{name}" if century == "20" and f"20{name}" in eras() else name


def era_name(text: str) -> str:
    """Return the name of an era as written in a field ("1980s", "the eighties", "80s").

    Raises ``ValueError`` when there is no such era.
    """
    plain = text.strip().lower()
    if plain in eras():
        return plain
    found = read_era(TextReader(f"the {plain} "))
    if found is None or found[0] not in eras():
        raise ValueError(f"{text!r} is not a known decade or period")
    return found[0]


def styles_of(era: str | None) -> tuple[str, ...]:
    """Return the styles that an era stands for where no style is named."""
    return tuple(eras().get(era or "", {}).get("styles", ()))


def style_of_era(style: str, era: str | None) -> str:
    """Return what a style was in an era where that has a name of its own: pop of the eighties."""
    return str(eras().get(era or "", {}).get("becomes", {}).get(style, style))


def in_era(style: Style, era: str | None, asked: Container[str] = ()) -> tuple[Style, str | None]:
    """Return a style with the sounds of an era, and a sentence that tells what changed.

    ``asked`` are names of instruments that were asked for; they play in any case.
    """
    known = eras().get(era or "")
    if known is None:
        return style, None
    swaps = [swap for swap in known["swaps"] if _among(style.name, swap["styles"])]
    changed: dict[str, str] = {}
    parts = tuple(_part(part, swaps, changed) for part in style.parts)
    swing = known.get("swing", {})
    swings = style.swing_ratio < 0.55 and _among(style.name, swing.get("styles", ()))
    modern = any(_among(style.name, [group]) for group in ("popular", "hip hop", "club", "screen"))
    if not changed and not modern:
        return style, None
    sends = known["sends"]
    parts = tuple(
        replace(part, reverb_send=_share(part.reverb_send + sends.get(part.role, 0.0)))
        for part in parts
    )
    feel = dict(style.feel)
    feel["looseness"] = round(feel["looseness"] * known.get("looseness", 1.0), 1)
    weights = known.get("modes", {})
    style = replace(
        style,
        parts=parts,
        feel=feel,
        mix={
            name: _share(value + known["mix"].get(name, 0.0)) for name, value in style.mix.items()
        },
        modes={mode: weight * weights.get(mode, 1.0) for mode, weight in style.modes.items()},
        swing_ratio=swing["ratio"] if swings else style.swing_ratio,
        swing_unit=8 if swings else style.swing_unit,
    )
    told = {new: old for new, old in changed.items() if old not in asked}
    return style, _told(known, told, swings)


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 3)


def _among(style: str, groups: Iterable[str]) -> bool:
    members: Mapping[str, list[str]] = _data()["groups"]
    return any(group in ("all", style) or style in members.get(group, ()) for group in groups)


def _part(part: StylePart, swaps: list[dict[str, Any]], changed: dict[str, str]) -> StylePart:
    """The part with its players of the era; ``changed`` learns who takes whose place."""
    names: list[str] = []
    for name in part.instruments:
        new = [name]
        for swap in swaps:
            if name in _players(swap["of"]):
                new = [other for other in swap["by"] if _can(other, part.role)][:2] or [name]
                break
        names += new
    unique = tuple(dict.fromkeys(names))
    if unique == part.instruments:
        return part
    if unique[0] != part.instruments[0]:
        changed.setdefault(unique[0], part.instruments[0])
    return _suited(replace(part, instruments=unique))


def _players(kinds: Iterable[str]) -> set[str]:
    known: Mapping[str, list[str]] = _data()["players"]
    return {name for kind in kinds for name in known.get(kind, [kind])}


def _can(name: str, role: str) -> bool:
    instrument = instruments()[name]
    return instrument.percussion if role == "drums" else role in instrument.roles


def _suited(part: StylePart) -> StylePart:
    """A part whose figure suits its new first player: a lute plays no power chords."""
    first = instruments()[part.instruments[0]]
    figure = part.figure
    if figure == "power" and first.name not in _DRIVEN:
        figure = "strum"
    if figure == "strum" and first.family not in _STRUMMED:
        figure = "block"
    if figure == "block" and first.envelope == "sustain" and part.role != "lead":
        figure = "sustain"
    if figure == part.figure:
        return part
    return replace(part, figure=figure, register=None, pattern="")


def _told(known: Mapping[str, Any], changed: Mapping[str, str], swings: bool) -> str:
    told = [f"{new} for {old}" for new, old in changed.items()]
    drums = known["sends"].get("drums", 0.0)
    told += ["more reverb on the drums"] if drums > 0.1 else []
    told += ["drier drums"] if drums < 0 else []
    told += ["swung eighths"] if swings else []
    mix = known["mix"]
    told += ["a darker mix"] if mix["brightness"] <= -0.15 else []
    told += ["a brighter mix"] if mix["brightness"] >= 0.15 else []
    what = ", ".join(told) or "a mix of its time"
    return f"Sounds of {known['title']}, where nothing else was asked: {what}."
