"""The shared echo: a ping-pong delay in time with the song."""

from __future__ import annotations

import math

import numpy as np

from compositions.sound.equaliser import high_pass, low_pass
from compositions.sound.filters import Filter
from compositions.sound.samplefile import SampleFile, Samples

_LOW_CUT_HZ, _HIGH_CUT_HZ = 250.0, 5000.0
_QUIETEST_REPEAT = 0.03
_MOST_REPEATS = 12
_LONGEST_SECONDS = 1.2
_FAR = 0.25  # what the other side hears of a repeat


class PingPongDelay:
    """Repeats of a send bus, in turn from the left and from the right.

    The repeats are read from the bus where they came from, so they need no memory and no seam.
    ``seconds`` is halved while it is longer than 1.2 s: an echo, not a second player.
    """

    def __init__(self, send: SampleFile, seconds: float, feedback: float, sample_rate: int) -> None:
        while seconds > _LONGEST_SECONDS:
            seconds /= 2.0
        self._send = send
        self._frames = max(1, round(seconds * sample_rate))
        self._feedback = min(max(feedback, 0.0), 0.9)
        self._repeats = 1
        if self._feedback > 0.0:
            lasting = math.log(_QUIETEST_REPEAT) / math.log(self._feedback)
            self._repeats = max(1, min(_MOST_REPEATS, 1 + int(lasting)))
        self._tone = Filter(
            high_pass(_LOW_CUT_HZ, sample_rate), low_pass(_HIGH_CUT_HZ, sample_rate)
        )

    def process(self, start: int, count: int) -> Samples:
        """Repeats that sound in frames ``start`` to ``start + count``; blocks in order."""
        wet: Samples = np.zeros((count, 2), dtype=np.float32)
        for repeat in range(1, self._repeats + 1):
            first = start - repeat * self._frames
            if first + count <= 0:
                break
            skipped = max(0, -first)
            sent = self._send.read(first + skipped, count - skipped)
            source = sent[:, 0] + sent[:, 1]
            source *= np.float32(0.5 * self._feedback ** (repeat - 1))
            near = (repeat - 1) % 2
            wet[skipped : skipped + len(source), near] += source
            wet[skipped : skipped + len(source), 1 - near] += _FAR * source
        return self._tone.process(wet)
