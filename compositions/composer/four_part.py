"""Four-part writing: alto, tenor and bass under a given tune, as in hymns and chorales.

Dynamic programming (Viterbi) over the voicings of every beat on which the tune or the harmony
moves. The rules are those of common practice and their weights are set so that parallels,
crossings, gaps and motion come out as counted in Bach's 364 chorales (see
``benchmarks/voice_leading.py``): parallel fifths and octaves all but forbidden, no crossing, at
most an octave between upper neighbours, small steps and common tones, leading tones that rise
and sevenths that fall, no doubled leading tone, direct fifths and octaves of the outer voices
only where the tune steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import NDArray

from compositions.composer.events import Event
from compositions.composer.harmony import Changes
from compositions.composer.moments import NOTHING, Step, Tune, steps_of, velocity_of
from compositions.composer.part_lines import Lines
from compositions.composer.plan import SongPlan
from compositions.composer.rhythm import TICKS_PER_STEP
from compositions.composer.roman import Harmony
from compositions.composer.seeds import stream
from compositions.score.harmony import scale_pitch_classes

Ints = NDArray[np.int64]
Costs = NDArray[np.float64]

ALTO, TENOR, BASS = (53, 74), (47, 67), (40, 60)
"""Ranges of the written voices, about those of Bach's chorales."""
_BEAT = 480
_FIFTH_COST, _OCTAVE_COST = 60.0, 80.0
_DIRECT_COST, _OVERLAP_COST = 4.0, 2.5
_UNRESOLVED_LEADING, _UNRESOLVED_SEVENTH = 9.0, 7.0
_DOUBLED_LEADING, _DOUBLED_SEVENTH, _DOUBLED_THIRD = 14.0, 9.0, 2.0
_NO_THIRD, _NO_SEVENTH, _NO_FIFTH, _NO_ROOT = 12.0, 8.0, 2.0, 6.0
_INVERTED = 20.0


@dataclass(slots=True)
class Voices:
    """The written voices under a tune, each a line of notes."""

    alto: list[Event]
    tenor: list[Event]
    bass: list[Event]


def write_voices(
    plan: SongPlan, changes: Changes, tune: Sequence[Event], bass: tuple[int, int] = BASS
) -> Voices:
    """Return alto, tenor and bass for a whole song under its tune.

    ``bass`` is the range of whoever sings or plays it. Velocities are those of the sections.
    """
    line = sorted(tune, key=lambda event: event.start)
    steps = steps_of(plan, changes, line)
    if not steps:
        return Voices([], [], [])
    chosen = _lead(steps, bass)
    lines: list[list[Event]] = [[], [], []]
    for step, pitches in zip(steps, chosen, strict=True):
        velocity = velocity_of(plan, step.start)
        for voice, pitch in zip(lines, pitches, strict=True):
            voice.append(Event(step.start, step.end - step.start, pitch, velocity))
    _pass(plan, lines, line)
    low, high = _bass_range(bass)
    alto, tenor, lowest = _mended(plan, line, lines[::-1], steps, (ALTO, TENOR, (low, high)))
    return Voices(alto, tenor, lowest)


def _bass_range(bass: tuple[int, int]) -> tuple[int, int]:
    return max(bass[0], 36), max(min(bass[1], BASS[1]), bass[0] + 11)


