"""The learned sense of melody: what it was trained on, what it can tell, and that it is exact."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from compositions.composer.melody_model.features import (
    FEATURES,
    GROUPS,
    HIGHEST,
    LOWEST,
    NO_PITCH,
    PITCHES,
    Line,
    Setting,
    columns,
    number_of,
)
from compositions.composer.melody_model.network import WEIGHTS, load_network, weights_sha256
from compositions.composer.melody_model.prior import MelodyMemory

JIG = Setting((6, 8), "major")

# "The Irish Washerwoman", traditional: semitones above G for each eighth of eight bars.
TUNE = [
    7, 4, 0, 0, -5, 0, 0, 4, 0, 4, 7, 5,
    2, 2, 2, -3, 2, 2, 2, 5, 2, 5, 9, 7,
    4, 0, 0, -5, 0, 0, 0, 4, 0, 4, 7, 4,
    5, 9, 5, 4, 7, 4, 2, 4, 2, 0, 0, 0,
]  # fmt: skip


def bits(pitches: list[int], setting: Setting = JIG) -> float:
    memory = MelodyMemory(load_network(), setting, 67)
    costs = [memory.hear(place * 0.5, 0.5, 67 + pitch) for place, pitch in enumerate(pitches)]
    return sum(costs) / len(costs)


def test_the_weights_are_those_whose_origin_is_written_down() -> None:
    about = json.loads(WEIGHTS.with_suffix(".json").read_text())
    assert about["sha256"] == weights_sha256()
    assert about["held_out"]["bits_per_note"] <= 2.05
    assert WEIGHTS.stat().st_size < 2_000_000
    assert "essen" not in json.dumps(about["corpus"]).lower()


def test_a_real_tune_is_likelier_than_its_notes_in_any_order() -> None:
    rng = random.Random(3)
    real = bits(TUNE)
    for _ in range(5):
        shuffled = rng.sample(TUNE, len(TUNE))
        assert bits(shuffled) > real + 0.5


def test_a_wrong_note_costs_more() -> None:
    rng = random.Random(5)
    worse = 0
    for _ in range(20):
        wrong = list(TUNE)
        wrong[rng.randrange(4, len(TUNE))] += rng.choice((-1, 1, 6))
        worse += bits(wrong) > bits(TUNE)
    assert worse >= 18


def test_what_was_heard_a_few_bars_ago_is_expected_again() -> None:
    odd = [0, 11, 3, 8, 1, 6]  # six tones that no tune has in this order
    once, again = MelodyMemory(load_network(), JIG, 67), MelodyMemory(load_network(), JIG, 67)
    for place, pitch in enumerate(odd * 4):
        again.hear(place * 0.5, 0.5, 67 + pitch)
    first = sum(once.hear(place * 0.5, 0.5, 67 + pitch) for place, pitch in enumerate(odd))
    later = sum(again.hear(12 + place * 0.5, 0.5, 67 + pitch) for place, pitch in enumerate(odd))
    assert later < 0.6 * first


def test_a_beam_reads_as_one_listener_does() -> None:
    ladder = list(range(60, 85))
    memory = MelodyMemory(load_network(), JIG, 67)
    for place, pitch in enumerate(TUNE[:13]):
        memory.hear(place * 0.5, 0.5, 67 + pitch)
    beam = memory.fork()
    for place, pitch in enumerate(TUNE[13:], start=13):
        expected = beam.bits(place * 0.5, 0.5, ladder)[0][ladder.index(67 + pitch)]
        # Beside the tune itself another line is carried along; it must not disturb it.
        beam.keep([0, 0], [67 + pitch, 67])
        assert memory.hear(place * 0.5, 0.5, 67 + pitch) == pytest.approx(expected, abs=2e-3)


def test_the_bits_of_all_pitches_are_chances() -> None:
    network = load_network()
    states = network.step(
        network.start(3), np.repeat(columns(Line([], []), 0.0, 1.0, JIG)[None, :], 3, axis=0)
    )
    assert np.exp2(-network.bits(states)).sum(axis=1) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("setting", "onset", "length"),
    [
        (JIG, 0.0, 0.25),
        (Setting((4, 4), "minor"), 3.5, 4.0),
        (Setting((7, 8), "dorian"), 100.25, 0.1),
        (Setting((12, 8), "mixolydian"), 5.999999, 3.0),
    ],
)
def test_every_note_has_features(setting: Setting, onset: float, length: float) -> None:
    line = Line([0.0, 1.0], [number_of(0), number_of(40)])
    found = columns(line, onset, length, setting)
    assert found.shape == (GROUPS,)
    assert found.min() >= 0
    assert found.max() <= FEATURES
    assert len(set(found.tolist()) - {FEATURES}) >= GROUPS - 1


def test_pitches_far_away_are_folded_by_octaves() -> None:
    for semitones in range(-60, 61):
        number = number_of(semitones)
        assert 0 <= number < PITCHES
        assert (number + LOWEST - semitones) % 12 == 0
        if LOWEST <= semitones <= HIGHEST:
            assert number + LOWEST == semitones
    assert NO_PITCH not in {number_of(semitones) for semitones in range(-60, 61)}
