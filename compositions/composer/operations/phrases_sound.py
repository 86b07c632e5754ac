"""Phrases about pitch, time, harmony and sound: each reader takes what it understands."""

from __future__ import annotations

import re
from typing import Any

from compositions.composer.operations.base import Operation
from compositions.composer.operations.clause import Clause, amount_of, second_voice
from compositions.composer.operations.pitch import key_at
from compositions.composer.operations.places import (
    Places,
    kind_of,
)
from compositions.composer.prompt_words import find_genre, lexicon
from compositions.composer.roman import RomanError, resolve
from compositions.composer.text_reader import NUMBER, read_number
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES
from compositions.score.scope import Scope

_NOTE = r"[A-Ga-g](?:\s?(?:#|b|♯|♭|sharp|flat))?"
_MODES = "|".join(
    sorted((mode.value.replace("_", r"[\s_]") for mode in Mode), key=len, reverse=True)
)
_INTERVALS: dict[str, int] = {
    r"semi[\s-]?tones?|half[\s-]?(?:steps?|tones?)": 1,
    r"(?:whole\s+)?(?:tones?|steps?)|whole[\s-]?steps?": 2,
    r"minor\s+thirds?": 3,
    r"(?:major\s+)?thirds?": 4,
    r"(?:perfect\s+)?fourths?": 5,
    r"(?:perfect\s+)?fifths?": 7,
    r"octaves?": 12,
}


def read_note(text: str) -> str:
    name = re.sub(r"\s?(?:sharp|♯)", "#", re.sub(r"\s?(?:flat|♭)", "b", text.strip()))
    return name[0].upper() + name[1:].strip()


def read_transpose(clause: Clause) -> list[Operation] | None:
    for pattern, size in _INTERVALS.items():
        match = clause.take(
            rf"\b(?:(up|down)\s+(?:by\s+)?(?:(an?|one|{NUMBER})\s+)?(?:{pattern})"
            rf"|(?:(an?|one|{NUMBER})\s+)?(?:{pattern})\s+(up|down|higher|lower))\b"
        )
        if match is not None:  # "drop" is no kind of section here
            clause.take(r"^(?:drop|bring|take|pitch|transpose|move|shift|raise|lower|modulate)\b")
        if match is None:
            match = clause.take(
                r"\b(raise|lower)\b(?=.*?\bby\b)"
            ) and clause.take(rf"\bby\s+(an?|one|{NUMBER})\s+(?:{pattern})\b")  # fmt: skip
            if match is None:
                continue
            down = bool(re.search(r"\blower\b", clause.reader.text, re.IGNORECASE))
            count = match[1]
        else:
            down = (match[1] or match[4] or "").lower() in ("down", "lower")
            count = match[2] or match[3]
        many = 1 if not count or count.lower() in ("a", "an", "one") else int(read_number(count))
        steps = (-1 if down else 1) * size * many
        return [_shifted(clause, max(-48, min(48, steps)))]
    if clause.take(r"\b(?:add\s+)?a\s+(?:key\s+change|modulation)\b(?!\s+to\b)"):
        return [_shifted(clause, 2)]
    return None


def _shifted(clause: Clause, steps: int) -> Operation:
    at_end = clause.take(
        r"\b(?:(?:at|near|for|towards?)\s+)(?:the\s+)?(?:very\s+)?(?:end|ending|"
        r"last\s+chorus|final\s+chorus)\b"
    )
    if at_end is None:
        return clause.operation("transpose", semitones=steps)
    choruses = [s for s in clause.score.sections if kind_of(s) in ("chorus", "drop", "head")]
    first = choruses[-1] if len(choruses) > 1 else None
    sections = clause.score.sections
    if first is None and sections:
        first = sections[-1]
    places = Places(sections=[s.id for s in sections if first and s.start >= first.start])
    return clause.operation("transpose", places, semitones=steps)


def read_change_key(clause: Clause) -> list[Operation] | None:
    match = clause.take(
        rf"\b(?:(?:the\s+)?key\s+)?(?:(?:in)?to|in|"
        rf"key\s*[:=]?)"
        rf"\s+(?:the\s+key\s+of\s+)?({_NOTE})(?:[\s-]+({_MODES}))?(?![\w#])"
    )
    if match is not None and (match[1][0].isupper() or match[2]) and not (
        match[1] == "A" and re.match(r"\s+\w", clause.reader.text[match.end():]) and not match[2]
    ):  # fmt: skip
        parameters: dict[str, Any] = {"tonic": read_note(match[1])}
        if match[2]:
            parameters["mode"] = re.sub(r"\s", "_", match[2].lower())
        return [clause.operation("change_key", **parameters)]
    asked = re.search(r"\b(?:make|turn|change|switch)\b", clause.reader.text, re.IGNORECASE)
    match = clause.take(rf"\b({_MODES})\b(?:\s+(?:key|mode))?") if asked else None
    if match is not None and find_genre(match[1]) is None:
        return [clause.operation("change_key", mode=re.sub(r"\s", "_", match[1].lower()))]
    return None


