"""How the entities of an imported song are found in the present one, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import eq, itemgetter
from typing import Any

from compositions.score.document import TICKS_PER_QUARTER
from compositions.score.entities import Fields
from compositions.score.matching_pairs import Pairing

BEAT = TICKS_PER_QUARTER
_BAR = 4 * BEAT
_MOST_COST = 4.0
"""Notes further apart than four beats of length or two octaves are not the same."""

_NAME_WEIGHT, _CONTENT_WEIGHT = 3.0, 4.0
_RHYTHM_SHARE = 0.5
_STRIP_WEIGHT = 0.01
_STRIP = ("bank", "gain_db", "pan", "reverb_send", "muted", "solo")
_LEAST_LIKENESS = 3.0


def pair_tracks(present: Sequence[Fields], imported: Sequence[Fields]) -> Pairing:
    """Pair tracks by name, kind of instrument and what they play, the likest first."""
    pairing = Pairing(present, imported)
    olds, news = ([_Profile(track) for track in tracks] for tracks in (present, imported))
    likeness = [
        (-alike, abs(new - old), new, old)
        for new, one in enumerate(news)
        for old, other in enumerate(olds)
        if (alike := one.likeness(other)) >= _LEAST_LIKENESS
    ]
    for _, _, new, old in sorted(likeness):
        if pairing.is_free(new, old):
            pairing.pair(new, old)
    return pairing


class _Profile:
    """What tracks are compared by."""

    def __init__(self, track: Fields) -> None:
        self.name = track["name"].strip().casefold()
        self.program, self.role = track["program"], track["role"]
        self.percussion = track["percussion"]
        self.strip = [track[name] for name in _STRIP]
        self.notes = {(note["start"], note["pitch"]) for note in track["notes"]}
        self.starts = {note["start"] for note in track["notes"]}

    def likeness(self, other: _Profile) -> float:
        """Return 0 for nothing in common to about 10 for all."""
        points = _NAME_WEIGHT if self.name == other.name else 0.0
        points += 1.0 if self.program == other.program else 0.0
        points += 1.0 if self.role == other.role else 0.0
        points += 1.0 if self.percussion == other.percussion else -2.0
        played = max(
            _overlap(self.notes, other.notes), _RHYTHM_SHARE * _overlap(self.starts, other.starts)
        )
        # Only tells apart what is alike otherwise.
        points += _STRIP_WEIGHT * sum(map(eq, self.strip, other.strip))
        return points + _CONTENT_WEIGHT * played


def _overlap(one: set[Any], other: set[Any]) -> float:
    """Return how much of the smaller and larger set is common, 0 to 1 (Jaccard)."""
    together = len(one | other)
    return len(one & other) / together if together else 1.0


def pair_notes(
    present: Sequence[Fields],
    imported: Sequence[Fields],
    sung: Mapping[str, str],
    imported_sung: Mapping[str, str],
) -> Pairing:
    """Pair the notes of one track: equal ones, moved or transposed together, then the nearest.

    ``sung`` is the text on notes by their id, which tells apart notes that are equal otherwise.
    """
    pairing = Pairing(present, imported)
    if sung or imported_sung:
        pairing.same(
            lambda note: (*_whole(note), sung.get(note["id"])),
            lambda note: (*_whole(note), imported_sung.get(note["id"])),
        )
    pairing.same(_whole)
    pairing.same(itemgetter("start", "pitch"))
    pairing.shifted(itemgetter("pitch", "duration", "velocity"), "start")
    pairing.shifted(itemgetter("start", "duration"), "pitch")
    pairing.nearest(itemgetter("start"), BEAT, note_cost, _MOST_COST)
    pairing.nearest(itemgetter("start"), 0, note_cost, group=itemgetter("duration", "velocity"))
    pairing.only(itemgetter("pitch", "duration", "velocity"))
    return pairing


def note_cost(one: Fields, other: Fields) -> float:
    """Return how unlike two notes are: beats of start and length, half octaves, velocity."""
    return float(
        abs(one["start"] - other["start"]) / BEAT
        + abs(one["pitch"] - other["pitch"]) / 6
        + abs(one["duration"] - other["duration"]) / BEAT
        + abs(one["velocity"] - other["velocity"]) / 127
    )


_whole = itemgetter("start", "pitch", "duration", "velocity")


def pair_over_tracks(present: Sequence[Fields], imported: Sequence[Fields]) -> Pairing:
    """Pair notes that went to another track as they are."""
    pairing = Pairing(present, imported)
    pairing.same(_whole)
    pairing.same(itemgetter("start", "pitch", "duration"))
    return pairing


def pair_automation(present: Sequence[Fields], imported: Sequence[Fields]) -> Pairing:
    """Pair the values of one track, parameter by parameter."""
    pairing = Pairing(present, imported)
    pairing.same(itemgetter("parameter", "tick", "value"))
    pairing.same(itemgetter("parameter", "tick"))
    pairing.shifted(itemgetter("parameter", "value"), "tick")
    pairing.nearest(itemgetter("tick"), BEAT, group=itemgetter("parameter"))
    return pairing


def pair_chords(present: Sequence[Fields], imported: Sequence[Fields]) -> Pairing:
    """Pair chords by time and symbol."""
    symbol = itemgetter("root", "quality", "bass")
    pairing = Pairing(present, imported)
    pairing.same(itemgetter("start", "duration", "root", "quality", "bass"))
    pairing.same(itemgetter("start", "root", "quality", "bass"))
    pairing.shifted(itemgetter("duration", "root", "quality", "bass"), "start")
    pairing.same(itemgetter("start"))
    pairing.nearest(itemgetter("start"), _BAR, group=symbol)
    pairing.nearest(itemgetter("start"), BEAT)
    return pairing


def pair_sections(present: Sequence[Fields], imported: Sequence[Fields]) -> Pairing:
    """Pair sections, by name before place: a verse that moved is that verse."""
    pairing = Pairing(present, imported)
    pairing.same(lambda section: (*_stretch(section), section.get("kind")))
    pairing.same(_stretch)
    for names in (("start", "label"), ("label", "duration")):
        pairing.same(itemgetter(*names))
    pairing.same(lambda section: section["label"] or None)
    pairing.same(itemgetter("start"))
    return pairing


_stretch = itemgetter("start", "duration", "label")


def pair_changes(
    present: Sequence[Fields], imported: Sequence[Fields], values: Sequence[str]
) -> Pairing:
    """Pair tempo, meter or key changes; ``values`` names what they change to."""
    pairing = Pairing(present, imported)
    pairing.same(itemgetter("tick", *values))
    pairing.same(itemgetter("tick"))
    pairing.only(itemgetter(*values))
    return pairing


def pair_syllables(
    present: Sequence[Fields], imported: Sequence[Fields], starts: Mapping[str, int]
) -> Pairing:
    """Pair syllables by note and text; the notes of both have the present ids.

    ``starts`` are those of the notes; a syllable that went to another note within a bar is
    still the same.
    """
    pairing = Pairing(present, imported)
    pairing.same(itemgetter("note_id", "text"))
    pairing.same(itemgetter("note_id"))
    pairing.nearest(lambda item: starts.get(item["note_id"], 0), _BAR, group=itemgetter("text"))
    return pairing


def pair_lines(present: Sequence[Fields], imported: Sequence[Fields]) -> Pairing:
    """Pair lines of the lyrics by their text, those of one section first."""
    pairing = Pairing(present, imported)
    pairing.same(itemgetter("text", "section_id", "language"))
    pairing.same(itemgetter("text", "section_id"))
    pairing.same(itemgetter("text"))
    # Written anew, a line is still that line of its section.
    pairing.same(itemgetter("section_id"))
    return pairing
