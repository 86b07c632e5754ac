"""Lyrics as the musician wrote them: sections, lines and singable syllables."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from compositions.composer.phonemes.rules import split_word
from compositions.composer.prompt_harmony import SECTION_KINDS
from compositions.composer.rhythm import Grid
from compositions.composer.spec import SectionRequest
from compositions.composer.styles import Style
from compositions.composer.word_lists import word_list

MAX_LYRICS_CHARACTERS = 20_000
"""Longer lyrics are refused."""

_LINE_SECONDS = 4.6
_JOIN = "\x02"
_TAG = re.compile(r"^\s*[\[(]?\s*([A-Za-z][A-Za-z -]*?)\s*\d*\s*[\])]?\s*:?\s*$")


@dataclass(frozen=True, slots=True)
class SungSyllable:
    """One syllable: text, whether its word goes on, and whether it wants a strong beat."""

    text: str
    continues: bool
    stressed: bool


@dataclass(frozen=True, slots=True)
class LyricSection:
    """Lyric lines of one section; every line is a tuple of syllables."""

    kind: str
    lines: tuple[tuple[SungSyllable, ...], ...]


@dataclass(frozen=True, slots=True)
class LyricSheet:
    """All lyrics of a song in order."""

    sections: tuple[LyricSection, ...]

    def for_section(self, kind: str, occurrence: int) -> LyricSection | None:
        """Return the words of the n-th section of a kind; a chorus repeats its words."""
        found = [section for section in self.sections if section.kind == kind]
        if not found:
            return None
        if occurrence < len(found):
            return found[occurrence]
        return found[-1] if kind == "chorus" else found[occurrence % len(found)]


_WEAK = word_list("unstressed")


def parse_lyrics(text: str) -> LyricSheet | None:
    """Read lyrics with optional tags ("[Verse 1]", "Chorus:"); None when there are no words.

    Without tags a blank line starts a new section, and a stanza that returns word for
    word is the chorus. Raises ``ValueError`` over :data:`MAX_LYRICS_CHARACTERS`.
    """
    if len(text) > MAX_LYRICS_CHARACTERS:
        raise ValueError(f"the lyrics are longer than {MAX_LYRICS_CHARACTERS} characters")
    stanzas: list[tuple[str | None, list[str]]] = [(None, [])]
    for raw in text.splitlines():
        line = unicodedata.normalize("NFC", raw).strip()
        tag = _TAG.match(line)
        name = tag[1].strip().lower() if tag else ""
        bracketed = line.startswith(("[", "(")) or line.endswith(":")
        if name in SECTION_KINDS and (bracketed or line.lower() == name or line[-1:].isdigit()):
            stanzas.append((SECTION_KINDS[name], []))
        elif line.startswith("[") and line.endswith("]"):
            continue  # a stage direction such as [guitar solo, 8 bars]
        elif not line:
            if stanzas[-1][1]:
                stanzas.append((None, []))
        else:
            stanzas[-1][1].append(line)
    sections: list[LyricSection] = []
    texts = ["\n".join(lines).lower() for _, lines in stanzas]
    kind_now: str | None = None
    for (kind, lines), whole in zip(stanzas, texts, strict=True):
        sung = tuple(found for raw in lines if (found := syllables_of_line(raw)))
        if kind is not None:
            kind_now = kind
        if not sung:
            if kind is not None and kind not in ("verse", "chorus"):
                sections.append(LyricSection(kind, ()))
            continue
        resolved = kind or kind_now or ("chorus" if texts.count(whole) > 1 else "verse")
        sections.append(LyricSection(resolved, sung))
    if not any(section.lines for section in sections):
        return None
    return LyricSheet(tuple(sections))


def form_of(sheet: LyricSheet, style: Style, grid: Grid, bpm: float) -> tuple[SectionRequest, ...]:
    """Return the form that the lyrics ask for, with bars by the number of lines."""
    per_line = bars_per_line(grid, bpm)
    requests = []
    kinds = [section.kind for section in sheet.sections]
    if "intro" not in kinds:
        requests.append(SectionRequest("intro", "Intro", 4 if grid.quarters * 60 / bpm < 4 else 2))
    for section in sheet.sections:
        bars = len(section.lines) * per_line or int(style.section_bars.get(section.kind, 4))
        requests.append(SectionRequest(section.kind, section.kind.title(), max(1, bars)))
    if "outro" not in kinds:
        requests.append(SectionRequest("outro", "Outro", 4 if grid.quarters * 60 / bpm < 4 else 2))
    return tuple(requests)


def bars_per_line(grid: Grid, bpm: float) -> int:
    """Return 1, 2 or 4: the bars that one sung line fills at this tempo."""
    seconds = grid.quarters * 60.0 / bpm
    return min((1, 2, 4), key=lambda bars: abs(bars * seconds / _LINE_SECONDS - 1.0))


def syllables_of_line(line: str) -> tuple[SungSyllable, ...]:
    """Split a lyric line into singable syllables, punctuation kept with its word."""
    sung: list[SungSyllable] = []
    for word in re.sub(r"([—–])|(?<=\w)-(?=\w)", _break, line).split():
        if not re.search(r"\w", word):
            if sung and word:
                last = sung[-1]
                sung[-1] = SungSyllable(last.text + word, last.continues, last.stressed)
            continue
        joined = word.endswith(_JOIN)
        word = word.removesuffix(_JOIN)
        pieces = split_word(word)
        plain = re.sub(r"\W", "", word).lower()
        for index, piece in enumerate(pieces):
            stressed = index == _stressed_index(plain, len(pieces)) and plain not in _WEAK
            continues = index < len(pieces) - 1 or joined
            sung.append(SungSyllable(piece, continues, stressed))
    return tuple(sung)


def _break(match: re.Match[str]) -> str:
    """Part words at a dash; a hyphen leaves a mark that the word goes on."""
    return f"{match[1]} " if match[1] else f"{_JOIN} "


def _stressed_index(word: str, count: int) -> int:
    if count < 2:
        return 0
    if word.startswith(("a", "be", "re", "de", "un", "for", "with", "to")) and count == 2:
        prefixes = ("again", "away", "alone", "around", "along", "about", "above", "before",
                    "believe", "begin", "behind", "between", "become", "remember", "return",
                    "forget", "forgive", "without", "within", "tonight", "today", "tomorrow",
                    "together", "across", "asleep", "awake", "until", "apart")  # fmt: skip
        return 1 if word in prefixes else 0
    if word.endswith(("tion", "sion", "cian", "ic")):
        return max(0, count - 2)
    return 0
