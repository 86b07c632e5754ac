"""Sections told in words: which repeats which, their names, kinds, energies; and all locks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from compositions.score.diff import ADD, SET
from compositions.score.diff_words_chords import symbol
from compositions.score.diff_words_facts import Comparison, Fact, Rank, told
from compositions.score.diff_words_phrases import bars_words, count, listing, percent, quoted
from compositions.score.entities import SECTION_KIND, Kind

_Note = tuple[str, int, int, int]
"""Track, ticks after the section's start, pitch, duration."""


class Repeats:
    """Finds the section that an added one repeats note for note."""

    def __init__(self, comparison: Comparison) -> None:
        self.side = comparison.after
        self.added = {item.id for item in comparison.of(Kind.SECTION, ADD)}

    def source(self, key: str) -> str:
        """The nearest section with the same notes and length, empty where there is none."""
        sections = self.side.kinds[Kind.SECTION]
        mine, notes = sections[key], self._contents.get(key)
        start = mine["start"]
        if not notes:
            return ""
        same = (
            other
            for other, fields in sections.items()
            if other not in self.added
            and fields["duration"] == mine["duration"]
            and self._contents.get(other) == notes
        )
        label = mine.get("label")

        def nearest(other: str) -> tuple[bool, int, str]:
            fields = sections[other]
            return (fields.get("label") != label, abs(fields["start"] - start), other)

        return min(same, key=nearest, default="")

    @cached_property
    def _contents(self) -> dict[str, list[_Note]]:
        """The notes that begin in each section, in a fixed order."""
        found: dict[str, list[_Note]] = defaultdict(list)
        for fields in self.side.entities.values():
            if fields["kind"] != Kind.NOTE:
                continue
            key = self.side.section_at(fields["start"])
            if key:
                section = self.side.entities[key]
                offset = fields["start"] - section["start"]
                if offset < section["duration"]:
                    note = (fields["track"], offset, fields["pitch"], fields["duration"])
                    found[key].append(note)
        for notes in found.values():
            notes.sort()
        return found


def tell_section_fields(comparison: Comparison) -> None:
    """Tell names, kinds and energies of sections."""
    before, after = comparison.before, comparison.after
    for item in comparison.of(Kind.SECTION, SET):
        new, old = item.new, item.old
        fact = Fact(Rank.NAMES, Kind.SECTION, SET, "", [item.id], bars=after.span_bars(new))
        phrases = []
        if "label" in item.names:
            phrases.append(f"{before.label(item.id)} renamed to {after.label(item.id)}")
            # Who renames a verse to a chorus need not hear that it is no verse any more.
            told([item], "label", SECTION_KIND)
        if SECTION_KIND in item.names:
            kinds = (new.get(SECTION_KIND, ""), old.get(SECTION_KIND, ""))
            phrases.append("kind {}, was {}".format(*(kind or "none" for kind in kinds)))
        if "energy" in item.names:
            energies = (percent(new.get("energy", 0.5)), percent(old.get("energy", 0.5)))
            phrases.append("energy {}, was {}".format(*energies))
        if not phrases:
            continue
        if "renamed" not in phrases[0]:
            fact.subjects = [after.label(item.id)]
        told([item], SECTION_KIND, "energy")
        fact.phrase = ", ".join(phrases)
        comparison.tell(fact)


def tell_locks(comparison: Comparison) -> None:
    """Tell which sections, tracks, chords and lines were locked or unlocked."""
    after = comparison.after
    for kind in (Kind.TRACK, Kind.SECTION, Kind.CHORD, Kind.LINE):
        for locked in (True, False):
            items = [
                item
                for item in comparison.of(kind, SET)
                if "locked" in item.names and item.new.get("locked", False) is locked
            ]
            if not items:
                continue
            ids = told(items, "locked")
            bars = None
            if kind == Kind.TRACK:
                words = _several([after.name(key) for key in ids], "track")
            elif kind == Kind.SECTION:
                words = _several([after.label(key) for key in ids], "section")
            elif kind == Kind.CHORD:
                words = _several([f"Chord {symbol(item.new)}" for item in items], "chord", 1)
            else:
                words = _several([f"Line {quoted(item.new['text'])}" for item in items], "line", 1)
            if kind in (Kind.SECTION, Kind.CHORD):
                spans = [after.span_bars(item.new) for item in items]
                bars = (min(first for first, _ in spans), max(last for _, last in spans))
            comparison.tell(
                Fact(
                    Rank.LOCKS,
                    kind,
                    SET,
                    f"{words} {'locked' if locked else 'unlocked'}",
                    ids,
                    place=bars_words([bars]) if bars and kind == Kind.CHORD else "",
                    bars=bars,
                    tracks=ids if kind == Kind.TRACK else [],
                )
            )


def _several(names: Iterable[str], noun: str, most: int = 3) -> str:
    names = list(names)
    return listing(names) if len(names) <= most else count(len(names), noun)
