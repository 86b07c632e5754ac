"""Tempo, meter and key told in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, told
from compositions.score.diff_words_phrases import bars_words, count, number
from compositions.score.entities import Fields, Kind

_MOST = 3
"""More changes of one sort than this are counted, not listed."""
_VERBS = {ADD: "added", REMOVE: "removed", SET: "changed"}


def _tempo(fields: Fields) -> str:
    return f"{number(fields['bpm'])} bpm"


def _meter(fields: Fields) -> str:
    return f"{fields['numerator']}/{fields['denominator']}"


def key_words(fields: Fields) -> str:
    """Return a key as "D harmonic minor"."""
    return f"{fields['tonic']} {fields['mode'].replace('_', ' ')}"


_SORTS: tuple[tuple[Kind, str, Callable[[Fields], str]], ...] = (
    (Kind.TEMPO, "tempo", _tempo),
    (Kind.METER, "meter", _meter),
    (Kind.KEY, "key", key_words),
)


def tell_timeline(comparison: Comparison) -> None:
    """Tell how tempo, meter and key changed: what is now, and what was."""
    for kind, noun, words in _SORTS:
        _tell_replaced(comparison, kind, noun, words)
        for action in (SET, ADD, REMOVE):
            items = comparison.of(kind, action)
            if len(items) > _MOST:
                _tell_many(comparison, items, noun, action)
                continue
            for item in items:
                _tell_one(comparison, item, noun, words)


def _tell_replaced(
    comparison: Comparison, kind: Kind, noun: str, words: Callable[[Fields], str]
) -> None:
    """Tell of one that gave way to another at the same tick as of one that was set."""
    gone = {item.old["tick"]: item for item in comparison.of(kind, REMOVE)}
    pairs = [
        (gone[item.new["tick"]], item)
        for item in comparison.of(kind, ADD)
        if item.new["tick"] in gone
    ]
    if len(pairs) > _MOST:
        return
    for old, new in pairs:
        ids = told([old, new])
        if words(old.old) == words(new.new):
            fact = Fact(Rank.REST, kind, SET, f"{noun} {words(new.new)} entered anew", ids)
            comparison.tell(fact)
        else:
            place = _from(comparison, new)
            _tell(comparison, new, f"{noun}{place} {words(new.new)}, was {words(old.old)}", ids)


def _from(comparison: Comparison, item: Item) -> str:
    """Where a change that is not the first begins."""
    fields = item.fields
    return f" from bar {comparison.side_of(item).bar(fields['tick'])}:" if fields["tick"] else ""


def _tell(comparison: Comparison, item: Item, phrase: str, ids: list[str]) -> None:
    bar = comparison.side_of(item).bar(item.fields["tick"])
    comparison.tell(Fact(Rank.TIMELINE, item.kind, item.action, phrase, ids, bars=(bar, bar)))


def _tell_one(
    comparison: Comparison, item: Item, noun: str, words: Callable[[Fields], str]
) -> None:
    bar = comparison.side_of(item).bar(item.fields["tick"])
    if item.action != SET:
        phrase = f"{noun} {words(item.fields)} {_VERBS[item.action]}, bar {bar}"
    elif words(item.new) != words(item.old):
        phrase = f"{noun}{_from(comparison, item)} {words(item.new)}, was {words(item.old)}"
        was = comparison.before.bar(item.old["tick"])
        if "tick" in item.names and was != bar:
            phrase += f" from bar {was}"
    elif "tick" in item.names:
        was = comparison.before.bar(item.old["tick"])
        way = f"from bar {was} to bar {bar}" if was != bar else f"within bar {bar}"
        phrase = f"{noun} {words(item.new)} moved {way}"
    else:
        return
    _tell(comparison, item, phrase, told([item]))


def _tell_many(comparison: Comparison, items: Sequence[Item], noun: str, action: str) -> None:
    bars = [comparison.side_of(item).bar(item.fields["tick"]) for item in items]
    span = (min(bars), max(bars))
    comparison.tell(
        Fact(
            Rank.TIMELINE,
            items[0].kind,
            action,
            f"{count(len(items), f'{noun} change')} {_VERBS[action]}",
            told(items),
            place=bars_words([span]),
            bars=span,
        )
    )
