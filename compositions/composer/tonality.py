"""Keys inside a song: related keys, and which sections move to one.

A song may leave its key for a bridge, which is prepared and led back, or lift its last
chorus by a step, as styles do by their data (``harmony.keys``) or as the musician asks. The
share of the song outside its key stays small unless it was asked for, so that the ear (and
any key finder) still hears the song in one key.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compositions.composer.spec import KeyRequest
from compositions.composer.styles import Style
from compositions.score.document import Mode
from compositions.score.harmony import (
    MINOR_MODES,
    fifths,
    key_signature_fifths,
    note_name_at_fifths,
    pitch_class,
)

if TYPE_CHECKING:
    from compositions.composer.plan import PlannedSection

LARGEST_SHARE = 0.26
"""The part of a song that may leave its key when nobody asked for it."""
_SHORTEST_SONG = 24
_STEPS = {"dominant": 7, "subdominant": 5, "mediant": 4, "flat mediant": 3, "submediant": 8}
RELATIONS = frozenset({*_STEPS, "relative", "parallel"} | {f"up {n}" for n in range(1, 12)}
                      | {f"down {n}" for n in range(1, 12)})  # fmt: skip
"""The ways a key can be named from the key of the song; semitones for "up" and "down"."""


@dataclass(frozen=True, slots=True)
class LocalKey:
    """A key: spelled tonic and mode."""

    tonic: str
    mode: Mode

    @property
    def tonic_class(self) -> int:
        """Pitch class of the tonic."""
        return pitch_class(self.tonic)

    @property
    def minor(self) -> bool:
        """True for a mode with a minor third."""
        return self.mode in MINOR_MODES and self.mode is not Mode.BLUES


def nearest_tonic(value: int, mode: Mode) -> str:
    """Return the spelling of a tonic with the fewest accidentals (Db, not C#, major)."""
    names = [note_name_at_fifths(place) for place in range(-8, 12)]
    names = [name for name in names if pitch_class(name) == value % 12]
    return min(names, key=lambda name: (abs(key_signature_fifths(name, mode)), fifths(name)))


def related_key(home: LocalKey, relation: str) -> LocalKey:
    """Return the key that a relation names: "dominant", "relative", "up 2", "E minor".

    Raises ``ValueError`` for words that name no key.
    """
    words = relation.split()
    if relation == "relative":
        step = 3 if home.minor else 9
        mode = Mode.MAJOR if home.minor else Mode.MINOR
        return LocalKey(nearest_tonic(home.tonic_class + step, mode), mode)
    if relation == "parallel":
        return LocalKey(home.tonic, Mode.MAJOR if home.minor else Mode.MINOR)
    if relation in _STEPS:
        return _moved(home, _STEPS[relation])
    if len(words) == 2 and words[0] in ("up", "down") and words[1].isdigit():
        return _moved(home, int(words[1]) * (1 if words[0] == "up" else -1))
    if not words:
        raise ValueError("an empty text names no key")
    pitch_class(words[0])
    mode = Mode("_".join(words[1:]).lower()) if len(words) > 1 else home.mode
    return LocalKey(words[0], mode)


def _moved(home: LocalKey, semitones: int) -> LocalKey:
    return LocalKey(nearest_tonic(home.tonic_class + semitones, home.mode), home.mode)


def with_keys(
    sections: Sequence[PlannedSection],
    home: LocalKey,
    style: Style,
    asked: Sequence[KeyRequest] | None,
    rng: random.Random,
    *,
    chords_given: bool = False,
) -> tuple[PlannedSection, ...]:
    """Return the sections with the keys they move to.

    ``asked`` are the musician's own changes; an empty sequence forbids any, None leaves it to
    the style. ``chords_given`` keeps a song of asked chords in its key.
    """
    if asked is not None:
        return _as_asked(sections, home, asked)
    bars = sum(section.bars for section in sections)
    if chords_given or bars < _SHORTEST_SONG or home.mode not in (Mode.MAJOR, Mode.MINOR):
        return tuple(sections)
    keys = style.harmony["keys"]
    lift = _drawn(keys.get("last_chorus", {}), rng)
    bridge = _drawn(keys.get("bridge", {}), rng)
    # One departure is enough for a song: the lift wins, because it ends the song.
    for place, relation in (("last chorus", lift), ("bridge", bridge)):
        if not relation:
            continue
        moved = _as_asked(sections, home, (KeyRequest(place, relation),))
        away = sum(section.bars for section in moved if section.tonic)
        if 0 < away <= LARGEST_SHARE * bars:
            return moved
    return tuple(sections)


def _drawn(weights: dict[str, float], rng: random.Random) -> str:
    """Return a relation by its probability; what is left of 1 is staying at home."""
    draw = rng.random()
    for relation, chance in weights.items():
        draw -= chance
        if draw < 0:
            return relation
    return ""


def _as_asked(
    sections: Sequence[PlannedSection], home: LocalKey, asked: Sequence[KeyRequest]
) -> tuple[PlannedSection, ...]:
    found = list(sections)
    for request in asked:
        key = related_key(home, request.move)
        for index in _places(found, request.section):
            away = key != home
            found[index] = replace(
                found[index], tonic=key.tonic if away else "", mode=key.mode if away else None
            )
    return tuple(found)


def _places(sections: Sequence[PlannedSection], where: str) -> range | list[int]:
    """Return the sections that a place names.

    "end" and "last chorus" hold on to the end of the song; "last verse" and "chorus 2" name
    one section, a kind alone all of its kind. What the form lacks falls to the place in it
    where songs change key; a song of one section stays at home.
    """
    count = len(sections)
    if count < 2:
        return []
    kinds = [section.kind for section in sections]
    words = where.replace("-", "_").split()
    if where in ("end", "last chorus") or not words:
        return range(_lift_at(sections), count)
    if words[0] == "last" and words[-1] in kinds:
        return [count - 1 - kinds[::-1].index(words[-1])]
    places = [index for index, kind in enumerate(kinds) if kind == words[0]]
    if len(words) == 2 and words[1].isdigit():
        places = places[int(words[1]) - 1 : int(words[1])]
    places = [index for index in places if index]  # the song begins in its key
    return places or [min(count - 1, max(1, count * 2 // 3))]


def _lift_at(sections: Sequence[PlannedSection]) -> int:
    """The last chorus, drop, head or verse that came before, else the last section."""
    for kinds in (("chorus", "drop"), ("head", "verse")):
        for index in range(len(sections) - 1, 0, -1):
            section = sections[index]
            if section.kind in kinds and section.occurrence:
                return index
    for index in range(len(sections) - 1, 0, -1):
        if sections[index].kind in ("chorus", "drop"):
            return index
    return len(sections) - 1
