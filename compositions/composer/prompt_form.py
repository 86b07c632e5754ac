"""The form of a song as people write it: tags, letters, or sections in words."""

from __future__ import annotations

import itertools
import re

from compositions.composer.spec import SectionRequest
from compositions.composer.text_reader import NUMBER, TextReader, read_number

SECTION_KINDS: dict[str, str] = {
    "intro": "intro", "introduction": "intro", "verse": "verse", "chorus": "chorus",
    "refrain": "chorus", "hook": "chorus", "pre-chorus": "pre_chorus", "prechorus": "pre_chorus",
    "pre chorus": "pre_chorus", "bridge": "bridge", "middle eight": "bridge", "middle 8": "bridge",
    "solo": "solo", "instrumental": "solo", "interlude": "interlude", "break": "breakdown",
    "breakdown": "breakdown", "build": "build", "buildup": "build", "build-up": "build",
    "drop": "drop", "head": "head", "theme": "head", "outro": "outro", "ending": "outro",
    "coda": "outro", "post-chorus": "interlude", "tag": "outro",
    "instrumental break": "solo", "guitar solo": "solo", "piano solo": "solo", "sax solo": "solo",
    "build up": "build", "post chorus": "interlude", "postchorus": "interlude", "end": "outro",
    "final chorus": "chorus", "last chorus": "chorus", "strophe": "verse",
    "estrofa": "verse", "verso": "verse", "estribillo": "chorus", "coro": "chorus",
    "puente": "bridge", "introducción": "intro", "pre-estribillo": "pre_chorus",
    "couplet": "verse", "pont": "bridge", "pré-refrain": "pre_chorus", "final": "outro",
    "überleitung": "bridge", "vorspiel": "intro", "nachspiel": "outro", "kehrreim": "chorus",
    "brücke": "bridge", "strofa": "verse", "ritornello": "chorus", "ponte": "bridge",
    "estrofe": "verse", "refrão": "chorus", "pré-refrão": "pre_chorus", "finale": "outro",
}  # fmt: skip
"""Section names in six languages -> kind."""

KINDS = "|".join(re.escape(kind) for kind in sorted(SECTION_KINDS, key=len, reverse=True))
"""A regular expression for a section name, longest first."""

# Words that are sections only inside brackets: in running text they mean other things.
_ONLY_TAGS = frozenset(
    {"end", "final", "finale", "instrumental", "theme", "head", "tag", "build", "hook"}
    | {"guitar solo", "piano solo", "sax solo", "solo", "break", "drop", "ending", "coda"}
)
_WORDS = "|".join(
    re.escape(kind)
    for kind in sorted(SECTION_KINDS, key=len, reverse=True)
    if kind not in ("end", "final", "finale", "guitar solo", "piano solo", "sax solo")
)
_TAG = re.compile(
    rf"\[\s*({KINDS})\b\s*(\d+)?(?:\s*[:,xX×(–—-]?\s*(\d{{1,3}})\s*(bars?|measures?)?\)?)?"
    r"([^\]\n]{0,60})\]\s*(?:[x×]\s*(\d)\b)?",
    re.IGNORECASE,
)


def read_form(reader: TextReader) -> tuple[SectionRequest, ...] | None:
    """Take the form: bracketed tags, letters (AABA) or a run of section names."""
    return _tags(reader) or _letters(reader) or _sized(reader) or _run(reader)


def _tags(reader: TextReader) -> tuple[SectionRequest, ...] | None:
    matches = list(_TAG.finditer(reader.left))
    if not matches:
        return None
    ordinal = _numbered(matches)
    requests: list[SectionRequest] = []
    for match in matches:
        reader.mark(match.start(), match.end())
        kind, first, second, unit = match[1], match[2], match[3], match[4]
        times = int(match[6]) if match[6] else 1
        repeat = re.fullmatch(r"\s*[x×]\s*(\d)\s*", match[0][1 + len(kind) : -1].strip())
        bars: int | None = None
        if repeat:  # "[Chorus x2]" sings it twice
            times = int(repeat[1])
        elif (second and (unit or first or re.search(r"[:,(–—-]\s*\d", match[0]))) or (
            second and not first
        ):
            bars = int(second)
        elif first and SECTION_KINDS[kind.lower()] not in ordinal:
            bars = int(first)
        if bars is None and (found := re.search(r"(\d{1,3})[\s-]*(?:bars?|measures?)", match[0])):
            bars = int(found[1])
        requests += [_request(kind, bars or None)] * max(1, min(times, 8))
    return tuple(requests)


def _numbered(matches: list[re.Match[str]]) -> set[str]:
    """Section kinds whose numbers count ("[Verse 1] ... [Verse 2]") and are not bars."""
    numbers: dict[str, list[int]] = {}
    for match in matches:
        if match[2]:
            numbers.setdefault(SECTION_KINDS[match[1].lower()], []).append(int(match[2]))
    return {
        kind
        for kind, found in numbers.items()
        if found[0] == 1 and all(b - a in (0, 1) for a, b in itertools.pairwise(found))
    }


