"""Ensembles in voices: string quartets, brass and wind groups, choirs of their own.

A closed band of players that each have one line (bowed, blown or sung) is written in parts,
a track for every player. "Quartet" and the like say how many there are: a string quartet has
two violins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from compositions.composer.plan import SongPlan
from compositions.composer.styles import Instrument, instruments

FIGURE = "part"
"""What a seat plays that has a line of an ensemble below the tune."""
LEAST, MOST = 3, 6
_FAMILIES = frozenset({"strings", "brass", "reeds", "winds", "voice"})
_MANY = frozenset({"Strings", "Slow Strings", "Tremolo Strings", "Brass", "Synth Voice"})
"""Sections that one sound stands for: no single lines."""
_SIZES = (
    (3, r"\b(?:trios?|tr[ií]os?|ter[cz]ett\w*)\b"),
    (
        4,
        r"(?:quartet\w*|cuartetos?|quatuors?|(?:brass|clarinet|flute|horn|recorder|trombone|sax\w*)"
        r"\s+choir)\b",
    ),
    (5, r"(?:quintet\w*)\b"),
    (6, r"(?:se[xs]tet\w*|sextuor)\b"),
)
_CHOIR = ("Soprano", "Alto", "Tenor", "Bass")
_CHOIR_RANGES = ((60, 79), (53, 74), (47, 67), (40, 60))
_NUMBERS = ("I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True, slots=True)
class Player:
    """One player of an ensemble: the name of the track, the instrument and its range here."""

    name: str
    instrument: Instrument
    low: int
    high: int


def players_for(plan: SongPlan, asked: Sequence[Instrument]) -> list[Player]:
    """Return the players of an ensemble from the highest to the lowest, none for other bands."""
    unwanted = set(plan.spec.unwanted.value or ())
    if not asked or not plan.spec.instruments_only.value or "lead" in unwanted:
        return []
    if any(one.family not in _FAMILIES or one.envelope != "sustain" for one in asked):
        return []
    kinds = {one.name for one in asked}
    named = _named(plan.spec.prompt)
    if kinds <= {"Choir", "Voice"}:
        return _choir(kinds) if "Choir" in kinds or named == len(_CHOIR) else []
    if kinds & _MANY or "bass" in unwanted:
        return []
    count = named or len(asked)
    if not LEAST <= max(count, len(asked)) <= MOST or len(asked) > max(5, count):
        return []
    high_first = sorted({one.name: one for one in asked}.values(), key=_brightness)
    extra = max(0, count - len(asked))
    band: list[Instrument] = []
    for place, one in enumerate(high_first):
        times = extra // len(high_first) + (place < extra % len(high_first))
        band += [one] * (1 + times)
    if "lead" not in band[0].roles and "vocal" not in band[0].roles:
        return []
    return [_player(band, place) for place in range(len(band))]


def _named(prompt: str) -> int:
    found = [size for size, word in _SIZES if re.search(word, prompt, re.IGNORECASE)]
    return found[0] if len(found) == 1 else 0


def _brightness(one: Instrument) -> tuple[int, str]:
    return -(one.low + one.high), one.name


def _choir(kinds: set[str]) -> list[Player]:
    """Four voices; the first is a soloist where one is asked for."""
    found = []
    for place, (name, (low, high)) in enumerate(zip(_CHOIR, _CHOIR_RANGES, strict=True)):
        solo = "Voice" in kinds and (place == 0 or "Choir" not in kinds)
        one = instruments()["Voice" if solo else "Choir"]
        found.append(Player(f"{one.name} {name}", one, low, high))
    return found


def _player(band: Sequence[Instrument], place: int) -> Player:
    """The player of a place; several of a kind are numbered and share the range."""
    one = band[place]
    number = sum(other is one for other in band[:place])
    alike = sum(other is one for other in band)
    name = f"{one.name} {_NUMBERS[number]}" if alike > 1 else one.name
    low, high = one.low, one.high
    if place == 0:
        # Room below for the others: the tune keeps off the notes that they need.
        below = len({other.name for other in band})
        low = min(high - 17, low + (high - low) // 3 if below == 1 else low + 5)
    return Player(name, one, low, high)
