"""Writes the words of a song with their times as an LRC file, for players and karaoke.

The plain form has one time for each line, "[mm:ss.xx]text"; the enhanced form (as players of
the A2 extension read it) has a time before each word and one where the line ends:
"[00:12.00]<00:12.00>Walking <00:12.60>home<00:13.40>".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from compositions.score.document import ELISION, TICKS_PER_QUARTER, Note, Score, Syllable
from compositions.score.timeline import Timeline

_NEW_LINE_REST = TICKS_PER_QUARTER
"""A rest of this many ticks parts lines in songs whose lines nobody has written down."""
_EMPTY_AFTER_SECONDS = 3.0
"""The screen is cleared when nothing is sung for this long."""
_HELD_GAP = TICKS_PER_QUARTER // 8
"""A note that comes this soon after a sung one holds its syllable."""
_UNSAFE = str.maketrans({"[": "(", "]": ")", "<": "‹", ">": "›", "\n": " ", "\r": " "})


@dataclass(frozen=True, slots=True)
class SungWord:
    """A word with the ticks in which it is sung."""

    text: str
    start: int
    end: int


def write_lrc(score: Score, *, words: bool = True, artist: str = "") -> str:
    """Return the LRC text of a song: UTF-8, lines ended by a line feed.

    With ``words`` every word has its time. Raises ``ValueError`` for a song without words.
    """
    timeline = Timeline(score)
    lines = timed_lines(score)
    if not lines:
        raise ValueError("the song has no words")
    head = [f"[ti:{_safe(score.title)}]"] if score.title else []
    if artist:
        head.append(f"[ar:{_safe(artist)}]")
    head += [f"[length:{_time(timeline.length_seconds)}]", "[re:AriaForge]"]
    out = []
    for place, line in enumerate(lines):
        start, end = timeline.seconds(line[0].start), timeline.seconds(line[-1].end)
        if words:
            text = " ".join(
                f"<{_time(timeline.seconds(word.start))}>{_safe(word.text)}" for word in line
            )
            text += f"<{_time(end)}>"
        else:
            text = " ".join(_safe(word.text) for word in line)
        out.append(f"[{_time(start)}]{text}")
        following = lines[place + 1][0].start if place + 1 < len(lines) else None
        if following is None or timeline.seconds(following) - end >= _EMPTY_AFTER_SECONDS:
            out.append(f"[{_time(end)}]")
    return "\n".join([*head, *out]) + "\n"


def timed_lines(score: Score) -> list[list[SungWord]]:
    """Return the sung lines in order of time, each as its words with their times."""
    ends = _ends(score)
    lines = [_words(group, ends) for group in sung_lines(score)]
    return sorted(lines, key=lambda line: (line[0].start, line[0].text))


def sung_lines(score: Score) -> list[list[tuple[Note, Syllable]]]:
    """Return the sung lines in order of time, each as its syllables with their notes."""
    notes = {note.id: (number, note) for number, track in enumerate(score.tracks)
             for note in track.notes}  # fmt: skip
    ends = _ends(score)
    sung = [(notes[entry.note_id], entry) for entry in score.syllables if entry.note_id in notes]
    sung.sort(key=lambda pair: (pair[0][0], pair[0][1].start, pair[1].id))
    groups: list[list[tuple[Note, Syllable]]] = []
    key: tuple[int, str] | None = None
    for (track, note), entry in sung:
        here = (track, entry.line_id)
        rests = bool(groups) and note.start - ends[groups[-1][-1][0].id] >= _NEW_LINE_REST
        if here != key or (not entry.line_id and rests):
            groups.append([])
        groups[-1].append((note, entry))
        key = here
    return sorted(groups, key=lambda group: (group[0][0].start, group[0][1].text))


def _words(group: list[tuple[Note, Syllable]], ends: dict[str, int]) -> list[SungWord]:
    words: list[SungWord] = []
    goes_on = False
    for note, entry in group:
        text = entry.text.replace(ELISION, " ")
        if goes_on:
            before = words.pop()
            words.append(SungWord(before.text + text, before.start, ends[note.id]))
        else:
            words.append(SungWord(text, note.start, ends[note.id]))
        goes_on = entry.continues
    return words


def _ends(score: Score) -> dict[str, int]:
    """Return where each sung note's syllable ends: with the last note that holds it."""
    syllabled = {entry.note_id for entry in score.syllables}
    ends: dict[str, int] = {}
    for track in score.tracks:
        if not any(note.id in syllabled for note in track.notes):
            continue
        last: list[str] = []
        for _, together in groupby(track.notes, key=lambda note: note.start):
            chord = list(together)
            own = [note.id for note in chord if note.id in syllabled]
            start, end = chord[0].start, max(note.end for note in chord)
            if not own and last and start - ends[last[0]] > _HELD_GAP:
                last = []  # an instrument's note after a rest, not a held syllable
            last = own or last
            ends.update(dict.fromkeys(last, end))
    return ends


def _safe(text: str) -> str:
    return text.translate(_UNSAFE).strip()


def _time(seconds: float) -> str:
    hundredths = max(0, round(seconds * 100))
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes:02d}:{rest // 100:02d}.{rest % 100:02d}"