def _mended(
    plan: SongPlan,
    tune: Sequence[Event],
    voices: list[list[Event]],
    steps: Sequence[Step],
    ranges: Sequence[tuple[int, int]],
) -> list[list[Event]]:
    """Return the voices with other notes where they still go in parallel with the tune.

    The path knows what the tune does between two moments only roughly.
    """
    lines = Lines(plan.end // TICKS_PER_STEP, [tune, *voices])
    if not lines.mend(steps, ranges):
        return voices
    known = {event.start: event.velocity for voice in voices for event in voice}

    def velocity(tick: int) -> int:
        return known.get(tick) or velocity_of(plan, tick)

    return [lines.events(number, velocity) for number in range(1, len(voices) + 1)]


# -- The voicings of a moment ----------------------------------------------------------------


@lru_cache(maxsize=8192)
def _voicings(
    classes: tuple[int, ...],
    root: int,
    lowest: tuple[int, ...],
    tune: int,
    leading: int,
    low: int,
    high: int,
) -> tuple[Ints, Costs]:
    """Return the voicings of a chord under a note, each (bass, tenor, alto), and their costs."""
    top = tune if tune != NOTHING else ALTO[1]
    tones = set(classes)
    basses = [p for p in range(low, high + 1) if p % 12 in lowest]
    basses = basses or [low + (lowest[0] - low) % 12]
    rows: list[tuple[int, int, int]] = []
    costs: list[float] = []
    ceiling = min(ALTO[1], top)
    floor = min(ALTO[0], ceiling - 9)
    for alto in range(floor, ceiling + 1):
        if alto % 12 not in tones:
            continue
        for tenor in range(min(TENOR[0], alto - 9), min(TENOR[1], alto) + 1):
            if tenor % 12 not in tones or alto - tenor > 12:
                continue
            for bass in basses:
                if bass <= tenor:
                    rows.append((bass, tenor, alto))
                    costs.append(
                        _static(classes, root, leading, (bass, tenor, alto), tune)
                        + _INVERTED * (bass % 12 != lowest[0])
                    )
    if not rows:  # a tune below every voice: let them go under it as they can
        bass = basses[0]
        return np.array([(bass, bass, max(bass, top - 3))]), np.array([50.0])
    return np.array(rows), np.array(costs)


def doubling(
    classes: tuple[int, ...], root: int, leading: int, counts: Sequence[int], *, whole: bool = True
) -> float:
    """Return the cost of the pitch classes that sound: what is missing, what is doubled.

    What is missing counts only for a ``whole`` chord, one in which all voices are written.
    """
    cost = 0.0
    for value in classes:
        times, step = counts.count(value), (value - root) % 12
        if not times and not whole:
            continue
        if step in (3, 4):
            cost += _NO_THIRD if not times else _DOUBLED_THIRD * max(0, times - 1)
        elif step in (10, 11):
            cost += _NO_SEVENTH if not times else _DOUBLED_SEVENTH * max(0, times - 1)
        elif step in (6, 7, 8):
            cost += _NO_FIFTH if not times else 1.0 * max(0, times - 1)
        elif step == 0:
            cost += _NO_ROOT if not times else 1.5 * max(0, times - 2)
        elif not times:
            cost += 3.0
    return cost + _DOUBLED_LEADING * max(0, counts.count(leading) - 1)


def _static(
    classes: tuple[int, ...], root: int, leading: int, voicing: tuple[int, int, int], tune: int
) -> float:
    bass, tenor, alto = voicing
    pitches = (*voicing, tune) if tune != NOTHING else voicing
    cost = doubling(classes, root, leading, [pitch % 12 for pitch in pitches])
    if tune != NOTHING:
        cost += 1.5 * max(0, tune - alto - 9) + 4.0 * (tune - alto > 12) + 4.0 * (tune == alto)
    cost += 0.8 * max(0, alto - tenor - 8) + 6.0 * (alto == tenor) + 5.0 * (tenor == bass)
    cost += 0.6 * max(0, tenor - bass - 16)
    if tenor - bass < 7 and bass < 48:
        cost += 3.0
    return cost + 0.12 * (abs(alto - 64) + abs(tenor - 57)) + 0.06 * abs(bass - 48)


# -- From one moment to the next -------------------------------------------------------------


def _lead(steps: Sequence[Step], bass: tuple[int, int]) -> list[tuple[int, ...]]:
    """Return the cheapest path: for each step (bass, tenor, alto)."""
    low, high = _bass_range(bass)
    layers = []
    for step, following in pairwise([*steps, None]):
        if step is None:  # pragma: no cover - only the last of the pairs is None
            continue
        leading = leading_tone(step.harmony, following.harmony if following else None)
        layers.append(
            _voicings(
                step.harmony.pitch_classes, step.harmony.root, step.basses, step.tune, leading,
                low, high,
            )
        )  # fmt: skip
    total = layers[0][1]
    links: list[Ints] = []
    for index in range(1, len(steps)):
        one, other = steps[index - 1], steps[index]
        cost = total[:, None] + _motion(layers[index - 1][0], layers[index][0], one, other)
        # Rounded, so that a last bit on another processor makes no other music.
        cost = np.round(cost, 4)
        links.append(np.argmin(cost, axis=0))
        total = np.min(cost, axis=0) + layers[index][1]
    place = int(np.argmin(np.round(total, 4)))
    path = [tuple(int(p) for p in layers[-1][0][place])]
    for index in range(len(links) - 1, -1, -1):
        place = int(links[index][place])
        path.append(tuple(int(p) for p in layers[index][0][place]))
    return path[::-1]


def leading_tone(harmony: Harmony, following: Harmony | None) -> int:
    """The third of a dominant that falls a fifth (or turns to the sixth degree), else -1."""
    if following is None or (harmony.root + 4) % 12 not in harmony.pitch_classes:
        return -1
    if (following.root - harmony.root) % 12 in (5, 2, 1) and following.root != harmony.root:
        leads = (harmony.root + 4) % 12
        return leads if (leads + 1) % 12 in following.pitch_classes else -1
    return -1


def _motion(before: Ints, after: Ints, one: Step, other: Step) -> Costs:
    """Return the cost of every way from the voicings of a step to those of the next."""
    old = [before[:, None, voice] for voice in range(3)]
    new = [after[None, :, voice] for voice in range(3)]
    moves = [b - a for a, b in zip(old, new, strict=True)]
    cost = 0.35 * np.abs(moves[0]) + 0.9 * np.abs(moves[1]) + 0.9 * np.abs(moves[2])
    cost = cost + 4.0 * (np.abs(moves[0]) > 12) + 1.0 * (np.abs(moves[0]) == 6)
    for move in moves[1:]:  # inner voices step, and leap no further than they must
        size = np.abs(move)
        cost = cost + 0.8 * (size > 2) + 2.5 * (size > 4) + 2.0 * (size > 5) + 3.0 * (size > 7)
    for low in range(3):
        for high in range(low + 1, 3):
            cost = cost + parallel_cost(old[low], old[high], new[low], new[high])
    for high, low in ((2, 1), (1, 0)):  # a voice beyond where its neighbour was
        cost = cost + _OVERLAP_COST * ((new[low] > old[high]) | (new[high] < old[low]))
    if other.tune != NOTHING:
        # The note just before sounds on; that of the last step was heard on the beat, too.
        for pitch, share in ((one.tune, 0.6), (other.before, 1.0)):
            if pitch == NOTHING:
                continue
            tune, target = np.array(pitch), np.array(other.tune)
            for voice in range(3):
                cost = cost + share * parallel_cost(old[voice], tune, new[voice], target)
            if abs(other.tune - pitch) > 2:
                same_way = moves[0] * (other.tune - pitch) > 0
                arrives = np.isin((target - new[0]) % 12, (0, 7))
                cost = cost + share * _DIRECT_COST * (same_way & arrives)
    return cost + _tendencies(old, moves, one.harmony, other.harmony)


def parallel_cost(low: Ints, high: Ints, low_next: Ints, high_next: Ints) -> Costs:
    """Cost of parallel (or contrary) fifths, octaves and unisons between two voices."""
    interval = (high - low) % 12
    stays = interval == (high_next - low_next) % 12
    moved = (low_next != low) & (high_next != high)
    similar = (low_next - low) * (high_next - high) > 0
    weight = np.where(similar, 1.0, 0.2)
    bad = stays & moved
    return weight * (_FIFTH_COST * (bad & (interval == 7)) + _OCTAVE_COST * (bad & (interval == 0)))


def _tendencies(old: list[Ints], moves: list[Ints], harmony: Harmony, following: Harmony) -> Costs:
    """Leading tones rise (an inner one may fall a third), sevenths fall or stay."""
    cost: Costs = np.zeros(np.broadcast(old[0], moves[0]).shape)
    if following == harmony:
        return cost
    leading = leading_tone(harmony, following)
    seventh = next(
        ((harmony.root + s) % 12 for s in (10, 11) if (harmony.root + s) % 12
         in harmony.pitch_classes), -1)  # fmt: skip
    for voice in range(3):
        if leading >= 0:
            wrong = (old[voice] % 12 == leading) & (moves[voice] != 1)
            eased = np.where((voice > 0) & (moves[voice] == -4), 0.3, 1.0)
            cost = cost + _UNRESOLVED_LEADING * eased * wrong
        if seventh >= 0:
            free = np.isin(moves[voice], (0, -1, -2))
            cost = cost + _UNRESOLVED_SEVENTH * ((old[voice] % 12 == seventh) & ~free)
    return cost


# -- Passing notes ---------------------------------------------------------------------------


def _pass(plan: SongPlan, lines: list[list[Event]], tune: Sequence[Event]) -> None:
    """Fill thirds by a passing eighth, one voice at a time, wherever that makes no parallels."""
    struck = list(zip(*lines, strict=True))
    added: list[list[Event]] = [[], [], []]
    streams: dict[str, Random] = {}
    heard = Tune(tune)
    for now, then in pairwise(struck):
        section = plan.section_at(min(plan.bars - 1, plan.bar_at(now[0].start)))
        if section.uid not in streams:
            streams[section.uid] = stream(plan.seed, section.uid, "chords", "passing")
        rng = streams[section.uid]
        draw = rng.random()
        at = then[0].start - _BEAT // 2
        if now[0].duration < _BEAT or draw > 0.3 + 0.4 * section.energy:
            continue
        key = plan.key_of(section)
        scale = set(scale_pitch_classes(key.tonic, key.mode))
        tune_to = (heard.before(at), heard.at(at))
        tune_from = (heard.before(then[0].start), heard.at(then[0].start))
        voices = [v for v in range(3) if abs(then[v].pitch - now[v].pitch) in (3, 4)]
        rng.shuffle(voices)
        for voice in voices:
            way = (now[voice].pitch, _between(now[voice].pitch, then[voice].pitch, scale),
                   then[voice].pitch)  # fmt: skip
            beside = [(now[v].pitch, then[v].pitch) for v in range(3) if v != voice]
            to = [(held, held) for held, _ in beside]
            if _clean(way[:2], [*to, tune_to]) and _clean(way[1:], [*beside, tune_from]):
                now[voice].duration -= _BEAT // 2
                velocity = max(1, now[voice].velocity - 5)
                added[voice].append(Event(at, _BEAT // 2, way[1], velocity))
                break
    for line, passing in zip(lines, added, strict=True):
        line += passing
        line.sort(key=lambda event: event.start)


def _between(one: int, other: int, scale: set[int]) -> int:
    """Return the note of the scale between two notes a third apart, :data:`NOTHING` for none."""
    side = 1 if other > one else -1
    for step in (2, 1):
        pitch = one + side * step
        if pitch % 12 in scale and 0 < abs(other - pitch) <= 2:
            return pitch
    return NOTHING


def _clean(way: tuple[int, ...], others: Sequence[tuple[int, int]]) -> bool:
    """Whether a voice can take a step to or from a passing note: no parallels, no rub."""
    a, c = way
    if NOTHING in way:
        return False
    for b, d in others:
        if NOTHING in (b, d):
            continue
        if (c - a) * (d - b) > 0 and abs(a - b) % 12 == abs(c - d) % 12 in (0, 7):
            return False
        if abs(c - d) <= 1 and abs(c - d) != abs(a - b):
            return False
    return True
