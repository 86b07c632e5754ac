"""Put the words of a plan into the score: its lines, and the syllables on their notes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from compositions.composer.events import Event
from compositions.composer.lyrics_lines import SungLine
from compositions.composer.plan import SongPlan
from compositions.score.document import LyricLine, Score, Syllable, mint_id
from compositions.score.limits import MAX_LYRIC_LINE_LENGTH, MAX_SYLLABLE_LENGTH

_CROWDED = 7.0
"""Syllables in a second that are hard to sing."""


def with_words(
    score: Score, plan: SongPlan, sung: Sequence[tuple[str, Event]], rng: random.Random
) -> Score:
    """Return the score with lines and syllables.

    ``sung`` are the notes with a syllable as (note id, event). A line stands once for each
    time that it is sung, in the section that sings it.
    """
    if plan.sheet is None or not sung:
        return score
    in_time = sorted(sung, key=lambda pair: pair[1].start)
    expected = [
        (section.index, number, line, syllable)
        for section, words in zip(plan.sections, plan.words, strict=True)
        if words is not None
        for number, line in enumerate(words.lines)
        for syllable in line
    ]
    lines: dict[tuple[int, int], LyricLine] = {}
    syllables: list[Syllable] = []
    place = 0
    for note_id, event in in_time:
        while place < len(expected) and expected[place][3] is not event.syllable:
            place += 1
        if place == len(expected) or event.syllable is None:
            break
        index, number, line, syllable = expected[place]
        place += 1
        key = (index, number)
        if key not in lines:
            lines[key] = _line(mint_id(rng), line, score.sections[index].id, len(lines) + 1)
        syllables.append(
            Syllable(
                mint_id(rng), note_id, syllable.text[:MAX_SYLLABLE_LENGTH], syllable.continues,
                syllable.phonemes, lines[key].id,
            )
        )  # fmt: skip
    return replace(score, lines=tuple(lines.values()), syllables=tuple(syllables))


def _line(line_id: str, line: SungLine, section_id: str, position: int) -> LyricLine:
    text = line.text[:MAX_LYRIC_LINE_LENGTH]
    return LyricLine(line_id, text, section_id, line.language, float(position))


def words_on_words(plan: SongPlan) -> list[str]:
    """Say where the words and the form do not fit, and what was done about it."""
    sheet = plan.sheet
    if sheet is None:
        return []
    told = []
    sung = {id(words) for words in plan.words if words is not None}
    left = [section.kind for section in sheet.sections if section.lines and id(section) not in sung]
    if left:
        names = ", ".join(dict.fromkeys(kind.replace("_", "-") for kind in left))
        told.append(
            f"The form has no place for all of the words: not sung are those of {len(left)} "
            f"{'section' if len(left) == 1 else 'sections'} ({names})."
        )
    for section, words in zip(plan.sections, plan.words, strict=True):
        if words is None:
            continue
        count = sum(len(line) for line in words.lines)
        seconds = section.bars * plan.grid.quarters * 60.0 / plan.bpm
        if count / seconds > _CROWDED * 0.75:
            told.append(
                f"{section.label} has {count} syllables for {section.bars} bars, "
                "so they are sung fast; more bars would give them room."
            )
        elif len(words.lines) > section.bars:
            told.append(f"{section.label} has more lines than bars, so some share a bar.")
    return told
