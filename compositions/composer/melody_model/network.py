"""The network that knows how melodies go on: a gated recurrent unit in plain numpy.

Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014, in the variant
with the reset gate after the product (as cuDNN has it). Trained by
``script/train_melody_model.py``; what from is in ``data/melody_model.json``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from compositions.composer.melody_model.features import FEATURES, PITCHES

WEIGHTS = Path(__file__).parents[1] / "data" / "melody_model.npz"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MelodyNetwork:
    """The weights: ``into`` (features + 1, 3 units; the last row is zero, for silent groups),
    ``through`` (units, 3 units), two biases of 3 units, ``out`` (units, pitches) and its bias.
    The three thirds are reset gate, update gate and candidate.
    """

    into: Floats
    through: Floats
    bias_into: Floats
    bias_through: Floats
    out: Floats
    bias_out: Floats

    @property
    def units(self) -> int:
        """Size of the state."""
        return int(self.through.shape[0])

    def start(self, lines: int = 1) -> Floats:
        """Return the state before the first note, shape (lines, units)."""
        return np.zeros((lines, self.units), dtype=np.float32)

    def step(self, states: Floats, columns: npt.NDArray[np.int32]) -> Floats:
        """Return the states after reading a note each; ``columns`` is (lines, groups)."""
        units = self.units
        given = self.into[columns].sum(axis=1) + self.bias_into
        kept = states @ self.through + self.bias_through
        gates = 1.0 / (1.0 + np.exp(-(given[:, : 2 * units] + kept[:, : 2 * units])))
        reset, update = gates[:, :units], gates[:, units:]
        candidate = np.tanh(given[:, 2 * units :] + reset * kept[:, 2 * units :])
        new: Floats = (update * states + (1.0 - update) * candidate).astype(np.float32)
        return new

    def bits(self, states: Floats) -> Floats:
        """Return how many bits each pitch costs in each state, shape (lines, pitches).

        Rounded, so that processors that add in another order choose the same note.
        """
        logits = states @ self.out + self.bias_out
        logits = logits - logits.max(axis=1, keepdims=True)
        bits = (np.log(np.exp(logits).sum(axis=1, keepdims=True)) - logits) / np.log(2.0)
        rounded: Floats = np.round(bits, 3)
        return rounded


@cache
def load_network(path: Path = WEIGHTS) -> MelodyNetwork:
    """Read the weights. Raises ``ValueError`` when they do not fit this program."""
    with np.load(path) as stored:
        arrays = {name: stored[name].astype(np.float32) for name in stored.files}
    network = MelodyNetwork(**arrays)
    if network.into.shape[0] != FEATURES + 1 or network.out.shape[1] != PITCHES:
        raise ValueError(f"{path.name} was trained for other features; train it again.")
    return network


def weights_sha256(path: Path = WEIGHTS) -> str:
    """Return the hash of the weights file, 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
