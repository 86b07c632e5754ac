"""The difference between two scores, told in the words of a musician.

    >>> [sentence.text for sentence in tell(before, after)]
    ['Chorus moved before Bridge', 'Lead, bars 9-10: transposed +2', 'Bass fader -3 dB']

Each sentence names the entities that it speaks of, every changed entity is in at least one
sentence, and no sentence names an entity that did not change. The parts of the telling are in
the ``diff_words_*`` modules; each takes the fields that it has told off the list, and what is
left at the end is told plainly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from compositions.score.diff import ADD, REMOVE, SET, Change, diff, differs
from compositions.score.diff_words_added import tell_added_and_removed
from compositions.score.diff_words_automation import tell_automation
from compositions.score.diff_words_chords import tell_chords
from compositions.score.diff_words_facts import Bars, Comparison, Fact, Rank, told
from compositions.score.diff_words_form import tell_form
from compositions.score.diff_words_joining import joined
from compositions.score.diff_words_lyrics import tell_lyrics
from compositions.score.diff_words_mix import tell_mix
from compositions.score.diff_words_notes import tell_changed_notes
from compositions.score.diff_words_phrases import count, listing, quoted, short
from compositions.score.diff_words_sections import tell_locks, tell_section_fields
from compositions.score.diff_words_timeline import tell_timeline
from compositions.score.diff_words_tracks import tell_track_fields, tell_tracks
from compositions.score.entities import Entities, Kind

HEADLINE_LENGTH = 100
"""Characters of a headline."""
NO_CHANGES = "No changes"

_NOUNS = {
    Kind.META: ("song detail", "song details"),
    Kind.TEMPO: ("tempo change", "tempo changes"),
    Kind.METER: ("meter change", "meter changes"),
    Kind.KEY: ("key change", "key changes"),
    Kind.AUTOMATION: ("automation point", "automation points"),
    Kind.LINE: ("lyric line", "lyric lines"),
}
_VERBS = {ADD: "added", SET: "changed", REMOVE: "removed"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing that changed.

    ``text`` has no full stop. ``kind`` and ``action`` are those of most of its entities,
    ``track_id`` is the one track that it is about (None for none or several), ``bars`` the
    first and last bar (from 1, both included; None where it has no place in time), on the new
    side unless it tells of a removal or of where something was moved from.
    """

    text: str
    kind: str
    action: str
    track_id: str | None
    bars: Bars | None
    entity_ids: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the sentence as plain data."""
        return {
            "text": self.text,
            "kind": self.kind,
            "action": self.action,
            "track_id": self.track_id,
            "bars": list(self.bars) if self.bars else None,
            "entity_ids": list(self.entity_ids),
        }


def tell(
    before: Entities, after: Entities, changes: Sequence[Change] | None = None
) -> list[Sentence]:
    """Return what changed as sentences, those that matter most to a musician first.

    ``changes`` are those to tell of, all of them where it is None.
    """
    if changes is None:
        changes = diff(before, after)
    if not changes:
        return []
    comparison = Comparison(before, after, changes)
    for part in _PARTS:
        part(comparison)
    _tell_the_rest(comparison)
    facts = sorted(joined(comparison), key=lambda fact: _order(comparison, fact))
    return [_sentence(fact) for fact in facts]


def headline(sentences: Sequence[Sentence]) -> str:
    """Return the sentences as one line of at most :data:`HEADLINE_LENGTH` characters."""
    if not sentences:
        return NO_CHANGES
    line = ""
    for told_so_far, sentence in enumerate(sentences):
        longer = f"{line}; {sentence.text}" if line else sentence.text
        left = len(sentences) - told_so_far - 1
        more = f" and {left} more" if left else ""
        if len(longer + more) > HEADLINE_LENGTH:
            more = f" and {left + 1} more" if line else more
            return (line or short(longer, HEADLINE_LENGTH - len(more))) + more
        line = longer
    return line


def _tell_song(comparison: Comparison) -> None:
    """Tell of the title, and which of the song's details changed."""
    for item in comparison.of(Kind.META, ADD):
        words = f"title: {quoted(item.new['title'])}"
        comparison.tell(Fact(Rank.NAMES, Kind.META, ADD, words, told([item])))
    for item in comparison.of(Kind.META, SET):
        if "title" in item.names:
            words = f"title: {quoted(item.new['title'])} was {quoted(item.old['title'])}"
            comparison.tell(Fact(Rank.NAMES, Kind.META, SET, words, told([item], "title")))
        if "metadata" in item.names:
            new, old = item.new["metadata"], item.old["metadata"]
            names = [
                short(name) for name in sorted({*new, *old}) if differs(name, new.get(name), old)
            ]
            words = f"details changed: {listing(names)}"
            comparison.tell(Fact(Rank.REST, Kind.META, SET, words, told([item], "metadata")))


# The form comes first: it accounts for what moved, came and went with its sections.
_PARTS = (
    tell_form,
    tell_section_fields,
    tell_tracks,
    tell_track_fields,
    tell_added_and_removed,
    tell_changed_notes,
    tell_chords,
    tell_timeline,
    tell_mix,
    tell_automation,
    tell_lyrics,
    tell_locks,
    _tell_song,
)


def _tell_the_rest(comparison: Comparison) -> None:
    for kind in Kind:
        for action in (SET, ADD, REMOVE):
            items = comparison.of(kind, action)
            if not items:
                continue
            noun, plural = _NOUNS.get(kind, (kind.value, f"{kind.value}s"))
            words = f"{count(len(items), noun, plural)} {_VERBS[action]}"
            if action == SET:
                names = sorted({name for item in items for name in item.names})
                words = f"{words} ({listing([name.replace('_', ' ') for name in names])})"
            tracks = sorted({item.fields.get("track", "") for item in items} - {""})
            ids = told(items)
            comparison.tell(Fact(Rank.REST, kind, action, words, ids, tracks=tracks))


def _order(comparison: Comparison, fact: Fact) -> tuple[Any, ...]:
    """Sort key: importance, then track, then bar."""
    track = fact.tracks[0] if fact.tracks else ""
    order = comparison.after.tracks
    place = order.index(track) if track in order else -1
    return (fact.rank, place, fact.bars or (0, 0), fact.text, fact.ids)


def _sentence(fact: Fact) -> Sentence:
    text = fact.text
    return Sentence(
        text=text[:1].upper() + text[1:],
        kind=str(fact.kind),
        action=fact.action,
        track_id=fact.tracks[0] if len(fact.tracks) == 1 else None,
        bars=fact.bars,
        entity_ids=tuple(dict.fromkeys(fact.ids)),
    )
