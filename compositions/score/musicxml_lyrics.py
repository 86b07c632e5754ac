"""Turns the words of a MusicXML file into syllables and lines of lyrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from compositions.score import musicxml_names as names
from compositions.score.document import LyricLine, Section, Syllable
from compositions.score.limits import (
    MAX_LANGUAGE_LENGTH,
    MAX_LYRIC_LINE_LENGTH,
    MAX_SYLLABLE_LENGTH,
)
from compositions.score.midi_names import number as limited
from compositions.score.musicxml_measures import Words
from compositions.score.musicxml_tracks import SungNote


def read_lyrics(
    sung: Sequence[SungNote],
    sections: Sequence[Section],
    fields: Mapping[str, str | None],
    fresh: Callable[[str | None], str],
    repairs: Counter[str],
    *,
    own: bool,
) -> tuple[list[LyricLine], list[Syllable]]:
    """Return the lines and the syllables of all tracks.

    A note has one syllable: of several verses the one whose turn it is in the repeats, or
    else the first. Lines are those of our own field where their syllables are still there;
    in other files they are what stands between two line ends.
    """
    verses = sorted({words.verse for entry in sung for words in entry.words}, key=_verse_order)
    chosen: dict[str, tuple[SungNote, Words]] = {}
    used: set[str] = set()
    for entry in sung:
        words = _turn(entry, verses)
        used.add(words.verse)
        if entry.note_id in chosen:
            repairs["syllable on a note that has one already, left out"] += 1
            continue
        chosen[entry.note_id] = (entry, words)
    unsung = len(verses) - len(used)
    if unsung:
        repairs["verse of the lyrics that is never played, left out"] += unsung
    in_order = sorted(chosen.values(), key=lambda pair: (pair[0].track_id, pair[0].start))
    ids: dict[str, str] = {}
    syllables = []
    for entry, words in in_order:
        text = words.text if own else " ".join(words.text.split())
        if not text and not own:
            continue
        key = fresh(words.id)
        if words.id is not None and key == words.id:
            ids[words.id] = key
        syllables.append(Syllable(key, entry.note_id, text[:MAX_SYLLABLE_LENGTH], words.continues))
    ends = {entry.note_id for entry, words in in_order if words.ends_line}
    exact = names.read_json_field(fields.get(names.LINES_FIELD))
    if exact and (ids or not syllables):
        lines, line_of = _own_lines(exact, ids, {section.id for section in sections}, fresh)
    else:
        lines, line_of = _marked_lines(syllables, ends, sections, in_order, fresh)
    return lines, [
        Syllable(
            syllable.id, syllable.note_id, syllable.text, syllable.continues,
            line_id=line_of.get(syllable.id, ""),
        )
        for syllable in syllables
    ]  # fmt: skip


def _verse_order(verse: str) -> tuple[int, int, str]:
    if verse.isascii() and verse.isdigit() and len(verse) < 6:
        return (0, int(verse), verse)
    return (1, 0, verse)


def _turn(entry: SungNote, verses: Sequence[str]) -> Words:
    """Return the words for this time through: the second verse the second time, if any."""
    by_verse = {words.verse: words for words in reversed(entry.words)}
    wanted = verses[min(entry.time, len(verses)) - 1]
    return by_verse.get(wanted) or min(entry.words, key=lambda words: _verse_order(words.verse))


def _own_lines(
    exact: Mapping[str, Any],
    ids: Mapping[str, str],
    sections: set[str],
    fresh: Callable[[str | None], str],
) -> tuple[list[LyricLine], dict[str, str]]:
    lines: list[LyricLine] = []
    line_of: dict[str, str] = {}
    for key, values in exact.items():
        own = names.entity_id(names.xml_id(key))
        if own is None or not isinstance(values, dict):
            continue
        named = _texts(values.get("syllables"))
        members = [ids[one] for one in named if one in ids]
        if named and not members:
            # All of its syllables are gone: so is the line.
            continue
        text, section = values.get("text"), values.get("section_id")
        language = values.get("language")
        position = limited(values, "position", -1e9, 1e9)
        line = LyricLine(
            id=fresh(own),
            text=text[:MAX_LYRIC_LINE_LENGTH] if isinstance(text, str) else "",
            section_id=section if isinstance(section, str) and section in sections else "",
            language=language[:MAX_LANGUAGE_LENGTH] if isinstance(language, str) else "",
            position=0.0 if position is None else position,
        )
        lines.append(line)
        line_of |= dict.fromkeys(members, line.id)
    lines.sort(key=lambda line: (line.position, line.id))
    return lines, line_of


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _marked_lines(
    syllables: Sequence[Syllable],
    ends: set[str],
    sections: Sequence[Section],
    in_order: Sequence[tuple[SungNote, Words]],
    fresh: Callable[[str | None], str],
) -> tuple[list[LyricLine], dict[str, str]]:
    """Make a line of what lies between two marks of a line's end, if the file has any."""
    if not ends:
        return [], {}
    places = {entry.note_id: (entry.track_id, entry.start) for entry, _ in in_order}
    lines: list[LyricLine] = []
    line_of: dict[str, str] = {}
    for group in _until(syllables, ends, places):
        start = places[group[0].note_id][1]
        section = next((one.id for one in sections if one.start <= start < one.end), "")
        text = "".join(
            syllable.text + ("" if syllable.continues else " ") for syllable in group
        ).strip()
        line = LyricLine(
            fresh(None), text[:MAX_LYRIC_LINE_LENGTH], section, position=float(len(lines) + 1)
        )
        lines.append(line)
        line_of |= {syllable.id: line.id for syllable in group}
    return lines, line_of


def _until(
    syllables: Sequence[Syllable], ends: set[str], places: Mapping[str, tuple[str, int]]
) -> Iterator[list[Syllable]]:
    group: list[Syllable] = []
    for syllable in syllables:
        if group and places[group[-1].note_id][0] != places[syllable.note_id][0]:
            yield group
            group = []
        group.append(syllable)
        if syllable.note_id in ends:
            yield group
            group = []
    if group:
        yield group
