"""Chords told in words: "Gsus4 was G", "4 chords added", "transposed +2"."""

from __future__ import annotations

from collections.abc import Sequence

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, Side, told
from compositions.score.diff_words_phrases import count, length_words, listing, signed
from compositions.score.entities import Fields, Kind
from compositions.score.harmony import pitch_class

CHORDS = "chords"
"""What chords are called beside tracks."""
_MOST = 3
"""More chords than this are told together."""
_MOST_SYMBOLS = 8


def symbol(chord: Fields) -> str:
    """Return the chord as written in a chart: "Gm7/Bb"."""
    bass = chord.get("bass", "")
    return f"{chord['root']}{chord.get('quality', '')}" + (f"/{bass}" if bass else "")


def tell_chords(comparison: Comparison) -> None:
    """Tell how the chords changed: other chords, other places, new ones, transposed ones."""
    pairs = _replaced(comparison)
    changed = [
        (item, item.old, item.new)
        for item in comparison.of(Kind.CHORD, SET)
        if item.names & {"root", "quality", "bass"}
    ]
    _tell_symbols(comparison, changed + pairs)
    _tell_times(comparison)
    for action in (ADD, REMOVE):
        _tell_new_or_gone(comparison, comparison.of(Kind.CHORD, action), action)
    _tell_numerals(comparison)


_Pair = tuple[Item, Fields, Fields]


def _replaced(comparison: Comparison) -> list[_Pair]:
    """Chords that gave way to another at the same tick, as if the chord had changed."""
    gone = {item.old["start"]: item for item in comparison.of(Kind.CHORD, REMOVE)}
    found = []
    again: list[Item] = []
    for item in comparison.of(Kind.CHORD, ADD):
        old = gone.pop(item.new["start"], None)
        if old is None:
            continue
        if symbol(old.old) == symbol(item.new) and old.old["duration"] == item.new["duration"]:
            again += [item, old]
            continue
        comparison.replaced[item.id] = old.id
        told([old])
        found.append((item, old.old, item.new))
    if again:
        words = f"{count(len(again) // 2, 'chord')} entered anew, the same as before"
        fact = _fact(comparison, comparison.after, again[::2], SET, words)
        fact.rank, fact.ids = Rank.REST, told(again)
        comparison.tell(fact)
    return found


def _ids(comparison: Comparison, items: Sequence[Item], *names: str) -> list[str]:
    """Count as told; the ids of chords together with those that they replaced."""
    ids = told(items, *names)
    return ids + [comparison.replaced[key] for key in ids if key in comparison.replaced]


def _fact(
    comparison: Comparison, side: Side, items: Sequence[Item], action: str, phrase: str
) -> Fact:
    ticks = [(item.old if side is comparison.before else item.new)["start"] for item in items]
    place = side.place(ticks, side.chord_starts)
    bars = place.bars
    return Fact(Rank.CHORDS, Kind.CHORD, action, phrase, [], place=place.words, bars=bars)


def _tell_symbols(comparison: Comparison, pairs: Sequence[_Pair]) -> None:
    if not pairs:
        return
    after = comparison.after
    steps = {_step(old, new) for _, old, new in pairs}
    step = steps.pop()
    items = [item for item, _, _ in pairs]
    if not steps and step and len(pairs) > 1:
        fact = _fact(comparison, after, items, SET, f"transposed {signed(step)}")
        fact.ids = _told_symbols(comparison, items)
        fact.subjects, fact.joins = [CHORDS], True
        comparison.tell(fact)
        return
    words = [
        f"{symbol(new)} was {symbol(old)}"
        if symbol(new) != symbol(old)
        else f"{symbol(new)} of another length"
        for _, old, new in pairs
    ]
    if len(pairs) <= _MOST:
        for item, text in zip(items, words, strict=True):
            fact = _fact(comparison, after, [item], SET, text)
            fact.ids = _told_symbols(comparison, [item])
            comparison.tell(fact)
        return
    fact = _fact(
        comparison, after, items, SET, f"{count(len(items), 'chord')} changed ({listing(words)})"
    )
    fact.ids = _told_symbols(comparison, items)
    comparison.tell(fact)


def _told_symbols(comparison: Comparison, items: Sequence[Item]) -> list[str]:
    """Count names, and functions that changed with them, as told."""
    ids = []
    for item in items:
        names = ("root", "quality", "bass", "roman") if item.action == SET else ()
        ids += _ids(comparison, [item], *names)
    return ids


def _step(old: Fields, new: Fields) -> int:
    """Semitones by which a chord was transposed (-5 to 6), 0 where it is another chord."""
    if old.get("quality", "") != new.get("quality", ""):
        return 0
    step = (pitch_class(new["root"]) - pitch_class(old["root"])) % 12
    if bool(old.get("bass")) != bool(new.get("bass")):
        return 0
    if old.get("bass") and (pitch_class(new["bass"]) - pitch_class(old["bass"])) % 12 != step:
        return 0
    return step - 12 if step > 6 else step


def _tell_times(comparison: Comparison) -> None:
    """Tell of chords that begin elsewhere or last longer or shorter."""
    items = [item for item in comparison.of(Kind.CHORD, SET) if item.names & {"start", "duration"}]
    if not items:
        return
    steps = {item.step("start") for item in items}
    lasting = all("duration" not in item.names for item in items)
    if len(steps) == 1 and lasting:
        step = steps.pop()
        length = length_words(step, comparison.before.bar_ticks(i.old["start"] for i in items))
        words = f"moved {length} {'later' if step > 0 else 'earlier'}"
    elif len(items) == 1 and "start" not in items[0].names:
        bar = comparison.after.bar_ticks([items[0].new["start"]])
        new, old = (length_words(side["duration"], bar) for side in (items[0].new, items[0].old))
        words = f"lasts {new}, was {old}"
    else:
        words = "re-timed"
    who = symbol(items[0].new) if len(items) == 1 else count(len(items), "chord")
    fact = _fact(comparison, comparison.before, items, SET, f"{who} {words}")
    fact.ids = told(items, "start", "duration")
    comparison.tell(fact)


def _tell_new_or_gone(comparison: Comparison, items: Sequence[Item], action: str) -> None:
    if not items:
        return
    side = comparison.before if action == REMOVE else comparison.after
    way = "removed" if action == REMOVE else "added"
    symbols = [symbol(item.fields) for item in items]
    if len(items) == 1:
        words = f"{symbols[0]} {way}"
    else:
        words = f"{len(items)} chords {way}"
        if len(items) <= _MOST_SYMBOLS:
            words += f" ({', '.join(symbols)})"
    fact = _fact(comparison, side, items, action, words)
    fact.ids = told(items)
    comparison.tell(fact)


def _tell_numerals(comparison: Comparison) -> None:
    items = [item for item in comparison.of(Kind.CHORD, SET) if "roman" in item.names]
    if items:
        words = f"{count(len(items), 'chord')} analysed anew"
        if len(items) == 1:
            roman = items[0].new.get("roman", "") or "no function"
            words = f"{symbol(items[0].new)} is {roman}"
        fact = _fact(comparison, comparison.after, items, SET, words)
        fact.ids = told(items, "roman")
        comparison.tell(fact)
