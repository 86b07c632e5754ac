"""Writes a song as a ChordPro sheet: its words, with each chord before the syllable it is sung to.

After the ChordPro 6 directives: sections are environments with their names, what nobody sings is
a grid of bars. Any ChordPro program sets, transposes and prints the sheet.
"""

from __future__ import annotations

from bisect import bisect_right

from compositions.score.document import (
    ELISION,
    TICKS_PER_QUARTER,
    Chord,
    Mode,
    Note,
    Score,
    Section,
    Syllable,
)
from compositions.score.lrc import sung_lines
from compositions.score.timeline import Timeline

_Line = list[tuple[Note, Syllable]]
_EARLY = TICKS_PER_QUARTER // 4
"""A syllable that begins at most this long before its chord is still sung to it."""
_BARS_OF_A_ROW = 4
_ENVIRONMENTS = {
    "verse": "verse",
    "chorus": "chorus",
    "bridge": "bridge",
    "pre_chorus": "verse",
    "pre-chorus": "verse",
}
_MINOR_MODES = frozenset(
    {Mode.MINOR, Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR, Mode.DORIAN, Mode.PHRYGIAN, Mode.BLUES}
)
_UNSAFE = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "\n": " ", "\r": " "})


def write_chordpro(score: Score, *, artist: str = "") -> str:
    """Return the ChordPro text of a song: UTF-8, lines ended by a line feed.

    A song without words becomes grids of its chords. Raises ``ValueError`` for a song that has
    neither words nor chords.
    """
    lines = _once(sung_lines(score))
    if not lines and not score.chords:
        raise ValueError("the song has neither words nor chords")
    timeline = Timeline(score)
    out = _head(score, timeline, artist)
    sections = list(score.sections) or [Section("", 0, max(1, timeline.length_ticks), "")]
    if sections[0].start > 0:
        sections.insert(0, Section("", 0, sections[0].start, ""))
    by_section: dict[int, list[_Line]] = {}
    for line in lines:
        by_section.setdefault(_place(line, sections, score), []).append(line)
    for number, section in enumerate(sections):
        end = sections[number + 1].start if number + 1 < len(sections) else timeline.length_ticks
        chords = [chord for chord in score.chords if section.start <= chord.start < end]
        sung = by_section.get(number, [])
        if sung:
            out += ["", *_sung(section, sung, chords, score.chords)]
        elif chords:
            out += ["", *_grid(section, end, score.chords, timeline)]
    return "\n".join(out) + "\n"


def _head(score: Score, timeline: Timeline, artist: str) -> list[str]:
    out = [f"{{title: {_safe(score.title) or 'Untitled'}}}"]
    if artist:
        out.append(f"{{artist: {_safe(artist)}}}")
    if score.keys:
        key = score.keys[0]
        out.append(f"{{key: {key.tonic}{'m' if key.mode in _MINOR_MODES else ''}}}")
    meter = timeline.meter_at(0)
    out += [
        f"{{tempo: {timeline.tempo_at(0):.0f}}}",
        f"{{time: {meter.numerator}/{meter.denominator}}}",
    ]
    seconds = round(timeline.length_seconds)
    return [*out, f"{{duration: {seconds // 60}:{seconds % 60:02d}}}"]


def _once(lines: list[_Line]) -> list[_Line]:
    """Leave out what a second voice sings of the same words at the same time."""
    seen: set[tuple[str, int]] = set()
    out = []
    for line in lines:
        words = "".join(entry.text for _, entry in line).lower()
        keys = {(words, line[0][0].start // TICKS_PER_QUARTER + step) for step in (-1, 0, 1)}
        if not keys & seen:
            out.append(line)
        seen.add((words, line[0][0].start // TICKS_PER_QUARTER))
    return out


def _place(line: _Line, sections: list[Section], score: Score) -> int:
    """Return the number of the section that a line belongs to: as written, else by its middle."""
    written = {entry.id: entry.section_id for entry in score.lines}.get(line[0][1].line_id, "")
    if written:
        for number, section in enumerate(sections):
            if section.id == written:
                return number
    middle = (line[0][0].start + line[-1][0].end) // 2
    return max(0, bisect_right([section.start for section in sections], middle) - 1)


def _sung(
    section: Section, lines: list[_Line], chords: list[Chord], all_chords: tuple[Chord, ...]
) -> list[str]:
    environment = _ENVIRONMENTS.get(section.kind.lower(), "verse")
    label = _safe(section.label)
    starts = [line[0][0].start for line in lines]
    shares: list[list[Chord]] = [[] for _ in lines]
    for chord in chords:
        shares[max(0, bisect_right(starts, chord.start + _EARLY) - 1)].append(chord)
    out = [f"{{start_of_{environment}: {label}}}" if label else f"{{start_of_{environment}}}"]
    for line, share in zip(lines, shares, strict=True):
        first = line[0][0].start
        if not share or share[0].start > first + _EARLY:
            sounding = [chord for chord in all_chords if chord.start <= first < chord.end]
            share = sounding[-1:] + share
        out.append(_line(line, share))
    return [*out, f"{{end_of_{environment}}}"]


def _line(line: _Line, chords: list[Chord]) -> str:
    """Return the words with each chord before the first syllable that begins with it or after."""
    waiting = list(chords)
    text = ""
    begins = True
    for note, entry in line:
        due = [chord for chord in waiting if chord.start <= note.start + _EARLY]
        waiting = waiting[len(due) :]
        if begins and text:
            text += " "
        # What changed before this syllable stands alone; the last one is what it is sung to.
        text += "".join(f"[{chord.symbol}] " for chord in due[:-1])
        text += "".join(f"[{chord.symbol}]" for chord in due[-1:])
        text += _safe(entry.text.replace(ELISION, " "))
        begins = not entry.continues
    text += "".join(f" [{chord.symbol}]" for chord in waiting)
    return f" {text}" if text.startswith("#") else text


def _grid(section: Section, end: int, chords: tuple[Chord, ...], timeline: Timeline) -> list[str]:
    """Return the chords of a stretch that nobody sings, a cell for each beat."""
    label = _safe(section.label)
    out = [f"{{start_of_grid: {label}}}" if label else "{start_of_grid}"]
    bar = timeline.position(section.start).bar
    row: list[str] = []
    first = True
    while timeline.bar_start(bar) < end:
        begin = max(timeline.bar_start(bar), section.start)
        stop = min(timeline.bar_start(bar + 1), end)
        beat = timeline.meter_at(begin).ticks_per_beat
        cells = []
        for tick in range(begin, stop, beat):
            here = [chord for chord in chords if tick <= chord.start < min(tick + beat, stop)]
            if first and not here:
                here = [chord for chord in chords if chord.start <= tick < chord.end]
            cells.append(here[-1].symbol if here else ".")
            first = False
        row.append(" ".join(cells))
        bar += 1
        if len(row) == _BARS_OF_A_ROW:
            out.append(f"| {' | '.join(row)} |")
            row = []
    if row:
        out.append(f"| {' | '.join(row)} |")
    return [*out, "{end_of_grid}"]


def _safe(text: str) -> str:
    return text.translate(_UNSAFE).strip()
