"""Joins facts that a musician would tell in one breath."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from compositions.score.diff import SET
from compositions.score.diff_words_chords import CHORDS
from compositions.score.diff_words_facts import Bars, Comparison, Fact, Rank
from compositions.score.diff_words_phrases import bars_words, count
from compositions.score.diff_words_timeline import key_words
from compositions.score.entities import Kind
from compositions.score.harmony import pitch_class

ALL_TRACKS = "all tracks"
_MOST_NAMES = 4
_TRANSPOSED = "transposed "


def joined(comparison: Comparison) -> list[Fact]:
    """Return the facts, those joined that say the same of several tracks, or much of one.

    "Lead: transposed +2" and "Bass: transposed +2" become "Lead and Bass: transposed +2"; then
    what is said of the same subjects at the same place is one sentence. Chords and key that
    were transposed with the notes join them.
    """
    facts = [fact for fact in comparison.facts if not fact.joins]
    alike: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in comparison.facts:
        if fact.joins:
            who = tuple(fact.subjects) if fact.counted else ()
            alike[fact.rank, fact.phrase, fact.place, who].append(fact)
    found = [_one_of(group) for group in alike.values()]
    found = _with_chords(found)
    for fact in found:
        _name_subjects(comparison, fact)
        _with_keys(comparison, fact, facts)
    told_of: dict[tuple[object, ...], list[Fact]] = defaultdict(list)
    for fact in found:
        told_of[fact.rank, tuple(fact.subjects), fact.place].append(fact)
    return facts + [_in_one_breath(group) for group in told_of.values()]


def _one_of(group: list[Fact]) -> Fact:
    """Join what is said alike of several subjects."""
    first = group[0]
    for other in group[1:]:
        first.subjects += other.subjects
        first.tracks += other.tracks
        first.ids += other.ids
        first.bars = _union(first.bars, other.bars)
    return first


def _in_one_breath(group: list[Fact]) -> Fact:
    """Join several things that are said of the same subjects."""
    first = group[0]
    same = set(first.ids)
    phrases = [fact.bare if fact.bare and set(fact.ids) == same else fact.phrase for fact in group]
    first.phrase = ", ".join([first.phrase, *phrases[1:]])
    for other in group[1:]:
        first.ids += other.ids
        first.bars = _union(first.bars, other.bars)
    return first


def _union(one: Bars | None, other: Bars | None) -> Bars | None:
    if one is None or other is None:
        return one or other
    return (min(one[0], other[0]), max(one[1], other[1]))


def _with_chords(facts: list[Fact]) -> list[Fact]:
    """Let transposed chords join the notes that were transposed with them."""
    found: list[Fact] = []
    chords = [fact for fact in facts if fact.kind == Kind.CHORD]
    for fact in facts:
        if fact.kind == Kind.CHORD:
            continue
        found.append(fact)
        step = _semitones(fact)
        for other in chords:
            if step and (step - (_semitones(other) or 0)) % 12 == 0 and _together(fact, other):
                fact.bars = _union(fact.bars, other.bars)
                if fact.place != other.place and fact.place and fact.bars:
                    fact.place = bars_words([fact.bars])
                fact.subjects += other.subjects
                fact.ids += other.ids
                chords.remove(other)
                break
    return found + chords


def _semitones(fact: Fact) -> int | None:
    """By how much a fact says that everything was transposed, None where it does not."""
    if not fact.phrase.startswith(_TRANSPOSED):
        return None
    step = int(fact.phrase.split()[1])
    return step if step % 12 else None


def _together(notes: Fact, chords: Fact) -> bool:
    """Tell whether notes and chords are in the same place, more or less."""
    if notes.place == chords.place:
        return True
    if notes.bars is None or chords.bars is None:
        return False
    low, high = max(notes.bars[0], chords.bars[0]), min(notes.bars[1], chords.bars[1])
    longest = max(last - first for first, last in (notes.bars, chords.bars)) + 1
    return (high - low + 1) * 2 > longest


def _name_subjects(comparison: Comparison, fact: Fact) -> None:
    """Say "all tracks" for all, and count what is too many to name."""
    names = [name for name in fact.subjects if name != CHORDS]
    chords = len(names) < len(fact.subjects)
    after = comparison.after
    everyone = [key for key in after.tracks if fact.rank == Rank.MIXER or after.note_count(key)]
    if fact.tracks:
        order = {key: place for place, key in enumerate(after.tracks)}
        pairs = sorted(
            zip(fact.tracks, names, strict=True), key=lambda pair: order.get(pair[0], -1)
        )
        fact.tracks, names = [key for key, _ in pairs], [name for _, name in pairs]
    if len(names) > 2 and set(fact.tracks) == set(everyone):
        names = [ALL_TRACKS]
    elif len(names) > _MOST_NAMES:
        names = [count(len(names), "track")]
    if chords:
        names.append(CHORDS)
    if len(fact.tracks) > 1 and _is_song(comparison, fact, everyone):
        fact.rank, fact.phrase, names = Rank.TIMELINE, f"song {fact.phrase}", []
    fact.subjects = names


def _is_song(comparison: Comparison, fact: Fact, everyone: Iterable[str]) -> bool:
    """Tell whether all that has a pitch was transposed."""
    if fact.place or not fact.phrase.startswith(_TRANSPOSED):
        return False
    strips = comparison.after.entities
    pitched = {key for key in everyone if not strips[key].get("percussion")}
    return set(fact.tracks) >= pitched


def _with_keys(comparison: Comparison, fact: Fact, others: list[Fact]) -> None:
    """Let the keys that were transposed with the song join that sentence."""
    if fact.rank != Rank.TIMELINE:
        return
    step = int(fact.phrase.split()[2])
    before, after = comparison.before.entities, comparison.after.entities
    keys = [other for other in others if other.kind == Kind.KEY and other.action == SET]
    for other in keys:
        old, new = before.get(other.ids[0]), after[other.ids[0]]
        if old is None or old["mode"] != new["mode"] or old["tick"] != new["tick"]:
            continue
        if (pitch_class(new["tonic"]) - pitch_class(old["tonic"]) - step) % 12 == 0:
            if len(keys) == 1:
                fact.phrase += f", {key_words(old)} to {key_words(new)}"
            fact.ids += other.ids
            others.remove(other)
