"""Tracks told in words: added, removed, renamed, reordered, instruments and the mixer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import (
    Comparison,
    Fact,
    Item,
    Rank,
    Side,
    instrument,
    told,
)
from compositions.score.diff_words_mix import strip_words
from compositions.score.diff_words_phrases import count, listing, movers, percent, signed
from compositions.score.entities import Fields, Kind

_MOST = 3
"""More tracks than this come and go in one sentence."""
_CENTRE = 0.005
"""A pan below half a per cent is the centre."""


def tell_tracks(comparison: Comparison) -> None:
    """Tell which tracks came and went with all that they hold."""
    holds: dict[str, list[Item]] = defaultdict(list)
    for kind in (Kind.NOTE, Kind.AUTOMATION):
        for item in comparison.items[kind]:
            if item.action != SET:
                holds[item.fields["track"]].append(item)
    for action in (ADD, REMOVE):
        side = comparison.before if action == REMOVE else comparison.after
        items = comparison.of(Kind.TRACK, action)
        items.sort(key=lambda item: side.tracks.index(item.id))
        if len(items) > _MOST:
            _tell_several(comparison, side, items, holds)
            continue
        for item in items:
            what = instrument(item.fields)
            name = side.name(item.id)
            words = [] if what == name else [what]
            notes = _held(holds[item.id], Kind.NOTE, action)
            if notes:
                words.append(count(notes, "note"))
            size = f" ({', '.join(words)})" if words else ""
            way = "added" if action == ADD else "removed"
            _tell(comparison, f"{name} {way}{size}", [item], holds)


def _held(items: Sequence[Item], kind: Kind, action: str) -> int:
    return sum(item.kind == kind and item.action == action for item in items)


def _tell_several(
    comparison: Comparison, side: Side, items: list[Item], holds: dict[str, list[Item]]
) -> None:
    action = items[0].action
    notes = sum(_held(holds[item.id], Kind.NOTE, action) for item in items)
    way = "added" if action == ADD else "removed"
    size = f" ({count(notes, 'note')})" if notes else ""
    names = listing([side.name(item.id) for item in items], 5)
    _tell(comparison, f"{len(items)} tracks {way}: {names}{size}", items, holds)


def _tell(
    comparison: Comparison, words: str, tracks: Sequence[Item], holds: dict[str, list[Item]]
) -> None:
    action = tracks[0].action
    contents = [item for track in tracks for item in holds[track.id] if item.action == action]
    # What sections took with them stays theirs too: it is gone from both.
    ids = told(tracks) + told(contents) + comparison.take_syllables(contents)
    comparison.tell(
        Fact(
            Rank.TRACKS,
            Kind.TRACK,
            action,
            words,
            ids,
            tracks=[track.id for track in tracks],
        )
    )


def tell_track_fields(comparison: Comparison) -> None:
    """Tell of names, instruments, roles, the mixer and the order of tracks."""
    before, after = comparison.before, comparison.after
    for item in comparison.of(Kind.TRACK, SET):
        name = after.name(item.id)
        if "name" in item.names:
            words = f"{before.name(item.id)} renamed to {name}"
            if before.name(item.id) == name:
                words = f"{name} written another way"
            _fact(comparison, Rank.NAMES, item, words, ["name"], join=False)
        _tell_instrument(comparison, item)
        if "role" in item.names:
            new, old = (side["role"].replace("_", " ") for side in (item.new, item.old))
            _fact(comparison, Rank.NAMES, item, f"role {new}, was {old}", ["role"])
        for field, words in _mixer(item):
            _fact(comparison, Rank.MIXER, item, words, [field])
    _tell_order(comparison)


def _fact(
    comparison: Comparison,
    rank: Rank,
    item: Item,
    words: str,
    names: Sequence[str],
    *,
    join: bool = True,
) -> None:
    comparison.tell(
        Fact(
            rank,
            Kind.TRACK,
            SET,
            words,
            told([item], *names),
            subjects=[comparison.after.name(item.id)] if join else [],
            tracks=[item.id],
            joins=join,
        )
    )


def _tell_instrument(comparison: Comparison, item: Item) -> None:
    names = item.names & {"program", "bank", "percussion", "preset"}
    if not names:
        return
    new, old = instrument(item.new), instrument(item.old)
    if "percussion" in names:
        words = "a drum track now" if item.new.get("percussion") else f"{new}, was drums"
    elif new != old:
        words = f"{new} was {old}"
    elif "bank" in names:
        words = f"{new} of bank {item.new['bank']}, was bank {item.old['bank']}"
    else:
        # Under a preset, or for a drum kit, the program has no name of its own.
        what = "kit" if item.new.get("percussion") else "program"
        words = f"{what} {item.new['program'] + 1}, was {item.old['program'] + 1}"
    _fact(comparison, Rank.TRACKS, item, words, sorted(names))


def _mixer(item: Item) -> list[tuple[str, str]]:
    """Changed mixer fields with words for each."""
    new, old = item.new, item.old
    words = {
        "gain_db": lambda: f"fader {_decibels(item.step('gain_db'))}",
        "pan": lambda: _pan(new),
        "reverb_send": lambda: (
            f"reverb {percent(new['reverb_send'])}, was {percent(old['reverb_send'])}"
        ),
        "muted": lambda: "muted" if new["muted"] else "unmuted",
        "solo": lambda: "soloed" if new["solo"] else "solo off",
    }
    told_of = [(field, say()) for field, say in words.items() if field in item.names]
    return told_of + strip_words(item)


def _decibels(step: float) -> str:
    return f"{signed(step, 1 if abs(step) >= 0.05 else 6)} dB"


def _pan(strip: Fields) -> str:
    pan = strip["pan"]
    if abs(pan) < _CENTRE:
        return "pan centre"
    return f"pan {percent(abs(pan))} {'left' if pan < 0 else 'right'}"


def _tell_order(comparison: Comparison) -> None:
    """Tell which tracks moved in the order of tracks."""
    before, after = comparison.before, comparison.after
    items = {item.id: item for item in comparison.of(Kind.TRACK, SET) if "position" in item.names}
    moved = [key for key in after.tracks if key in movers(before.tracks, after.tracks)]
    for key in moved:
        if key not in items:
            continue
        place = after.tracks.index(key) + 1
        where = "to the end"
        if place < len(after.tracks):
            where = f"above {after.name(after.tracks[place])}"
        words = f"{after.name(key)} moved {where}"
        _fact(comparison, Rank.NAMES, items.pop(key), words, ["position"], join=False)
    rest = list(items.values())
    if rest:
        # Those that made room for others; the order that they are in is the same.
        words = f"{count(len(rest), 'track')} renumbered, in the same order"
        ids = told(rest, "position")
        comparison.tell(Fact(Rank.REST, Kind.TRACK, SET, words, ids, tracks=ids))
