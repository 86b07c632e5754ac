"""Lyrics told in words: lines, and the syllables under the notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, Side, told
from compositions.score.diff_words_phrases import count, listing, movers, quoted
from compositions.score.entities import Fields, Kind

_MOST = 3
"""More lines or syllables than this are counted, not quoted."""
_FIELD_WORDS = {
    "note_id": "{} re-timed",
    "phonemes": "pronunciation of {} changed",
    "line_id": "{} put in another line",
}
_VERBS = {ADD: "added", REMOVE: "removed"}


def tell_lyrics(comparison: Comparison) -> None:
    """Tell how lines and syllables changed; the syllables of a changed line go with it."""
    _tell_new_words(comparison)
    for action in (ADD, REMOVE):
        _tell_lines(comparison, action)
    _tell_lines_moved(comparison)
    _tell_languages(comparison)
    by_track: dict[str, list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.SYLLABLE):
        by_track[_track(comparison.side_of(item), item.fields)].append(item)
    for track, items in by_track.items():
        _tell_syllables(comparison, track, items)


def _track(side: Side, syllable: Fields) -> str:
    note = side.entities.get(syllable.get("note_id", ""), {})
    return str(note.get("track", ""))


def _tell_new_words(comparison: Comparison) -> None:
    """Tell of lines that say something else."""
    lines = [item for item in comparison.of(Kind.LINE, SET) if "text" in item.names]
    if not lines:
        return
    syllables: dict[str, list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.SYLLABLE):
        if item.action != SET or item.names <= {"text", "continues", "phonemes"}:
            syllables[item.fields.get("line_id", "")].append(item)
    groups = [[line] for line in lines] if len(lines) <= _MOST else [lines]
    for group in groups:
        sung = [item for line in group for item in syllables[line.id]]
        words = f"lyrics of {len(group)} lines changed"
        if len(group) == 1:
            line = group[0]
            words = f"lyrics changed: {quoted(line.new['text'])} was {quoted(line.old['text'])}"
        ids = told(group, "text") + told(sung)
        comparison.tell(Fact(Rank.LYRICS, Kind.LINE, SET, words, ids))


def _section(side: Side, line: Fields) -> str:
    key = line.get("section_id", "")
    return side.label(key) if key in side.kinds[Kind.SECTION] else ""


def _tell_lines(comparison: Comparison, action: str) -> None:
    side = comparison.before if action == REMOVE else comparison.after
    sections: dict[str, list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.LINE, action):
        sections[_section(side, item.fields)].append(item)
    for section, items in sections.items():
        where = f" {'from' if action == REMOVE else 'in'} {section}" if section else ""
        words = f"{count(len(items), 'lyric line')} {_VERBS[action]}{where}"
        if len(items) == 1:
            words = f"lyric line {_VERBS[action]}{where}: {quoted(items[0].fields['text'])}"
        ids = told(items)
        lines = set(ids)
        # Syllables that lost their line with it, or came with it.
        for syllable in comparison.of(Kind.SYLLABLE, SET):
            line = (syllable.old if action == REMOVE else syllable.new).get("line_id", "")
            if "line_id" in syllable.names and line in lines:
                ids += told([syllable], "line_id")
        comparison.tell(Fact(Rank.LYRICS, Kind.LINE, action, words, ids))


def _tell_lines_moved(comparison: Comparison) -> None:
    """Tell of lines in other sections, and of lines in another order."""
    before, after = comparison.before, comparison.after
    sections: dict[str, list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.LINE, SET):
        if "section_id" in item.names:
            sections[_section(after, item.new)].append(item)
    for section, items in sections.items():
        what = f"line {quoted(items[0].new['text'])}" if len(items) == 1 else f"{len(items)} lines"
        where = f"moved to {section}" if section else "taken out of their sections"
        if not section and len(items) == 1:
            where = "taken out of its section"
        ids = told(items, "section_id", "position")
        comparison.tell(Fact(Rank.LYRICS, Kind.LINE, SET, f"{what} {where}", ids))
    items = [item for item in comparison.of(Kind.LINE, SET) if "position" in item.names]
    if not items:
        return
    moved = movers(_order(before), _order(after))
    some = [item for item in items if item.id in moved]
    rest = [item for item in items if item.id not in moved]
    if some:
        what = f"line {quoted(some[0].new['text'])}" if len(some) == 1 else f"{len(some)} lines"
        ids = told(some + rest, "position")
        comparison.tell(Fact(Rank.LYRICS, Kind.LINE, SET, f"{what} moved in the lyrics", ids))
    else:
        words = f"{count(len(rest), 'lyric line')} renumbered, in the same order"
        comparison.tell(Fact(Rank.REST, Kind.LINE, SET, words, told(rest, "position")))


def _order(side: Side) -> list[str]:
    lines = side.kinds[Kind.LINE]
    return sorted(lines, key=lambda key: (lines[key].get("position", 0.0), key))


def _tell_languages(comparison: Comparison) -> None:
    languages: dict[str, list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.LINE, SET):
        if "language" in item.names:
            languages[item.new.get("language", "")].append(item)
    for language, items in languages.items():
        words = f"language of {count(len(items), 'lyric line')}: {language or 'unknown'}"
        ids = told(items, "language")
        comparison.tell(Fact(Rank.REST, Kind.LINE, SET, words, ids))


def _tell_syllables(comparison: Comparison, track: str, items: Sequence[Item]) -> None:
    """Tell of the syllables under the notes of one track."""

    def some(action: str, *names: str) -> list[Item]:
        return [
            item
            for item in items
            if item.action == action and item.names and (not names or item.names & set(names))
        ]

    for action in (ADD, REMOVE):
        found = some(action)
        if found:
            side = comparison.side_of(found[0])
            text = quoted(_sung(side, found))
            words = f"{count(len(found), 'syllable')} {_VERBS[action]}: {text}"
            _tell(comparison, track, found, words, ())
    changed = some(SET, "text", "continues")
    if changed:
        _tell(comparison, track, changed, _other_text(comparison, changed), ("text", "continues"))
    for name, phrase in _FIELD_WORDS.items():
        found = some(SET, name)
        if found:
            _tell(comparison, track, found, phrase.format(count(len(found), "syllable")), (name,))


def _in_time(side: Side, items: Sequence[Item]) -> list[Item]:
    def start(item: Item) -> tuple[int, str]:
        note = side.entities.get(item.fields.get("note_id", ""), {})
        return (note.get("start", 0), item.id)

    return sorted(items, key=start)


def _sung(side: Side, items: Sequence[Item]) -> str:
    """The text of syllables in time order, words held together by hyphens."""
    fields = [item.fields for item in _in_time(side, items)]
    return "".join(f"{entry['text']}{'-' if entry['continues'] else ' '}" for entry in fields)


def _other_text(comparison: Comparison, items: Sequence[Item]) -> str:
    texts = [item for item in items if item.old["text"] != item.new["text"]]
    if not texts:
        return f"word ends of {count(len(items), 'syllable')} changed"
    if len(texts) > _MOST:
        return f"{len(texts)} syllables changed"
    pairs = [
        f"{quoted(item.new['text'])} was {quoted(item.old['text'])}"
        for item in _in_time(comparison.after, texts)
    ]
    return f"lyrics changed: {listing(pairs)}"


def _tell(
    comparison: Comparison, track: str, items: Sequence[Item], words: str, names: Sequence[str]
) -> None:
    side = comparison.side_of(items[0])
    starts = [
        note["start"]
        for item in items
        if (note := side.entities.get(item.fields.get("note_id", "")))
    ]
    place = side.place(starts, side.starts(track)) if starts else None
    comparison.tell(
        Fact(
            Rank.LYRICS,
            Kind.SYLLABLE,
            items[0].action,
            words,
            told(items, *names),
            place=place.words if place else "",
            bars=place.bars if place else None,
            subjects=[side.name(track)] if track else [],
            tracks=[track] if track else [],
        )
    )