def _letters(reader: TextReader) -> tuple[SectionRequest, ...] | None:
    joined = r"\b([A-D]{3,12}|A{1,2}B{1,2})\b(?=[\s-]+(?:form|structure|jazz|song)|\W|$)"
    spaced = r"\b([A-D](?:[\s-][A-D]){2,11})\b[\s-]+(?:form|structure)"
    for pattern in (spaced, joined):
        for match in re.finditer(pattern, reader.left):
            letters = re.sub(r"[\s-]", "", match[1])
            if len(set(letters)) > 1 and letters[0] == "A":
                reader.mark(match.start(), match.end())
                reader.take(r"(?<=\x1f)[\s-]+(?:form|structure)\b")
                return tuple(SectionRequest(letter, letter) for letter in letters)
    if dashed := reader.take(r"\b(A(?:-[A-D]){2,11})\b(?!-)", 0):
        letters = dashed[1].replace("-", "")
        if "B" in letters and not letters.startswith("AD"):
            return tuple(SectionRequest(letter, letter) for letter in letters)
    return None


def _sized(reader: TextReader) -> tuple[SectionRequest, ...] | None:
    """Take "a 4-bar intro, 16-bar verse and 8-bar chorus" and "verse (8 bars), ..."."""
    kind = rf"({_WORDS})s?"
    number = rf"({NUMBER})[\s-]*(?:bars?|measures?)"
    before = rf"\b{number}[\s-]+(?:long\s+)?{kind}\b"
    after = rf"\b{kind}\b(?:\s+\d)?\s*(?:[(:=,-]|of|is|lasts|for)?\s*(?:of\s+)?{number}\b\s*\)?"
    for pattern, name, count in ((before, 2, 1), (after, 1, 2)):
        found = [
            match
            for match in re.finditer(pattern, reader.left, re.IGNORECASE)
            # "instrumental, 48 bars" tells the length of the song.
            if not (match[name].lower() in _ONLY_TAGS and re.search(r"[,;]", match[0]))
        ]
        if not found:
            continue
        requests = tuple(_request(m[name], round(read_number(m[count]))) for m in found)
        for match in found:
            reader.mark(match.start(), match.end())
        # One sized section alone is a wish inside the style's own form: not a whole form.
        if len(requests) > 1:
            return requests
    return None


def _run(reader: TextReader) -> tuple[SectionRequest, ...] | None:
    counts = r"(?:(?:a|an|the|one|two|three|2|3|double|final|last|another|second|third)\s+)?"
    separator = (
        r"(?:\s*(?:->|→|[-–—,/>+])\s*(?:then\s+|and\s+)?"
        r"|\s+(?:then|and|to|followed\s+by)\s+(?:then\s+)?|\s+)"
    )
    item = (
        rf"{counts}(?:{_WORDS})(?:e?s)?(?:\s+\d+\b(?:\s*bars?)?)?(?:\s*[(]?[x×]\s*\d[)]?)?"
        r"(?:\s*\(\d+(?:\s*bars?)?\))?"
    )
    pattern = rf"\b{item}(?:{separator}{item})+(?![\w])(?:[\s-]+(?:form|structure|song))?"
    for match in re.finditer(pattern, reader.left, re.IGNORECASE):
        pieces = list(
            re.finditer(
                rf"({counts})({_WORDS})(?:e?s)?(?:\s+(\d+)\b(\s*bars?)?)?(?:\s*[(]?[x×]\s*(\d))?"
                r"(?:\s*\((\d+)(?:\s*bars?)?\))?",
                match[0],
                re.IGNORECASE,
            )
        )
        names = {piece[2].lower() for piece in pieces}
        if len(names - _ONLY_TAGS) == 0 and len(pieces) < 3:
            continue
        reader.mark(match.start(), match.end())
        requests: list[SectionRequest] = []
        for piece in pieces:
            number = piece[6] or piece[3]
            bars = int(number) if number and (piece[6] or piece[4] or int(number) >= 4) else None
            word = piece[1].strip().lower()
            times = int(piece[5]) if piece[5] else {"two": 2, "2": 2, "double": 2, "three": 3,
                                                    "3": 3}.get(word, 1)  # fmt: skip
            requests += [_request(piece[2], bars)] * max(1, min(times, 8))
        return tuple(requests)
    return None


def _request(name: str, bars: int | None) -> SectionRequest:
    kind = SECTION_KINDS[name.lower()]
    return SectionRequest(kind, name.strip().title(), bars)


def parse_form_text(text: str) -> tuple[SectionRequest, ...]:
    """Read a form typed into a field. Raises ``ValueError``."""
    form = read_form(TextReader(text))
    if form is None and text.strip().lower() in SECTION_KINDS:
        form = (_request(text.strip(), None),)
    if form is None:
        raise ValueError(
            f"{text!r} is not a form such as AABA, [Verse 8] [Chorus 8] or verse chorus"
        )
    return form
