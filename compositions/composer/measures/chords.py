"""Do the written chords follow those that were asked for, and do they sound?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compositions.composer.roman import resolve
from compositions.score.document import Chord, Mode, Score, Section
from compositions.score.harmony import chord_pitch_classes, pitch_class

_SUPPORT = 0.5
_TOUCH = 60
_FRAMES = ("intro", "outro")


def chords_obeyed(score: Score, asked: Mapping[str, Sequence[str]]) -> float | None:
    """Return the share of written chords that are the asked ones in their order and sound.

    ``asked`` maps section kinds ("" is everywhere) to chord texts, played in a loop. Each
    section that the request covers begins the loop anew; intro and outro only count when
    they were asked for by kind, and the very last chord may close on the tonic. A chord
    sounds when half of the accompaniment's time during it is on its notes. None when the
    song has no section that the request covers. Raises ``ValueError`` for chord texts that
    are not understood.
    """
    chords = sorted(score.chords, key=lambda chord: chord.start)
    good = total = 0
    for section in score.sections or (Section("", 0, score.end, ""),):
        names = asked.get(section.kind) or (() if section.kind in _FRAMES else asked.get("", ()))
        loop = _roots(names, score, section.start)
        inside = [chord for chord in chords if section.start <= chord.start < section.end]
        if section.end >= score.end and len(inside) > 1:
            inside = inside[:-1]
        if loop:
            good += sum(_sounds(score, chord) for chord in _matched(inside, loop))
            total += len(inside)
    return good / total if total else None


def _roots(names: Sequence[str], score: Score, tick: int) -> tuple[int, ...]:
    """Return the roots asked for in the key of a place: a change of key moves chords along."""
    tonic = pitch_class(score.keys[0].tonic) if score.keys else 0
    mode = score.keys[0].mode if score.keys else Mode.MAJOR
    here = [pitch_class(key.tonic) for key in score.keys if key.tick <= tick]
    step = here[-1] - tonic if here else 0
    return tuple((resolve(name, tonic, mode).root + step) % 12 for name in names)


def _matched(chords: Sequence[Chord], loop: Sequence[int]) -> list[Chord]:
    """Return the chords that follow the loop; a chord may be held or struck again."""
    found, place = [], -1
    for chord in chords:
        root = pitch_class(chord.root)
        after = (place + 1) % len(loop)
        if root == loop[after]:
            place = after
        elif place < 0 or root != loop[place]:
            continue
        found.append(chord)
    return found


def _sounds(score: Score, chord: Chord) -> bool:
    classes = frozenset(chord_pitch_classes(chord))
    inside = total = 0
    for track in score.tracks:
        if track.percussion or track.role.value in ("lead", "vocal"):
            continue
        walks = track.role.value == "bass"
        for note in track.notes:
            if walks and abs(note.start - chord.start) > _TOUCH:
                continue
            span = min(note.end, chord.end) - max(note.start, chord.start)
            if span > 0:
                total += span
                inside += span if note.pitch % 12 in classes else 0
    return total == 0 or inside >= _SUPPORT * total