def read_tempo(clause: Clause) -> list[Operation] | None:
    match = clause.take(rf"\b({NUMBER})\s*(?:bpm|beats\s+(?:per|a)\s+minute)\b") or clause.take(
        rf"\btempo\s*(?:to|of|=|:)?\s*({NUMBER})\b"
    )
    if match is not None:
        clause.take(r"\b(?:set|change|tempo|speed|faster|slower|down|up|slow)\b.*?(?=\x1f|$)")
        return [clause.operation("change_tempo", bpm=read_number(match[1]))]
    match = clause.take(
        r"\b(twice|half|double)\s+(?:as\s+(fast|slow)|the\s+(?:speed|tempo))\b|\b(double|"
        r"half)[\s-]time\b"
    )
    if match is not None:
        word = (match[1] or match[3]).lower()
        slow = (match[2] or "").lower() == "slow"
        factor = 0.5 if (word == "half") != slow else 2.0
        return [clause.operation("change_tempo", factor=factor)]
    match = clause.take(r"\b(faster|quicker|more\s+up[\s-]?tempo|speed\b(?=.*\bup\b))")
    if match is not None:
        return [clause.operation("change_tempo", factor=amount_of(clause, 1.1, 1.05, 1.25))]
    if clause.take(r"\b(slower|slow\b(?=.*\bdown\b))"):
        return [clause.operation("change_tempo", factor=amount_of(clause, 0.9, 0.95, 0.8))]
    return None


def read_chords(clause: Clause) -> list[Operation] | None:
    match = re.search(
        r"\b(?:use\s+)?(?:the\s+)?(?:chords?|progression|changes)\s*(?:to|:|=|as)?\s+",
        clause.reader.left,
        re.IGNORECASE,
    )
    if match is not None:
        good, end = _chord_texts(clause.reader.left, match.end())
        if good:
            clause.reader.mark(match.start(), end)
            clause.take(r"\breharmoni[sz]e\b")
            return [clause.operation("reharmonise", chords=good)]
    if clause.take(
        r"\breharmoni[sz](?:e|ation)\b|\b(?:new|different|other|fresh|richer|better|"
        r"more\s+interesting|jazzier|jazzy)\s+(?:chords?|harmon(?:y|ies)|changes|"
        r"progression)\b"
    ):
        if re.search(r"\bjazz", clause.reader.text, re.IGNORECASE) or clause.take(
            r"\bjazz(?:ier|y)?\b"
        ):
            clause.take(r"\bjazz(?:ier|y)?\b")
            return [clause.operation("reharmonise", strength=0.9, colour=True)]
        return [clause.operation("reharmonise", strength=amount_of(clause, 0.6, 0.35, 0.9))]
    return None


def _chord_texts(text: str, start: int) -> tuple[list[list[str]], int]:
    """Return the bars of chords that a text goes on with, and where they end."""
    bars: list[list[str]] = []
    end = start
    for match in re.finditer(r"[^\s,|–]+", text[start:]):
        word = match[0].strip("-")
        try:
            if word:
                resolve(word, 0, Mode.MAJOR)
        except RomanError:
            break
        if not word:
            continue
        bars.append([word])
        end = start + match.end()
    return bars, end


def read_busy(clause: Clause) -> list[Operation] | None:
    if clause.take(
        r"\b(?:less\s+(?:busy|dense|crowded|complex|complicated)|not\s+so\s+busy|"
        r"sparser|simpler|simplify|thin(?:\s+out|ner)?|fewer\s+notes|calmer|"
        r"quieten\s+down|more\s+sparse|strip(?:ped)?(?:\s+(?:down|back))?|too\s+(?:busy|"
        r"dense|full))\b"
    ):
        clause.take(r"\bout\b")
        return [clause.operation("simplify", strength=amount_of(clause, 0.5, 0.3, 0.85))]
    if clause.take(
        r"\b(?:busier|denser|more\s+(?:busy|notes|dense|complex|movement|active)|"
        r"fill\s+(?:out|up)|densify|fuller|more\s+going\s+on|livelier|too\s+(?:sparse|"
        r"empty|thin))\b"
    ):
        return [clause.operation("densify", strength=amount_of(clause, 0.5, 0.3, 0.85))]
    return None


