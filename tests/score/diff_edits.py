"""What the tests of the musical diff do to the song: edits that can be put together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compositions.score.entities import Entities
from tests.score.edits import remove
from tests.score.songs import BAR, note

Edit = Callable[[Entities], None]
Case = tuple[str, Edit, Edit, str | tuple[str, ...]]
"""What it is, how to prepare the song, what is done to it, and what is told of it."""


def put(key: str, **fields: Any) -> Edit:
    """Set fields of one entity."""

    def edit(song: Entities) -> None:
        song[key] |= fields

    return edit


def shift(name: str, by: float, track: str, first: int = 1, last: int = 99) -> Edit:
    """Add ``by`` to a field of the notes of a track that begin in some bars."""

    def edit(song: Entities) -> None:
        for fields in notes(song, track, first, last):
            fields[name] += by

    return edit


def notes(song: Entities, track: str, first: int = 1, last: int = 99) -> list[dict[str, Any]]:
    return [
        fields
        for fields in song.values()
        if fields["kind"] == "note"
        and fields["track"] == track
        and first <= fields["start"] // BAR + 1 <= last
    ]


def every(*edits: Edit) -> Edit:
    def edit(song: Entities) -> None:
        for each in edits:
            each(song)

    return edit


def drop(*keys: str) -> Edit:
    def edit(song: Entities) -> None:
        for key in keys:
            remove(song, key)

    return edit


def add(**entities: dict[str, Any]) -> Edit:
    def edit(song: Entities) -> None:
        song.update({key: dict(fields) for key, fields in entities.items()})

    return edit


def apply(function: Callable[[dict[str, Any]], None], track: str, first: int, last: int) -> Edit:
    """Do something to each note of a track in some bars."""

    def edit(song: Entities) -> None:
        for fields in notes(song, track, first, last):
            function(fields)

    return edit


def halve(fields: dict[str, Any]) -> None:
    fields["duration"] //= 2


def in_bars(song: Entities, first: int, last: int) -> list[str]:
    """All that has a place in time in some bars, but sections."""
    found = []
    for key, fields in song.items():
        tick = fields.get("start", fields.get("tick"))
        if fields["kind"] != "section" and tick is not None and first <= tick // BAR + 1 <= last:
            found.append(key)
    return found


def move_bars(song: Entities, keys: list[str], bars: int) -> None:
    for key in keys:
        name = "start" if "start" in song[key] else "tick"
        song[key][name] += bars * BAR


def chorus_before_verse(song: Entities) -> None:
    verse, chorus = in_bars(song, 3, 6), in_bars(song, 7, 10)
    move_bars(song, [*verse, "verse"], 4)
    move_bars(song, [*chorus, "chorus"], -4)


def without_verse(song: Entities) -> None:
    for key in [*in_bars(song, 3, 6), "verse", "line1", "line2"]:
        if key in song:
            remove(song, key)
    move_bars(song, [*in_bars(song, 7, 12), "chorus", "bridge"], -4)


def verse_again(song: Entities) -> None:
    """Repeat the verse at the end."""
    for key in in_bars(song, 3, 6):
        copy = dict(song[key])
        copy["start" if "start" in copy else "tick"] += 10 * BAR
        song[f"again-{key}"] = copy
    song["verse2"] = song["verse"] | {"start": 12 * BAR}


def moved_notes(track: str, steps: list[int], first: int, last: int) -> Edit:
    """Move the notes of some bars by different amounts, over and over."""

    def edit(song: Entities) -> None:
        for number, fields in enumerate(notes(song, track, first, last)):
            fields["start"] += steps[number % len(steps)]

    return edit


def nothing(song: Entities) -> None:
    """The song as it is."""


def scale_starts(ratio: float) -> Edit:
    """Play bars 9-10 of the lead faster or slower from where they begin."""

    def edit(song: Entities) -> None:
        for fields in notes(song, "lead", 9, 10):
            fields["start"] = int(8 * BAR + (fields["start"] - 8 * BAR) * ratio)
            fields["duration"] = int(fields["duration"] * ratio)

    return edit


def new_track(song: Entities) -> None:
    song["strings"] = song["keys"] | {"name": "Strings", "program": 48, "position": 5.0}
    for bar in (1, 2):
        song[f"strings{bar}"] = note("strings", bar, 1)


def many_tracks(song: Entities) -> None:
    for number in range(5):
        song[f"t{number}"] = song["keys"] | {"name": f"Pad {number}", "position": 5.0 + number}
        song[f"t{number}-1"] = note(f"t{number}", 1, 1)


def chords(*symbols: tuple[int, str, str]) -> Edit:
    def edit(song: Entities) -> None:
        for bar, root, quality in symbols:
            song[f"c{bar}"] |= {"root": root, "quality": quality}

    return edit


def chords_up(step: int, first: int, last: int) -> Edit:
    names = ["C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B"]

    def edit(song: Entities) -> None:
        for bar in range(first, last + 1):
            root = song[f"c{bar}"]["root"]
            song[f"c{bar}"]["root"] = names[(names.index(root) + step) % 12]

    return edit


def points(track: str, parameter: str, ticks: list[int]) -> Edit:
    def edit(song: Entities) -> None:
        for number, tick in enumerate(ticks):
            song[f"p{number}"] = {
                "kind": "automation",
                "track": track,
                "tick": tick,
                "parameter": parameter,
                "value": 64.0 + number,
            }

    return edit


def until_next(song: Entities) -> None:
    """Let each note of the lead in bars 9-10 last until the next begins."""
    starts = sorted(fields["start"] for fields in notes(song, "lead", 9, 11))
    for fields in notes(song, "lead", 9, 10):
        fields["duration"] = (
            min(start for start in starts if start > fields["start"]) - fields["start"]
        )


def quantise(grid: int) -> Edit:
    """Put the notes of the lead in bars 9-10 on a grid."""
    return apply(lambda f: f.update(start=round(f["start"] / grid) * grid), "lead", 9, 10)


def each(field: str, value: Callable[[int], int]) -> Edit:
    """Give the notes of the lead in bars 9-10 one value after another."""

    def edit(song: Entities) -> None:
        for number, fields in enumerate(notes(song, "lead", 9, 10)):
            fields[field] = value(number)

    return edit


LOOSE = moved_notes("lead", [11, -9, 4, -6], 9, 10)
SIXTEENTHS = every(LOOSE, moved_notes("lead", [0, 120, 0, 240], 9, 10))
TRIPLETS = moved_notes("lead", [0, 320, 160, 0], 9, 9)
