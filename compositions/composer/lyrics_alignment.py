"""Align words with a melody that is there: which note begins which syllable.

Two searches, both dynamic programmes over whole songs: lines are shared among the phrases of
the melody by their lengths, then the syllables of each line among the notes of its phrase, so
that stressed syllables meet beats and long notes. A note without a syllable of its own holds
the one before it; where there are more syllables than notes, long notes are said twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from compositions.composer.lyrics_lines import SungSyllable
from compositions.score.document import TICKS_PER_QUARTER, Note

PHRASE_REST = TICKS_PER_QUARTER // 2
"""A rest of this many ticks parts phrases."""
SHORTEST = TICKS_PER_QUARTER // 8
"""No note is split into pieces shorter than this."""
_MOST = 4
_LONGEST_MELISMA = 12


@dataclass(frozen=True, slots=True)
class Sung:
    """A syllable and the notes that carry it, at least one."""

    syllable: SungSyllable
    notes: tuple[Note, ...]


def phrases_of(notes: Sequence[Note]) -> list[list[Note]]:
    """Cut a melody (one note at a time, in order) at its rests."""
    phrases: list[list[Note]] = []
    for note in notes:
        if phrases and note.start - phrases[-1][-1].end < PHRASE_REST:
            phrases[-1].append(note)
        else:
            phrases.append([note])
    return phrases


def share_lines(
    lines: Sequence[int], phrases: Sequence[int]
) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Pair lines with phrases, given the syllables and notes that they have.

    Returns (line numbers, phrase numbers) in order; a line may take several phrases, a phrase
    several lines, and a phrase may stay without words (no line numbers).
    """
    infinity = float("inf")
    rows, columns = len(lines), len(phrases)
    best = [[infinity] * (columns + 1) for _ in range(rows + 1)]
    link: list[list[tuple[int, int]]] = [[(0, 0)] * (columns + 1) for _ in range(rows + 1)]
    best[0][0] = 0.0
    moves = [(1, k) for k in range(1, _MOST + 1)] + [(k, 1) for k in range(2, _MOST + 1)]
    moves.append((0, 1))
    for i in range(rows + 1):
        for j in range(columns + 1):
            for down, across in moves:
                if i < down or j < across or best[i - down][j - across] == infinity:
                    continue
                cost = best[i - down][j - across]
                if down == 0:
                    cost += 1.2
                else:
                    words = max(1, sum(lines[i - down : i]))
                    room = max(1, sum(phrases[j - across : j]))
                    crowded = 1.6 if words > room else 1.0
                    cost += crowded * (max(words, room) / min(words, room) - 1.0)
                    cost += 0.25 * (max(down, across) - 1)
                if round(cost, 9) < best[i][j]:
                    best[i][j], link[i][j] = round(cost, 9), (down, across)
    if best[rows][columns] == infinity:  # far more of the one than of the other
        return [(tuple(range(rows)), tuple(range(columns)))]
    pairs = []
    i, j = rows, columns
    while i or j:
        down, across = link[i][j]
        pairs.append((tuple(range(i - down, i)), tuple(range(j - across, j))))
        i, j = i - down, j - across
    return pairs[::-1]


def align(
    syllables: Sequence[SungSyllable],
    notes: Sequence[Note],
    beat_of: Sequence[float] | None = None,
    *,
    ticks_per_beat: int = TICKS_PER_QUARTER,
) -> list[Sung] | None:
    """Give every syllable its notes; None when even the shortest notes are too few.

    ``beat_of`` says how much of a beat each note's start is, 0 to 1; without it beats are
    counted from tick 0. Notes that had to be split come as new notes with an empty id.
    """
    if not syllables or not notes:
        return None
    pieces = list(notes)
    strengths = list(beat_of) if beat_of is not None else []
    while len(pieces) < len(syllables):
        longest = max(range(len(pieces)), key=lambda i: (pieces[i].duration, -i))
        note = pieces[longest]
        half = _half(note.duration)
        if min(half, note.duration - half) < SHORTEST:
            return None
        second = replace(note, id="", start=note.start + half, duration=note.duration - half)
        pieces[longest : longest + 1] = [replace(note, duration=half), second]
        if strengths:
            strengths.insert(longest + 1, _on_beat(second.start, ticks_per_beat))
    if not strengths:
        strengths = [_on_beat(note.start, ticks_per_beat) for note in pieces]
    return _search(syllables, pieces, strengths)


def _half(duration: int) -> int:
    """Half a duration, on the grid of eighths or sixteenths where it is long enough."""
    for grid in (TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER // 4):
        if duration >= 2 * grid:
            return max(grid, duration // 2 // grid * grid)
    return duration // 2


def _on_beat(start: int, ticks_per_beat: int) -> float:
    inside = start % ticks_per_beat
    return 1.0 if min(inside, ticks_per_beat - inside) <= ticks_per_beat // 8 else 0.0


def _search(
    syllables: Sequence[SungSyllable], notes: Sequence[Note], strengths: Sequence[float]
) -> list[Sung]:
    count, size = len(syllables), len(notes)
    infinity = float("inf")
    usual = sorted(note.duration for note in notes)[size // 2]

    def worth(index: int, at: int) -> float:
        accent = syllables[index].accent
        short = 0.3 if accent >= 0.75 and notes[at].duration < usual else 0.0
        if accent >= 0.75:
            return 2.0 * accent * (1.0 - strengths[at]) + short
        return 0.7 * (1.0 - accent) * strengths[at]

    def held(index: int, first: int, last: int) -> float:
        """Cost of syllable ``index`` on the notes from first to last."""
        cost = 0.0
        for at in range(first + 1, last + 1):
            rest = notes[at].start - notes[at - 1].end
            cost += 0.8 + (2.5 if rest >= PHRASE_REST else 0.0)
            if syllables[index].accent < 0.75:
                cost += 0.35
        return cost

    best = [[infinity] * (size + 1) for _ in range(count + 1)]
    link = [[0] * (size + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    longest = max(_LONGEST_MELISMA, size - count + 1)
    for index in range(1, count + 1):
        for end in range(index, size - (count - index) + 1):
            for first in range(max(index - 1, end - longest), end):
                before = best[index - 1][first]
                if before == infinity:
                    continue
                cost = before + worth(index - 1, first) + held(index - 1, first, end - 1)
                if round(cost, 9) < best[index][end]:
                    best[index][end], link[index][end] = round(cost, 9), first
    found: list[Sung] = []
    end = size
    for index in range(count, 0, -1):
        first = link[index][end]
        found.append(Sung(syllables[index - 1], tuple(notes[first:end])))
        end = first
    return found[::-1]
