"""Recursive filters over blocks of samples, many frames at a time.

A recursive filter computes each sample from the one before, so a processor spends its time waiting.
Here a chain of second-order sections is one linear system in state-space form, taken forward
:data:`CONTROL_FRAMES` frames at once ("block-state" filtering after Barnes and Shinnaka,
"Block-shift invariance and block implementation of discrete-time filters", IEEE Transactions on
Circuits and Systems 27/8, 1980): the outputs of a row of frames are a product of the row with one
matrix, plus a product of the state before the row with another. How many sections there are hardly
matters. The recursion that is left runs over rows, and is solved in the same way: over groups of
rows, groups of groups, and so on.

The state is scaled so that each of its parts has the same power for white noise at the input, which
keeps single precision as exact as it can be (Mullis and Roberts, "Synthesis of minimum roundoff
noise fixed point digital filters", same journal, 23/9, 1976).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositions.sound.samplefile import CHANNELS, CONTROL_FRAMES, Samples

Sections = NDArray[np.float64]
"""Second-order sections, shape (sections, 6): b0 b1 b2 1 a1 a2."""

_INAUDIBLE = 1e-9
_FAN = 4  # rows in a group, groups in a group of groups
_LEVELS = 8  # of groups
# The linear algebra library takes several threads for larger products than this, and their number
# must not decide how sums are rounded; nor does it pay.
_LARGEST_PRODUCT = 1 << 18
_UNREACHED = 1e-12

_Matrix = NDArray[Any]  # in double precision, until it is used


class FilterTree:
    """Runs a chain of sections, the trunk, and others that each filter what leaves it.

    Over consecutive blocks of shape (frames, 2), or (frames,) for one channel. An empty trunk
    leaves the blocks as they are.
    """

    def __init__(
        self,
        trunk: Sequence[Sections],
        *branches: Sequence[Sections],
        channels: int = CHANNELS,
    ) -> None:
        self._channels = channels
        self._count = 1 + len(branches)
        system = _System.of_tree(trunk, branches)
        self._rows = _Rows.of(system, channels) if len(system.enter) else None
        self._state: Samples = np.zeros((channels, len(system.enter)), dtype=np.float32)

    def process(self, block: Samples) -> list[Samples]:
        """What leaves the trunk and each branch for the next block.

        Silence that follows silence costs nothing.
        """
        matrices = self._rows
        if matrices is None or not len(block):
            return [block] * self._count
        if not block.any() and float(np.abs(self._state).max()) < _INAUDIBLE:
            self._state[:] = 0.0
            return [np.zeros_like(block, dtype=np.float32) for _ in range(self._count)]
        size = CONTROL_FRAMES * self._channels
        samples = np.ascontiguousarray(block, dtype=np.float32).reshape(-1)
        if rest := len(samples) % size:
            samples = np.concatenate([samples, np.zeros(size - rest, dtype=np.float32)])
        rows = samples.reshape(-1, size)
        inputs = product(rows, matrices.step.into)
        before = _before_each(inputs, self._state.reshape(-1), matrices.groups)
        found = []
        for through, out in matrices.outputs:
            if through is None:
                found.append(block)
                continue
            result = product(rows, through)
            result += product(before, out)
            found.append(result.reshape(-1)[: block.size].reshape(block.shape))
        last = before[-1]
        if rest:
            frames = rows[-1, :rest].reshape(-1, self._channels)
            self._state = matrices.after(last.reshape(self._channels, -1), frames)
        else:
            self._state = (last @ matrices.step.onward + inputs[-1]).reshape(self._state.shape)
        return found


class Filter:
    """Runs one chain of sections over consecutive blocks, as :class:`FilterTree` its trunk."""

    def __init__(self, *sections: Sections, channels: int = CHANNELS) -> None:
        self._tree = FilterTree(sections, channels=channels)

    def process(self, block: Samples) -> Samples:
        """Filter the next block."""
        return self._tree.process(block)[0]


@dataclass(frozen=True, slots=True)
class _System:
    """state' = transition state + enter x; outputs = leave state + direct x, for one channel.

    ``leave`` has a row for each output, ``direct`` a number.
    """

    transition: _Matrix
    enter: _Matrix
    leave: _Matrix
    direct: _Matrix

    @classmethod
    def of_tree(cls, trunk: Sequence[Sections], branches: Sequence[Sequence[Sections]]) -> _System:
        system = cls(np.zeros((0, 0)), np.zeros(0), np.zeros((1, 0)), np.ones(1))
        for sections in trunk:
            system = system.then(sections, 0, replacing=True)
        for number, branch in enumerate(branches, start=1):
            for place, sections in enumerate(branch):
                system = system.then(sections, number if place else 0, replacing=place > 0)
            if not branch:
                system = cls(
                    system.transition,
                    system.enter,
                    np.vstack([system.leave, system.leave[:1]]),
                    np.append(system.direct, system.direct[0]),
                )
        return system.scaled() if len(system.enter) else system

    def then(self, sections: Sections, source: int, *, replacing: bool) -> _System:
        """The system with sections behind output ``source``, which they replace or stand beside."""
        system = self
        for b0, b1, b2, _, a1, a2 in sections:
            own = np.array([[-a1, 1.0], [-a2, 0.0]])
            own_enter = np.array([b1 - a1 * b0, b2 - a2 * b0])
            heard, direct = system.leave[source], system.direct[source]
            order = len(system.enter)
            upper = np.hstack([system.transition, np.zeros((order, 2))])
            lower = np.hstack([np.outer(own_enter, heard), own])
            leave = np.hstack([system.leave, np.zeros((len(system.leave), 2))])
            made = np.concatenate([b0 * heard, [1.0, 0.0]])
            directs = system.direct.copy()
            if replacing:
                leave[source], directs[source] = made, b0 * direct
            else:
                leave, directs = np.vstack([leave, made]), np.append(directs, b0 * direct)
                source, replacing = len(leave) - 1, True
            system = _System(
                np.vstack([upper, lower]),
                np.concatenate([system.enter, own_enter * direct]),
                leave,
                directs,
            )
        return system

    def scaled(self) -> _System:
        """The same with a state whose parts are unrelated and equally strong for white noise."""
        # Its power is the sum over all times of what one impulse leaves.
        power, step = np.outer(self.enter, self.enter), self.transition
        while float(np.abs(step).max()) > _UNREACHED:
            power = power + step @ power @ step.T
            step = step @ step
        sizes = np.sqrt(np.diag(power))
        sizes[sizes == 0.0] = 1.0
        # What no input reaches (a band of 0 dB) keeps a trace of its own, or there is no root.
        related = power / np.outer(sizes, sizes) + _UNREACHED * np.eye(len(sizes))
        scale = sizes[:, None] * np.linalg.cholesky(related)
        inverse = np.linalg.inv(scale)
        return _System(
            inverse @ self.transition @ scale, inverse @ self.enter, self.leave @ scale, self.direct
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """How a row takes the state on: state' = state ``onward`` + row ``into``; states are rows."""

    onward: Samples
    into: Samples


