"""How much two songs of one style have in common: rhythm patterns and progressions.

A style that always plays its one pattern makes every song sound like the same template.
The measures read the written score, so they judge what is heard and not what was planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from compositions.score.document import Chord, Score, Track
from compositions.score.harmony import pitch_class
from compositions.score.performed import performed

_GHOST = 50
_ACCOMPANIMENT = ("drums", "percussion", "bass", "chords", "arpeggio")
_WINDOW = 4
_STEP = 120


@dataclass(frozen=True, slots=True)
class Overlap:
    """Mean overlap 0..1 over all pairs of songs, and that of the most alike pair.

    ``rhythm`` is the share of accompaniment bars whose pattern the other song plays too
    (drums and percussion by piece and step, pitched parts by step), averaged over the
    parts both songs have. ``progression`` is the share of four-chord windows, as degrees
    and thirds, that the other song has too. None when there is nothing to compare.
    """

    rhythm: float | None
    progression: float | None
    worst_rhythm: float | None
    worst_progression: float | None


def cross_song_overlap(scores: Sequence[Score]) -> Overlap:
    """Return how alike songs are, pair by pair; give it songs of one style."""
    rhythms = [_rhythms(score) for score in scores]
    chords = [_progressions(score) for score in scores]
    rhythm, progression = [], []
    for one, other in combinations(range(len(scores)), 2):
        shared = [role for role in rhythms[one] if role in rhythms[other]]
        if shared:
            shares = [_share(rhythms[one][role], rhythms[other][role]) for role in shared]
            rhythm.append(sum(shares) / len(shares))
        if chords[one] and chords[other]:
            progression.append(_share(chords[one], chords[other]))
    return Overlap(
        _mean(rhythm), _mean(progression), max(rhythm, default=None), max(progression, default=None)
    )


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _share(one: Counter[object], other: Counter[object]) -> float:
    """Items that both hold, over the smaller of the two."""
    return (one & other).total() / min(one.total(), other.total())


def _rhythms(score: Score) -> dict[str, Counter[object]]:
    """Return the one-bar patterns of each accompanying role as played, without ghost notes."""
    bar = score.meters[0].ticks_per_bar
    found: dict[str, Counter[object]] = {}
    for track in performed(score).tracks:
        if track.role.value in _ACCOMPANIMENT and track.notes:
            patterns = found.setdefault(track.role.value, Counter())
            patterns.update(_bars(track, bar))
    return {role: patterns for role, patterns in found.items() if patterns}


def _bars(track: Track, bar: int) -> list[object]:
    bars: dict[int, set[tuple[int, int]]] = {}
    for note in track.notes:
        if track.percussion and note.velocity < _GHOST:
            continue
        step = round(note.start / _STEP)
        index, place = divmod(step, bar // _STEP)
        bars.setdefault(index, set()).add((place, note.pitch if track.percussion else 0))
    return [frozenset(pattern) for _, pattern in sorted(bars.items())]


def _progressions(score: Score) -> Counter[object]:
    """Return the windows of four successive chords as (degree, third) pairs."""
    tonic = pitch_class(score.keys[0].tonic)
    steps = [((pitch_class(chord.root) - tonic) % 12, _minor(chord)) for chord in score.chords]
    return Counter(tuple(steps[index : index + _WINDOW]) for index in range(len(steps) - 3))


def _minor(chord: Chord) -> bool:
    return chord.quality.startswith(("m", "dim")) and not chord.quality.startswith("maj")
