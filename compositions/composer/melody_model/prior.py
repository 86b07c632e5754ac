"""How a melody may go on, as bits for every pitch, for several candidate lines at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from compositions.composer.melody_model.features import (
    LAGS,
    Line,
    Setting,
    columns,
    copy_column,
    number_of,
)
from compositions.composer.melody_model.network import MelodyNetwork

Floats = npt.NDArray[np.float32]


@dataclass(slots=True)
class MelodyMemory:
    """All that the model has heard of a melody: its notes and the state of the network.

    ``tonic`` is the MIDI pitch from which the model counts. Times are quarter notes from a
    bar line.
    """

    network: MelodyNetwork
    setting: Setting
    tonic: int
    line: Line = field(default_factory=lambda: Line([], []))
    state: Any = None

    def hear(self, onset: float, length: float, pitch: int) -> float:
        """Take in the next note; return how many bits it cost."""
        if self.state is None:
            self.state = self.network.start()
        read = columns(self.line, onset, length, self.setting)
        self.state = self.network.step(self.state, read[None, :])
        number = number_of(pitch - self.tonic)
        bits = float(self.network.bits(self.state)[0, number])
        self.line.onsets.append(onset)
        self.line.numbers.append(number)
        return bits

    def fork(self) -> Candidates:
        """Return a beam that goes on from here without changing what was heard."""
        state = self.network.start() if self.state is None else self.state
        return Candidates(self.network, self.setting, self.tonic, self.line, state)


class Candidates:
    """Several lines that go on from one melody, read note by note together."""

    def __init__(
        self,
        network: MelodyNetwork,
        setting: Setting,
        tonic: int,
        heard: Line,
        state: Floats,
    ) -> None:
        self._network, self._setting, self._tonic = network, setting, tonic
        self._heard = heard
        self._states = state
        self._onsets = list(heard.onsets)
        self._numbers = np.zeros((1, 0), dtype=np.int32)

    def bits(self, onset: float, length: float, pitches: Sequence[int]) -> Floats:
        """Read the place of the next note; return the cost of each pitch, (lines, pitches)."""
        lines = len(self._states)
        read = np.repeat(columns(self._heard, onset, length, self._setting)[None, :], lines, axis=0)
        if self._numbers.shape[1]:
            read[:, 0] = self._numbers[:, -1]
        for group, lag in enumerate(LAGS):
            place = bisect_right(self._onsets, onset - lag * self._setting.bar + 1e-6) - 1
            inside = place - len(self._heard.onsets)
            if inside >= 0:
                read[:, -len(LAGS) + group] = copy_column(group, 0) + self._numbers[:, inside]
        self._states = self._network.step(self._states, read)
        self._onsets.append(onset)
        wanted = [number_of(pitch - self._tonic) for pitch in pitches]
        costs: Floats = self._network.bits(self._states)[:, wanted]
        return costs

    def keep(self, lines: Sequence[int], pitches: Sequence[int]) -> None:
        """Go on with these lines (by number, in this order), each with its chosen pitch."""
        chosen = np.array([number_of(pitch - self._tonic) for pitch in pitches], dtype=np.int32)
        self._states = self._states[list(lines)]
        self._numbers = np.concatenate([self._numbers[list(lines)], chosen[:, None]], axis=1)

    def settle(self, memory: MelodyMemory) -> None:
        """Let the memory that this beam was forked from have heard its first line."""
        memory.state = self._states[:1]
        memory.line.onsets += self._onsets[len(self._heard.onsets) :]
        memory.line.numbers += [int(number) for number in self._numbers[0]]