@dataclass(frozen=True, slots=True)
class _Group:
    """:data:`_FAN` inputs at once: ``into`` takes them to the input of the group.

    ``through`` takes them, and ``out`` the state before the group, to the states before each.
    """

    onward: Samples
    into: Samples
    through: Samples
    out: Samples


@dataclass(frozen=True, slots=True)
class _Rows:
    """A system, a row of frames at a time; channels are interleaved in rows, one after the other
    in states.

    ``outputs`` are pairs of what takes a row, and the state before it, to the row of an output;
    None for what is the input itself. ``one`` and ``enter`` take the state of a channel on by a
    single frame.
    """

    step: _Step
    groups: tuple[_Group, ...]
    outputs: tuple[tuple[Samples | None, Samples], ...]
    one: Samples
    enter: Samples

    @classmethod
    def of(cls, system: _System, channels: int) -> _Rows:
        order, count, both = len(system.enter), CONTROL_FRAMES, np.eye(channels)
        later = [np.eye(order)]  # the state so many frames later
        for _ in range(count):
            later.append(system.transition @ later[-1])
        places = np.arange(count)
        lags = places[None, :] - places[:, None]
        outputs: list[tuple[Samples | None, Samples]] = []
        for leave, direct in zip(system.leave, system.direct, strict=True):
            heard = np.array([leave @ power for power in later[:count]])
            impulse = np.concatenate([[direct], heard[: count - 1] @ system.enter])
            through = np.where(lags >= 0, impulse[np.maximum(lags, 0)], 0.0)
            out = np.einsum("cd,ik->ckid", both, heard).reshape(channels * order, -1)
            same = not leave.any() and direct == 1.0
            outputs.append((None if same else _single(np.kron(through, both)), _single(out)))
        entering = np.array([later[count - 1 - frame] @ system.enter for frame in places])
        into = np.einsum("cd,ik->icdk", both, entering).reshape(count * channels, -1)
        onward = np.kron(both, later[count].T)
        return cls(
            _Step(_single(onward), _single(into)),
            _groups(onward),
            tuple(outputs),
            _single(system.transition.T),
            _single(system.enter),
        )

    def after(self, state: Samples, frames: Samples) -> Samples:
        """The state of each channel after some single frames, shape (frames, channels)."""
        for frame in frames:
            state = state @ self.one + frame[:, None] * self.enter
        return state