def read_colour(clause: Clause) -> list[Operation] | None:
    sizes = (0.5, 0.25, 0.9)
    words: tuple[tuple[str, str, int], ...] = (
        (r"bright(?:er|en)|more\s+bright|sunnier|shinier|sparkl(?:ier|y)", "brighten", 1),
        (r"dark(?:er|en)|duller|warmer|mellower|more\s+mellow", "brighten", -1),
        (
            r"louder|more\s+(?:energy|energetic|powerful|intense|power)|bigger|stronger|"
            r"harder|punchier|build(?:s)?\s+up|turn\s+(?:it\s+)?up"
        , "dynamics", 1),
        (
            r"quieter|softer|gentler|calmer|less\s+(?:energy|energetic|loud|intense)|"
            r"more\s+(?:gentle|calm|quiet)|"
            r"turn\s+(?:it\s+)?down"
        , "dynamics", -1),
    )  # fmt: skip
    mood = clause.take(
        r"\b(?:(sadder|more\s+(?:sad|melancholy))|happier|more\s+(?:happy|joyful))\b"
    )
    if mood is not None:
        operation = clause.operation("change_key", mode="minor" if mood[1] else "major")
        start = key_at(clause.score, 0).mode in MINOR_MODES
        if operation.scope.tracks or start == bool(mood[1]):
            return [Operation("brighten", operation.scope, {"amount": -0.5 if mood[1] else 0.5})]
        return [operation]
    for pattern, name, sign in words:
        if clause.take(rf"\b(?:{pattern})\b"):
            return [clause.operation(name, amount=sign * amount_of(clause, *sizes))]
    return None


def read_feel(clause: Clause) -> list[Operation] | None:
    if clause.take(
        r"\b(?:(?:un|de)-?humani[sz]e|(?:remove|take\s+(?:off|out|away)|without|no)\s+(?:the\s+|its\s+)?"
        r"(?:human\s+feel|humani[sz]ation|swing|groove)|(?:play|make)\s+(?:it|them)\s+"
        r"(?:straight|as\s+written|robotic|mechanical)|straight(?:en)?\s+the\s+(?:feel|swing)|"
        r"quanti[sz]e\s+the\s+feel|(?:exactly\s+)?as\s+(?:it\s+is\s+)?written)\b"
    ):
        return [clause.operation("straighten")]
    if clause.take(
        r"\b(?:humani[sz]e|more\s+human|less\s+(?:robotic|mechanical|stiff)|"
        r"loosen(?:\s+up)?|looser|groovier)\b"
    ):
        return [clause.operation("humanise", strength=amount_of(clause, 0.5, 0.25, 0.9))]
    if clause.take(
        r"\b(?:quanti[sz]e|tighten(?:\s+up)?|tighter|straighten|snap\s+to\s+(?:the\s+)?grid|"
        r"more\s+precise)\b"
    ):
        eighth = clause.take(r"\b(?:to\s+)?(?:eighths?|8ths?)(?:\s+notes?)?\b")
        clause.take(r"\b(?:to\s+)?(?:sixteenths?|16ths?)(?:\s+notes?)?\b")
        return [
            clause.operation(
                "quantise", grid=240 if eighth else 120, strength=amount_of(clause, 1.0, 0.5, 1.0)
            )
        ]
    return None


def read_rewrite(clause: Clause) -> list[Operation] | None:
    if clause.take(
        r"\b(?:(?:write|make|give\s+me|compose|"
        r"try)\s+(?:an?\s+)?)?(?:brand[\s-])?(?:new|another|different|fresh|rewrite|"
        r"redo|regenerate|recompose|replace|infill|fill\s+in)\b"
    ):
        places = clause.places()
        if places.tracks or places.sections or places.bars or clause.given != Scope():
            return [clause.operation("infill", places)]
        if clause.problems:
            return []
        return None
    return None


def read_style(clause: Clause) -> list[Operation] | None:
    genres = sorted(
        (word for word, (kind, _) in lexicon().items() if kind == "genre"), key=len, reverse=True
    )
    choices = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in genres)
    match = clause.take(
        rf"\b(?:(?:in(?:to)?|as|to|like|more|a|an|the|style|"
        rf"of)\s+)*({choices})(?:\s+(?:style|song|tune|feel|version|groove))?(?!\w)"
    )
    if match is None:
        return None
    name = find_genre(match[1])
    if name is None:
        return None
    clause.take(r"\b(?:turn|make|change|switch)\b")
    return [clause.operation("change_style", style=name)]


def read_harmonise(clause: Clause) -> list[Operation] | None:
    if clause.take(r"\bharmoni[sz]e\b"):
        return [second_voice(clause)]
    if clause.take(r"\b(?:accompany|write\s+an?\s+accompaniment)\b"):
        return [clause.operation("accompany", clause.places(tracks=False))]
    return None


def read_vary(clause: Clause) -> list[Operation] | None:
    if clause.take(
        r"\b(?:vary|variations?|varied|variety|surprise|mix\s+(?:it|things)\s+up|"
        r"change\s+(?:it|things)\s+up|less\s+repetitive|more\s+interesting|"
        r"something\s+different|differently)\b"
    ):
        return [clause.operation("vary", strength=amount_of(clause, 0.5, 0.25, 0.9))]
    return None
