"""Words for a planned song that asks to be sung and brings none."""

from __future__ import annotations

import re
from dataclasses import replace

from compositions.composer.lyric_writing.bank import languages
from compositions.composer.lyric_writing.theme import read_theme
from compositions.composer.lyric_writing.writer import (
    LyricsError,
    SectionWish,
    WrittenLyrics,
    write_lyrics,
)
from compositions.composer.lyrics import bars_per_line, parse_lyrics
from compositions.composer.plan import SongPlan
from compositions.composer.rhythm import Grid
from compositions.composer.spec import MusicSpec, Source

SUNG_KINDS = ("verse", "pre_chorus", "chorus", "bridge")
"""Kinds of sections that are sung; where a form has none of them, see :func:`sung_kinds`."""
_NEXT_BEST = ("head", "drop", "interlude")
_MOST_LINES = 8
_ASKS = re.compile(
    r"\b(?:sung|sings?|singing|sing-?along|lyrics?|with\s+words|words\s+(?:about|on)|vocals?"
    r"|singers?|letra|cantad[ao]|cantar|con\s+voz|paroles|chant[ée]e?s?|chanson\s+chantée"
    r"|gesungen|mit\s+(?:gesang|text)|testo|cantat[ao]|com\s+(?:letra|voz)|avec\s+(?:voix|paroles))\b",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"\b(?:sung|sings?|singing|lyrics?|with\s+words|words\s+(?:about|on)|letra|cantad[ao]|paroles"
    r"|chantée?|gesungen|testo|cantat[ao])\b",
    re.IGNORECASE,
)
_SONG_ABOUT = re.compile(
    r"\b(?:songs?|balad[ae]?|ballad[aes]?|anthems?|lullab(?:y|ies)|shant(?:y|ies)|carols?|canci[oó]n|chanson|lied"
    r"|canzone|can[çc][aã]o)\s+(?:all\s+)?"
    r"(?:about|sobre|sur|à\s+propos\s+d[eu]|über|su|sulla?)\b",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(
    r"\b(?:no|without|sans|sin|ohne|senza|sem)\s+(?:any\s+)?(?:lyrics?|words|vocals?|singing|voice"
    r"|paroles|letra|text|testo|voz|gesang)\b|\b(?:wordless|instrumental|humm?ed|humming|choir)\b",
    re.IGNORECASE,
)
_SYLLABLES_A_SECOND = 1.75


def theme_of(spec: MusicSpec) -> str:
    """Return what the words of a song shall be about, empty when it asks for no words.

    Words are wanted by a theme together with a voice or a word for singing ("a sung ballad
    about the sea"), by a song about something for which no instruments are named, or by a word
    for lyrics alone; these take the title, or what was not understood, for a theme.
    """
    if spec.lyrics.value or "vocal" in (spec.unwanted.value or ()) or _NO_WORDS.search(spec.prompt):
        return ""
    voices = any("vocal" in request.roles for request in spec.instruments.value or ())
    theme = str(spec.theme.value or "").strip()
    if theme:
        asked = voices or _ASKS.search(spec.prompt)
        about = _SONG_ABOUT.search(spec.prompt) and not spec.instruments.value
        return theme if asked or about else ""
    if not _WORDS.search(spec.prompt):
        return ""
    if spec.title.value:
        return str(spec.title.value)
    language = language_of(spec)
    left = " ".join(word for word in spec.not_understood if not _ASKS.fullmatch(word))
    return left if left and read_theme(left, language).found else "love"


def language_of(spec: MusicSpec) -> str:
    """Return the language to write in: as asked, else English."""
    code = str(spec.language.value or "en").split("-")[0].lower()
    return code if code in languages() else "en"


def sung_kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of a song's kinds of sections are sung."""
    if any(kind in SUNG_KINDS for kind in kinds):
        return SUNG_KINDS
    found = tuple(kind for kind in kinds if kind in _NEXT_BEST)
    return found or tuple(kind for kind in kinds if kind not in ("intro", "outro"))


def lines_for(bars: int, grid: Grid, bpm: float) -> int:
    """Return the lines that a section of so many bars has room for: even, at most 8."""
    lines = max(1, min(_MOST_LINES, bars // bars_per_line(grid, bpm)))
    return lines - lines % 2 if lines > 2 else lines


def syllables_for(bars: int, lines: int, grid: Grid, bpm: float) -> int:
    """Return how many syllables a line of a section is comfortably sung on, 5 to 10."""
    seconds = max(1, bars // lines) * grid.quarters * 60.0 / bpm
    return max(5, min(10, round(_SYLLABLES_A_SECOND * seconds)))


def write_for(plan: SongPlan) -> WrittenLyrics | None:
    """Write the words that a planned song asks for; None when it has words or wants none."""
    theme = theme_of(plan.spec) if plan.sheet is None else ""
    if not theme:
        return None
    kinds = sung_kinds(tuple(section.kind for section in plan.sections))
    sections = [section for section in plan.sections if section.kind in kinds]
    if not sections:
        return None
    wishes = [
        SectionWish(section.kind, _tag(section.kind), lines_for(section.bars, plan.grid, plan.bpm))
        for section in sections
    ]
    usual = max(sections, key=lambda section: (section.kind == "verse", section.bars))
    syllables = syllables_for(
        usual.bars, lines_for(usual.bars, plan.grid, plan.bpm), plan.grid, plan.bpm
    )
    try:
        return write_lyrics(
            theme, wishes, seed=plan.seed, language=language_of(plan.spec), syllables=syllables
        )
    except LyricsError:
        return None


def with_written_words(plan: SongPlan) -> tuple[SongPlan, WrittenLyrics | None]:
    """Return the plan with the words that it asks for, and these; the plan itself without."""
    words = write_for(plan)
    if words is None:
        return plan, None
    spec = plan.spec.with_value("lyrics", words.text(), Source.DEFAULT, 0.6)
    sheet = parse_lyrics(words.text(), words.language)
    return replace(plan, spec=spec, sheet=sheet), words


def words_on_writing(words: WrittenLyrics | None) -> list[str]:
    """Return sentences on where the words come from; none for words of the musician."""
    if words is None:
        return []
    theme = words.theme
    if not theme.found:
        return [f"No words are known for “{theme.text:.80}”, so the lyrics are about love."]
    hook = f" The chorus returns to “{words.title}”." if words.title else ""
    return [f"The lyrics were written by rules about “{theme.text:.80}”.{hook}"]


def _tag(kind: str) -> str:
    return {"pre_chorus": "Pre-Chorus"}.get(kind, kind.replace("_", " ").title())