def _groups(onward: _Matrix) -> tuple[_Group, ...]:
    """The levels of groups over rows that take the state on by ``onward``."""
    found = []
    for _ in range(_LEVELS):
        powers = [np.eye(len(onward))]
        for _ in range(_FAN):
            powers.append(powers[-1] @ onward)
        nothing = np.zeros_like(onward)
        through = np.block(
            [
                [powers[later - 1 - row] if later > row else nothing for later in range(_FAN)]
                for row in range(_FAN)
            ]
        )
        found.append(
            _Group(
                _single(onward),
                _single(np.vstack(powers[_FAN - 1 :: -1])),
                _single(through),
                _single(np.hstack(powers[:_FAN])),
            )
        )
        onward = powers[_FAN]
    return tuple(found)


def _before_each(inputs: Samples, first: Samples, groups: tuple[_Group, ...]) -> Samples:
    """States before each row, of s[k + 1] = s[k] onward + inputs[k]; shape (rows, all channels)."""
    level = groups[0]
    count, order = inputs.shape
    if count <= _FAN or len(groups) == 1:
        found = np.empty_like(inputs)
        for index in range(count):
            found[index] = first
            first = first @ level.onward + inputs[index]
        return found
    if missing := -count % _FAN:
        inputs = np.concatenate([inputs, np.zeros((missing, order), dtype=np.float32)])
    grouped = inputs.reshape(-1, _FAN * order)
    starts = _before_each(product(grouped, level.into), first, groups[1:])
    states = product(grouped, level.through)
    states += product(starts, level.out)
    return states.reshape(-1, order)[:count]


def _single(matrix: _Matrix) -> Samples:
    return np.ascontiguousarray(matrix, dtype=np.float32)


def product(rows: Samples, matrix: Samples) -> Samples:
    """``rows @ matrix`` by pieces that one thread computes: fast, and rounded alike each time."""
    height = max(1, _LARGEST_PRODUCT // matrix.size)
    if height >= len(rows):
        return rows @ matrix
    result = np.empty((len(rows), matrix.shape[1]), dtype=np.float32)
    whole = len(rows) // height * height
    np.matmul(
        rows[:whole].reshape(-1, height, rows.shape[1]),
        matrix,
        out=result[:whole].reshape(-1, height, matrix.shape[1]),
    )
    if whole < len(rows):
        np.matmul(rows[whole:], matrix, out=result[whole:])
    return result
