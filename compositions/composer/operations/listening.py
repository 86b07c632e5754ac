"""What a score that says little (an imported file, say) sounds like: roles and chords."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from compositions.composer.keyfinder import find_key
from compositions.composer.roman import Harmony, roman_of
from compositions.score.document import KeyChange, Mode, Note, Score, Track, TrackRole
from compositions.score.harmony import MINOR_MODES, chord_intervals, pitch_class

_QUALITIES = ("", "m", "7", "maj7", "m7", "dim")
# What a quality costs: a triad is the simpler explanation of the same notes.
_COST = {"": 0.0, "m": 0.0, "7": 0.09, "maj7": 0.1, "m7": 0.08, "dim": 0.12}


def role_of(track: Track) -> TrackRole:
    """Return what a track does: its role, or for "other" what its notes look like."""
    if track.role is not TrackRole.OTHER:
        return track.role
    if track.percussion:
        return TrackRole.DRUMS
    if not track.notes:
        return TrackRole.OTHER
    starts: dict[int, int] = {}
    for note in track.notes:
        starts[note.start // 60] = starts.get(note.start // 60, 0) + 1
    thick = sum(count >= 3 for count in starts.values()) / len(starts)
    mean = sum(note.pitch for note in track.notes) / len(track.notes)
    if thick > 0.3:
        return TrackRole.CHORDS
    return TrackRole.BASS if mean < 50 else TrackRole.LEAD


def sounding_key(score: Score) -> KeyChange:
    """Return the key that the notes point to; the written one when they say nothing."""
    found = find_key(score)
    if found is None:
        return score.keys[0] if score.keys else KeyChange("", 0, "C", Mode.MAJOR)
    names = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    mode = Mode.MINOR if found.minor else Mode.MAJOR
    return KeyChange("", 0, names[found.tonic], mode)


def weights_of(notes: Iterable[Note], start: int, length: int) -> list[float]:
    """Return twelve sounding times in a stretch; its beginning and low notes count more."""
    weights = [0.0] * 12
    for note in notes:
        sounding = min(note.end, start + length) - max(note.start, start)
        if sounding > 0:
            early = 1.5 if note.start <= start + 60 else 1.0
            low = 1.3 if note.pitch < 52 else 1.0
            weights[note.pitch % 12] += sounding / length * early * low
    return weights


def diatonic_harmonies(key: KeyChange) -> list[Harmony]:
    """Return the chords that a key knows, with the major dominant of minor."""
    tonic = pitch_class(key.tonic)
    minor = key.mode in MINOR_MODES
    steps: tuple[tuple[int, str], ...]
    if minor:
        steps = ((0, "m"), (2, "dim"), (3, ""), (5, "m"), (7, "m"), (7, ""), (7, "7"), (8, ""),
                 (10, ""))  # fmt: skip
    else:
        steps = ((0, ""), (2, "m"), (4, "m"), (5, ""), (7, ""), (7, "7"), (9, "m"), (11, "dim"))
    return [
        Harmony(
            (tonic + step) % 12, quality, roman_of((tonic + step) % 12, quality, tonic, key.mode)
        )
        for step, quality in steps
    ]


def fit(weights: Sequence[float], harmony: Harmony) -> float:
    """Return how well sounding pitch classes fit a chord, -1 (not at all) to about 1."""
    total = sum(weights)
    if total == 0:
        return 0.0
    tones = {(harmony.root + step) % 12 for step in chord_intervals(harmony.quality)}
    inside = sum(weights[tone] for tone in tones)
    clash = sum(
        weights[value]
        for value in range(12)
        if value not in tones and (value - 1) % 12 in tones and weights[value] > 0
    )
    root = 0.15 * weights[harmony.root] / total
    return (2.0 * inside - total - 0.4 * clash) / total + root


def guess_chords(score: Score, key: KeyChange, starts: Sequence[int], length: int) -> list[Harmony]:
    """Return the likeliest chord from each start: the Viterbi path over chords.

    Templates of triads and sevenths are matched with what sounds (as in T. Fujishima,
    "Realtime chord recognition of musical sound", 1999), chords of the key are preferred,
    and staying costs less than moving.
    """
    tonic = pitch_class(key.tonic)
    home = {(entry.root, entry.quality) for entry in diatonic_harmonies(key)}
    candidates = [
        Harmony(root, quality, roman_of(root, quality, tonic, key.mode))
        for root in range(12)
        for quality in _QUALITIES
    ]
    notes = [n for track in score.tracks if not track.percussion for n in track.notes]
    rows = []
    for start in starts:
        weights = weights_of(notes, start, length)
        rows.append(
            [
                round(
                    fit(weights, entry)
                    - _COST[entry.quality]
                    + (0.25 if (entry.root, entry.quality) in home else 0.0),
                    9,
                )
                for entry in candidates
            ]
        )
    return [candidates[index] for index in best_path(rows, candidates)]


def best_path(rows: Sequence[Sequence[float]], candidates: Sequence[Harmony]) -> list[int]:
    """Return the indexes of the best sequence of chords for rows of scores."""
    if not rows:
        return []
    totals = list(rows[0])
    back: list[list[int]] = []
    for row in rows[1:]:
        links, following = [], []
        for index, value in enumerate(row):
            best, from_ = -math.inf, 0
            for before, total in enumerate(totals):
                step = total + _motion(candidates[before], candidates[index])
                if step > best + 1e-9:
                    best, from_ = step, before
            links.append(from_)
            following.append(best + value)
        back.append(links)
        totals = following
    index = max(range(len(totals)), key=lambda place: (round(totals[place], 9), -place))
    path = [index]
    for links in reversed(back):
        index = links[index]
        path.append(index)
    return path[::-1]


def _motion(before: Harmony, after: Harmony) -> float:
    """How well one chord follows another: falling fifths best, and steps before thirds."""
    step = (after.root - before.root) % 12
    return {5: 0.12, 7: 0.04, 2: 0.03, 10: 0.03, 9: 0.03, 8: 0.02, 3: 0.0, 4: 0.0, 0: 0.06}.get(
        step, -0.08
    )
