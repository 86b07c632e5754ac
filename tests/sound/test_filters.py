"""The filters by rows of frames, against SciPy's that go sample by sample."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import sosfilt

from compositions.sound.equaliser import Bell, band_pass, bell, high_pass, low_pass
from compositions.sound.filters import Filter, FilterTree, Sections
from compositions.sound.loudness import k_weighting

RATE = 44_100
CHAINS = {
    "subsonic": [high_pass(24.0, RATE)],
    "loudness": [k_weighting(RATE)],
    "tone": [bell(Bell(31.5 * 2**octave, 3.0 * (-1) ** octave, 1.3), RATE) for octave in range(9)],
    "alike": [bell(Bell(100.0, 6.0), RATE)] * 3,
    "flat": [bell(Bell(500.0, 0.0), RATE), high_pass(80.0, RATE), bell(Bell(500.0, 0.0), RATE)],
    "nothing": [],
}
NOISE = 0.1 * np.random.default_rng(4).standard_normal((70_003, 2)).astype(np.float32)


def cut(lengths: list[int]) -> list[NDArray[np.float32]]:
    """The noise in blocks of these lengths, again and again."""
    edges = np.cumsum(np.resize(lengths, len(NOISE) // min(lengths) + 1))
    return [block for block in np.split(NOISE, edges[edges < len(NOISE)]) if len(block)]


def expected(chain: list[Sections]) -> NDArray[np.float64]:
    signal = NOISE.astype(np.float64)
    return np.asarray(sosfilt(np.vstack(chain), signal, axis=0)) if chain else signal


@pytest.mark.parametrize("lengths", [[1 << 16], [10_007], [31, 32, 1, 33, 400]])
@pytest.mark.parametrize("name", CHAINS)
def test_rows_of_frames_are_filtered_as_samples_are(name: str, lengths: list[int]) -> None:
    chain = CHAINS[name]
    played = Filter(*chain)
    found = np.concatenate([played.process(block) for block in cut(lengths)])
    wanted = expected(chain)
    assert np.abs(found - wanted).max() < 1e-6 * np.abs(wanted).max()


def test_branches_hear_what_leaves_the_trunk() -> None:
    trunk, wide, band = [high_pass(24.0, RATE)], [high_pass(220.0, RATE)], [low_pass(900.0, RATE)]
    band.append(bell(Bell(700.0, -5.0), RATE))
    tree = FilterTree(trunk, wide, band, [])
    parts = [tree.process(block) for block in cut([9_000])]
    for place, chain in enumerate((trunk, trunk + wide, trunk + band, trunk)):
        found = np.concatenate([part[place] for part in parts])
        np.testing.assert_allclose(found, expected(chain), atol=1e-6)


def test_without_a_trunk_branches_hear_the_blocks() -> None:
    tree = FilterTree([], [k_weighting(RATE)], [band_pass(500.0, 2000.0, RATE)])
    same, weighted, band = tree.process(NOISE)
    assert same is NOISE
    np.testing.assert_allclose(weighted, expected([k_weighting(RATE)]), atol=1e-6)
    np.testing.assert_allclose(band, expected([band_pass(500.0, 2000.0, RATE)]), atol=1e-6)


def test_one_channel_is_that_of_two() -> None:
    chain = CHAINS["tone"]
    left = Filter(*chain, channels=1).process(NOISE[:, 0].copy())
    np.testing.assert_allclose(left, Filter(*chain).process(NOISE)[:, 0], atol=1e-6)


def test_what_rings_in_silence_is_heard_to_its_end() -> None:
    played = Filter(bell(Bell(60.0, 12.0, 8.0), RATE))
    first = played.process(NOISE)
    silence = np.zeros((1 << 16, 2), dtype=np.float32)
    ringing = [played.process(silence) for _ in range(12)]
    assert np.abs(ringing[0]).max() > 1e-3
    assert not ringing[-1].any()
    again = played.process(NOISE)
    np.testing.assert_allclose(again, first, atol=1e-7)
