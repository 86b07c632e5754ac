"""A finished mix as a stream of blocks: a stretch of it, a loop, a count-in, another rate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import soundfile

from compositions.sound.errors import SoundError
from compositions.sound.samplefile import BLOCK_FRAMES, Audio

_FADE_IN_SECONDS = 0.003
_FADE_OUT_SECONDS = 0.03
_SEAM_SECONDS = 0.01
"""Where a loop joins, what came before its beginning fades into its end for this long."""
_CLICK_SECONDS = 0.04
_CLICK_HERTZ = {True: 1760.0, False: 1320.0}
_CLICK_PEAK = 0.5
_FILTER_REACH = 32
"""Half the length of the resampling filter, in samples of the lower rate."""
_STOP_BAND = ("kaiser", 10.0)
_PASS_SHARE = 0.96


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of a mix, in seconds of the mix; ``end`` of None is where the mix ends.

    With ``loop`` the stretch is exactly as long as asked for and goes on from its end to its
    beginning without a click. ``clicks`` are the count-in: seconds from the first click and
    whether it is accented; the music begins ``clicks_last`` seconds after the first. Without clicks
    it is silent for so long.
    """

    start: float = 0.0
    end: float | None = None
    loop: bool = False
    clicks: tuple[tuple[float, bool], ...] = ()
    clicks_last: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is cut off or put before."""
        stretch = self.start != 0.0 or self.end is not None or self.loop
        return not (stretch or self.clicks or self.clicks_last)

    def frames(self, total: int, rate: int) -> tuple[int, int]:
        """First frame and the one after the last. Raises :class:`SoundError` when outside."""
        begin = round(self.start * rate)
        end = total if self.end is None else min(total, round(self.end * rate))
        if not 0 <= begin < end:
            raise SoundError(
                f"There is nothing from {self.start:.2f} s on: the mix lasts {total / rate:.2f} s."
            )
        return begin, end


def cut_blocks(source: soundfile.SoundFile, cut: Cut) -> Iterator[Audio]:
    """Yield the frames of the cut in order, as float64 arrays of (frames, channels).

    Both ends of a stretch are faded, 3 ms in and 30 ms out, where the mix goes on beyond them.
    """
    rate = source.samplerate
    begin, end = cut.frames(source.frames, rate)
    if cut.clicks_last:
        yield _count_in(cut, rate, source.channels)
    fade_in = min(round(_FADE_IN_SECONDS * rate), end - begin) if begin and not cut.loop else 0
    fade_out = round(_FADE_OUT_SECONDS * rate) if end < source.frames and not cut.loop else 0
    fade_out = min(fade_out, end - begin)
    seam = _seam(source, begin, end) if cut.loop else np.zeros((0, source.channels))
    source.seek(begin)
    at = begin
    while at < end:
        block = source.read(min(BLOCK_FRAMES, end - at), dtype="float64", always_2d=True)
        if not len(block):
            break
        frames = np.arange(at, at + len(block))
        gain = np.ones(len(block))
        if fade_in:
            gain *= np.clip((frames - begin) / fade_in, 0.0, 1.0)
        if fade_out:
            gain *= np.clip((end - frames) / fade_out, 0.0, 1.0)
        if cut.loop and len(seam):
            late = np.clip((frames - (end - len(seam)) + 1) / len(seam), 0.0, 1.0)
            gain *= 1.0 - late
            block = block * gain[:, None]
            places = frames - (end - len(seam))
            inside = places >= 0
            block[inside] += seam[places[inside]] * late[inside][:, None]
        else:
            block = block * gain[:, None]
        at += len(block)
        yield block


def _seam(source: soundfile.SoundFile, begin: int, end: int) -> Audio:
    """What was heard just before the loop's beginning; silence before the mix began."""
    length = min(round(_SEAM_SECONDS * source.samplerate), end - begin)
    seam = np.zeros((length, source.channels))
    known = min(begin, length)
    if known:
        source.seek(begin - known)
        seam[length - known :] = source.read(known, dtype="float64", always_2d=True)
    return seam


def _count_in(cut: Cut, rate: int, channels: int) -> Audio:
    """Sine clicks that die away, the accented ones higher."""
    out = np.zeros(round(cut.clicks_last * rate))
    for seconds, accent in cut.clicks:
        at = round(seconds * rate)
        time = np.arange(min(round(_CLICK_SECONDS * rate), len(out) - at)) / rate
        tone = np.sin(2 * np.pi * _CLICK_HERTZ[accent] * time) * np.exp(-time * 120.0)
        out[at : at + len(tone)] += _CLICK_PEAK * tone
    return np.repeat(out[:, None], channels, axis=1)


def resampled(blocks: Iterable[Audio], rate: int, wanted: int) -> Iterator[Audio]:
    """Yield the blocks at another sample rate, as if they were one long file.

    A windowed-sinc filter by polyphase resampling; the signal is silent before and after.
    """
    if rate == wanted:
        yield from blocks
        return
    # Loading it takes a second, and pages import this module for what can be chosen.
    from scipy.signal import firwin, resample_poly

    common = math.gcd(rate, wanted)
    up, down = wanted // common, rate // common
    longest = max(up, down)
    reach = _FILTER_REACH * longest
    filter_ = firwin(2 * reach + 1, _PASS_SHARE / longest, window=_STOP_BAND)
    # Whole periods of the ratio, so that each part begins on an output frame.
    context = -(-(reach // up + 2) // down) * down
    step = max(BLOCK_FRAMES // down, 1) * down
    held: Audio | None = None  # begins `context` frames before what is to be given next
    given = total = 0
    for block in blocks:
        if held is None:
            held = np.zeros((context, block.shape[1]))
        held = np.concatenate([held, block])
        total += len(block)
        while len(held) >= step + 2 * context:
            part = resample_poly(held[: step + 2 * context], up, down, window=filter_)
            skip = context // down * up
            yield part[skip : skip + step // down * up]
            given += step // down * up
            held = held[step:]
    if held is None:
        return
    rest = -(-total * up // down) - given
    padded = np.concatenate([held, np.zeros((context + down, held.shape[1]))])
    part = resample_poly(padded, up, down, window=filter_)
    skip = context // down * up
    yield part[skip : skip + rest]
