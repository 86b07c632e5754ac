"""Makes the notes of one instrument playable: one key sounds one note at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from compositions.score.document import Note


def separate_overlaps(notes: Iterable[Note]) -> tuple[list[Note], int, int]:
    """Return ``notes`` without two of the same pitch sounding at once.

    The earlier of two overlapping notes ends where the later begins. Of notes that begin
    together the first in order stays, as long as the longest and as loud as the loudest.
    Returns (notes in derived order, how many were shortened, how many were merged).
    """
    last_of_pitch: dict[int, int] = {}
    result: list[Note] = []
    shortened = merged = 0
    for note in sorted(notes, key=lambda note: note.sort_key):
        place = last_of_pitch.get(note.pitch)
        before = result[place] if place is not None else None
        if place is not None and before is not None and before.end > note.start:
            if before.start == note.start:
                result[place] = replace(
                    before,
                    duration=max(before.duration, note.duration),
                    velocity=max(before.velocity, note.velocity),
                )
                merged += 1
                continue
            result[place] = replace(before, duration=note.start - before.start)
            shortened += 1
        last_of_pitch[note.pitch] = len(result)
        result.append(note)
    return result, shortened, merged
