"""Lyrics as the musician wrote them: sections and lines, and the form that they ask for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from compositions.composer.lyrics_lines import (
    SungLine,
    SungSyllable,
    language_of,
    read_line,
    syllables_of_line,
)
from compositions.composer.phonemes.rules import split_word
from compositions.composer.prompt_form import KINDS, SECTION_KINDS
from compositions.composer.rhythm import Grid
from compositions.composer.spec import SectionRequest
from compositions.composer.styles import Style

__all__ = [
    "LyricSection",
    "LyricSheet",
    "SungLine",
    "SungSyllable",
    "form_of",
    "parse_lyrics",
    "split_word",
    "syllables_of_line",
]

MAX_LYRICS_CHARACTERS = 20_000
"""Longer lyrics are refused."""

_NEED = 1.5
_LINE_SECONDS = 4.6
_SYLLABLE_SECONDS = 0.2
"""Time that a syllable of a crowded line takes: faster is hard to sing."""
_MAX_TIMES = 8
_TAG = re.compile(
    rf"^\[\s*(?:repeat\s+)?({KINDS})\b([^\]]*)\]\s*(?:[x×]\s*(\d))?\s*:?\s*(.*)$"
    rf"|^\(?\s*(?:repeat\s+)?({KINDS})\s*(\d*)\s*\)?\s*(:?)$",
    re.IGNORECASE,
)
_TIMES = re.compile(r"[x×]\s*(\d)|\b(\d)\s*[x×]|\b(\d)\s+times\b", re.IGNORECASE)
_BARS = re.compile(r"(\d{1,3})[\s-]*(?:bars?|measures?)\b", re.IGNORECASE)
_AGAIN = re.compile(r"\s*[\[(]\s*(?:[x×]\s*(\d)|(\d)\s*[x×]|(bis))\s*[\])]\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LyricSection:
    """The sung lines of one section; ``bars`` where its tag says how many it has."""

    kind: str
    lines: tuple[SungLine, ...]
    bars: int | None = None


@dataclass(frozen=True, slots=True)
class LyricSheet:
    """All lyrics of a song in order, and the language that most of them are in."""

    sections: tuple[LyricSection, ...]
    language: str = "en"

    def for_section(self, kind: str, occurrence: int) -> LyricSection | None:
        """Return the words of the n-th section of a kind; a chorus repeats its words."""
        found = [section for section in self.sections if section.kind == kind]
        if not found:
            return None
        if occurrence < len(found):
            return found[occurrence]
        return found[-1] if kind == "chorus" else found[occurrence % len(found)]

    def for_form(self, kinds: Sequence[str]) -> list[LyricSection | None]:
        """Return the words of each section of a form, None for those without."""
        seen: dict[str, int] = {}
        found = []
        for kind in kinds:
            words = self.for_section(kind, seen.get(kind, 0))
            seen[kind] = seen.get(kind, 0) + 1
            found.append(words if words is not None and words.lines else None)
        return found


@dataclass(slots=True)
class _Stanza:
    kind: str | None
    lines: list[str]
    times: int = 1
    bars: int | None = None


def parse_lyrics(text: str, language: str | None = None) -> LyricSheet | None:
    """Read lyrics with optional tags ("[Verse 1]", "Chorus:"); None when there are no words.

    Without tags a blank line starts a new section, and a stanza that returns word for
    word is the chorus. A tag without words sings what the last section of its kind sang;
    "[Chorus x2]" and "(x2)" behind a line sing it twice. ``language`` (BCP 47) decides where
    the words do not tell. Raises ``ValueError`` over :data:`MAX_LYRICS_CHARACTERS`.
    """
    if len(text) > MAX_LYRICS_CHARACTERS:
        raise ValueError(f"the lyrics are longer than {MAX_LYRICS_CHARACTERS} characters")
    stanzas = _stanzas(unicodedata.normalize("NFC", text))
    language = language_of("\n".join(line for s in stanzas for line in s.lines), language)
    texts = ["\n".join(stanza.lines).lower() for stanza in stanzas]
    sections: list[LyricSection] = []
    tagged = False
    for stanza, whole in zip(stanzas, texts, strict=True):
        sung = [read_line(raw, language) for raw in stanza.lines]
        lines = tuple(line for line in sung if line.syllables)
        if stanza.kind is None and tagged and lines:
            # A blank line inside a tagged section: the section goes on.
            sections[-1] = replace(sections[-1], lines=sections[-1].lines + lines)
            continue
        if stanza.kind is None and not lines:
            continue
        kind = stanza.kind or ("chorus" if texts.count(whole) > 1 else "verse")
        if not lines:
            lines = next((s.lines for s in reversed(sections) if s.kind == kind), ())
            if not lines and kind in ("verse", "chorus"):
                continue
        tagged = tagged or stanza.kind is not None
        sections += [LyricSection(kind, lines, stanza.bars)] * stanza.times
    if not any(section.lines for section in sections):
        return None
    return LyricSheet(tuple(sections), language)


def _stanzas(text: str) -> list[_Stanza]:
    stanzas = [_Stanza(None, [])]
    for raw in text.splitlines():
        line = raw.strip()
        if (tag := _tag(line)) is not None:
            stanzas.append(tag)
        elif line.startswith("[") and line.endswith("]"):
            continue  # a stage direction such as [guitar solo, 8 bars]
        elif not line:
            if stanzas[-1].lines:
                stanzas.append(_Stanza(None, []))
        else:
            again = _AGAIN.search(line)
            times = int(again[1] or again[2] or 2) if again else 1
            sung = line[: again.start()] if again else line
            stanzas[-1].lines += [sung] * max(1, min(times, _MAX_TIMES))
    return stanzas


def _tag(line: str) -> _Stanza | None:
    """Read a line that names a section; a bare word counts only as such alone in its line."""
    match = _TAG.match(line)
    if match is None:
        return None
    if match[1]:
        inside = _TIMES.search(match[2])
        times = match[3] or (next(n for n in inside.groups() if n) if inside else "1")
        bars = _BARS.search(match[2])
        return _Stanza(
            SECTION_KINDS[match[1].lower()],
            [match[4]] if match[4] else [],
            max(1, min(int(times), _MAX_TIMES)),
            int(bars[1]) if bars and int(bars[1]) else None,
        )
    return _Stanza(SECTION_KINDS[match[5].lower()], [])


def form_of(sheet: LyricSheet, style: Style, grid: Grid, bpm: float) -> tuple[SectionRequest, ...]:
    """Return the form that the lyrics ask for, with bars by the number of lines."""
    requests = []
    kinds = [section.kind for section in sheet.sections]
    if "intro" not in kinds:
        requests.append(SectionRequest("intro", "Intro", 4 if grid.quarters * 60 / bpm < 4 else 2))
    for section in sheet.sections:
        bars = bars_of(section, sheet, grid, bpm) or int(style.section_bars.get(section.kind, 4))
        requests.append(SectionRequest(section.kind, section.kind.title(), max(1, bars)))
    if "outro" not in kinds:
        requests.append(SectionRequest("outro", "Outro", 4 if grid.quarters * 60 / bpm < 4 else 2))
    return tuple(requests)


def sized_form(
    form: Sequence[SectionRequest], sheet: LyricSheet, grid: Grid, bpm: float
) -> tuple[SectionRequest, ...]:
    """Return a form in which sections without bars that have words get the bars for them."""
    words = sheet.for_form([item.kind for item in form])
    return tuple(
        item
        if item.bars or section is None
        else replace(item, bars=bars_of(section, sheet, grid, bpm))
        for item, section in zip(form, words, strict=True)
    )


def bars_of(section: LyricSection, sheet: LyricSheet, grid: Grid, bpm: float) -> int:
    """Return the bars that a section's words ask for, 0 without words.

    Every line takes the same, in all sections of one kind, by most of their lines; more than
    two lines fill whole groups of four bars.
    """
    if section.bars:
        return section.bars
    if not section.lines:
        return 0
    lines = [line for s in sheet.sections if s.kind == section.kind for line in s.lines]
    counts = sorted(len(line) for line in lines)
    stresses = sorted(sum(one.stressed for one in line) for line in lines)
    most = len(lines) * 3 // 4
    per_line = bars_per_line(grid, bpm, counts[most], stresses[most])
    bars = len(section.lines) * per_line
    return -(-bars // 4) * 4 if len(section.lines) > 2 and bars > 4 else bars


def bars_per_line(grid: Grid, bpm: float, syllables: int = 8, stresses: int = 0) -> int:
    """Return 1, 2, 4 or 8: the bars that one sung line fills at this tempo.

    About 4.6 seconds, or more where a line has many syllables; eighth notes rather than
    sixteenths, and strong beats enough for the stresses.
    """
    seconds = grid.quarters * 60.0 / bpm
    wanted = max(_LINE_SECONDS, syllables * _SYLLABLE_SECONDS / 0.8)
    strong = sum(grid.strength(start) >= 0.8 for start in grid.starts)
    three = len(grid.starts) == 3
    if three:
        strong = 1  # the second beat of a waltz is none

    # In three, and in beats of three, a line has one stress to a bar or half-bar, as waltzes
    # and slow gospel do: beats between them bear none.
    need = _NEED if three or grid.compound else 0.25

    def cost(bars: int) -> float:
        crowding = max(0.0, syllables / (0.35 * bars * grid.steps) - 1.0)
        unmet = max(0.0, stresses / (bars * strong) - 1.0)
        return abs(bars * seconds / wanted - 1.0) + 0.3 * crowding + need * unmet

    return min((1, 2, 4, 8), key=cost)
