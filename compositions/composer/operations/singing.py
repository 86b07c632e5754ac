"""The words of notes that are written anew: what was sung there is sung again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from compositions.composer.events import Event
from compositions.composer.lyrics_lines import SungSyllable, syllables_of_line
from compositions.composer.lyrics_singing import Singer, Window
from compositions.composer.operations.rebuild import Stretch
from compositions.composer.operations.regions import Span
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.score.document import Note, Score, Syllable

_PICKUP = 8 * TICKS_PER_STEP
"""A line whose first stress comes within this many ticks may begin with a pickup."""


@dataclass(slots=True)
class Words:
    """Words to be sung in one track: windows in ticks, and the rows they become.

    ``rows`` names the syllable of the document for each syllable to sing.
    """

    windows: list[tuple[Span, tuple[SungSyllable, ...]]] = field(default_factory=list)
    rows: dict[int, Syllable] = field(default_factory=dict)

    def add(self, span: Span, sung: Sequence[SungSyllable], rows: Sequence[Syllable]) -> None:
        """Sing syllables in a stretch of whole bars."""
        self.windows.append((span, tuple(sung)))
        self.rows.update({id(one): row for one, row in zip(sung, rows, strict=True)})

    def row_of(self, event: Event) -> Syllable | None:
        """Return the row of the syllable that an event carries."""
        return self.rows.get(id(event.syllable)) if event.syllable is not None else None


def sung_syllables(rows: Sequence[Syllable], language: str) -> list[SungSyllable]:
    """Return the rows as syllables to sing, their stress found anew from their words."""
    words: list[list[Syllable]] = []
    goes_on = False
    for row in rows:
        if goes_on:
            words[-1].append(row)
        else:
            words.append([row])
        goes_on = row.continues
    found = []
    for word in words:
        read = syllables_of_line("".join(row.text for row in word), language)
        if len(read) != len(word):  # cut by somebody else's rules
            accents = [0.85 if place == 0 else 0.2 for place in range(len(word))]
        else:
            accents = [one.accent for one in read]
        found += [
            SungSyllable(row.text, row.continues, accent, row.phonemes)
            for row, accent in zip(word, accents, strict=True)
        ]
    return found


@dataclass(slots=True)
class _Line:
    """A line on its way to its bars, which are numbers of the bars to be written."""

    first: int
    last: int
    sung: list[SungSyllable]
    rows: list[Syllable]


def words_on(score: Score, notes: Iterable[Note], bars: Sequence[Span]) -> Words:
    """Return what is sung on notes that will go, line by line, in the bars where it was.

    ``bars`` are the bars that will be written anew, in order.
    """
    by_note = {row.note_id: row for row in score.syllables}
    groups: list[list[tuple[Note, Syllable]]] = []
    for note in sorted(notes, key=lambda note: note.sort_key):
        row = by_note.get(note.id)
        if row is None:
            continue
        before = groups[-1][-1] if groups else None
        if (
            before is None
            or before[1].line_id != row.line_id
            or (not row.line_id and note.start - before[0].end >= 4 * TICKS_PER_STEP)
        ):
            groups.append([])
        groups[-1].append((note, row))
    languages = {line.id: line.language for line in score.lines}
    starts = [bar.start for bar in bars]
    placed: list[_Line] = []
    for group in groups if starts else []:
        rows = [row for _, row in group]
        sung = sung_syllables(rows, languages.get(rows[0].line_id) or "en")
        first = _bar_of(_downbeat([note.start for note, _ in group], sung), starts)
        last = max(first, _bar_of(group[-1][0].start, starts))
        if placed and first <= placed[-1].first:  # two lines in one bar
            before_it = placed[-1]
            before_it.last = max(before_it.last, last)
            before_it.sung += sung
            before_it.rows += rows
        else:
            placed.append(_Line(first, last, sung, rows))
    words = Words()
    for place, line in enumerate(placed):
        after = placed[place + 1] if place + 1 < len(placed) else None
        stop = line.last if after is None else min(line.last, after.first - 1)
        end = line.first
        while end < stop and bars[end + 1].start == bars[end].end:
            end += 1
        words.add(Span(bars[line.first].start, bars[end].end), line.sung, line.rows)
    return words


def _downbeat(starts: Sequence[int], sung: Sequence[SungSyllable]) -> int:
    """Return a tick in the first bar of a line: of its first stress, if that comes soon."""
    for start, syllable in zip(starts, sung, strict=True):
        if syllable.stressed and start - starts[0] <= _PICKUP:
            return start
    return starts[0]


def _bar_of(tick: int, starts: Sequence[int]) -> int:
    return max(0, bisect_right(starts, tick) - 1)


def sing_words(
    writer: Singer, stretch: Stretch, words: Words, *, silent: Iterable[int] = ()
) -> dict[int, list[Event]]:
    """Return the melody of a stretch by section: sung where there are words, else played.

    ``silent`` are sections (by index) in which the voice rests.
    """
    plan = stretch.plan
    here: dict[int, list[Window]] = {}
    for span, syllables in words.windows:
        if not stretch.origin <= span.start < stretch.end:
            continue
        bar = plan.bar_at(span.start - stretch.origin)
        section = plan.section_at(min(bar, plan.bars - 1))
        stop = plan.bar_at(max(span.start + 1, span.end) - 1 - stretch.origin)
        bars = max(1, stop - bar + 1)
        here.setdefault(section.index, []).append(Window(bar - section.start_bar, bars, syllables))
    resting = set(silent) | set(here)
    found = {
        index: events
        for index, events in writer.sections(sung=False).items()
        if index not in resting
    }
    for section in plan.sections:
        if section.index in here:
            found[section.index] = writer.sing(section, here[section.index])
    return found


def seat_rows(score: Score, words: Words, sung: Sequence[tuple[Note, Event]]) -> tuple[Score, int]:
    """Put the syllables on the new notes; return the score and how many found no note."""
    rows = [
        replace(row, note_id=note.id)
        for note, event in sung
        if (row := words.row_of(event)) is not None
    ]
    kept = {row.id for row in rows}
    others = tuple(row for row in score.syllables if row.id not in kept)
    lost = sum(row.id not in kept for row in words.rows.values())
    return replace(score, syllables=(*others, *rows)), lost
