"""The desk: every stem through its channel strip onto its group, the groups onto one mix.

A channel strip equalises, compresses, saturates, levels, pans and widens; it sends to the shared
reverb and to the shared echo, and gives way to the kick where the preset says so. What comes after
it (glue, balance and equaliser of the groups, reverb, echo) is linear with gains fixed per song,
so that the mix before mastering is the sum of its stems.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositions.score.document import Track
from compositions.score.mix_settings import BusGroup
from compositions.sound.balance import Balance, balance
from compositions.sound.channel import Channel
from compositions.sound.delay import PingPongDelay
from compositions.sound.dynamics import (
    CONTROL_FRAMES,
    Curve,
    compressor_curve,
    mean_squares,
    per_frame,
)
from compositions.sound.equaliser import bell
from compositions.sound.filters import Filter
from compositions.sound.loudness import decibels, linear
from compositions.sound.mastering import Mix, Source, sum_buses
from compositions.sound.mix_plan import MixPlan
from compositions.sound.parameters import RenderParameters
from compositions.sound.reverb import Convolver, impulse_response
from compositions.sound.roles import STRIPS
from compositions.sound.samplefile import BLOCK_FRAMES, SampleFile, Samples
from compositions.sound.spectrum import OctaveMeter
from compositions.sound.strips import set_for, strip_of, strip_report

QUIETEST_LUFS = -120.0
_LARGEST_LEVEL_DB = 24.0
# Several tracks of one role share its place: each steps back by 70 % of the power sum.
_CROWD_SHARE = 7.0
# Convolved at once: the longer the stretch, the less of it is the ring of the room.
_REVERB_BLOCKS = 3
_WET = 0.8  # puts a send of 0.2 some 12 dB under the dry sound


@dataclass(frozen=True, slots=True)
class TrackReport:
    """What happened to one track on the desk.

    ``loudness_lufs`` (after equaliser and compressor) and ``peak_dbfs`` (after the equaliser), both
    not below -120, describe the stem before levels; ``level_db`` is the automatic level, to which
    the fader was added. ``preset`` is the "bank:program name" that played, ``note`` tells of a
    missing instrument or a silent stem.
    ``strip`` holds the settings of the channel strip as they were played, what was set of them,
    and what would have been automatic (:func:`.strips.strip_report`).
    """

    track_id: str
    name: str
    preset: str
    loudness_lufs: float
    peak_dbfs: float
    level_db: float
    note: str = ""
    strip: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Level:
    """Measured loudness and peak of a stem and the automatic gain that follows from them."""

    loudness_lufs: float
    peak_dbfs: float
    level_db: float
    strip: Mapping[str, Any] = field(default_factory=dict)


class Desk:
    """Sums stems onto group buses of equal length in ``work_dir``; use as a context manager."""

    def __init__(
        self, work_dir: Path, frames: int, parameters: RenderParameters, plan: MixPlan
    ) -> None:
        self._work_dir = work_dir
        self._frames = frames
        self._parameters = parameters
        self._plan = plan
        self._files: dict[str, SampleFile] = {}
        self._groups: dict[BusGroup, _GroupBus] = {}

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            with suppress(OSError):
                file.__exit__(None, None, None)
            file.path.unlink(missing_ok=True)

    def add(self, stem: SampleFile, track: Track, same_role: int) -> Level:
        """Put ``stem`` through the channel strip of ``track`` onto its group and the sends.

        ``same_role`` counts the audible tracks of this role. The stem is changed in place.
        """
        plan, parameters, rate = self._plan, self._parameters, self._parameters.sample_rate
        strip = strip_of(track, plan, parameters)
        channel = Channel(stem, track, strip, rate, plan)
        report = strip_report(track, plan, parameters)
        if not channel.sounding:
            return Level(QUIETEST_LUFS, decibels(channel.peak), 0.0, report)
        level_db = self._level_db(channel, track, same_role)
        # What the musician adds to the automatic level, or has in its place.
        fader_db = track.gain_db + strip.compressor.makeup_db
        if not strip.automatic_level:
            fader_db -= level_db
        wet = 0.0
        if parameters.reverb:
            scale = STRIPS[track.role].reverb_scale
            wet = _WET * scale * (plan.preset.room if plan.preset else 1.0)
        send = plan.send_curve(track, self._frames, rate)
        if send is None:
            wet *= track.reverb_send
        echo = plan.delay_curve(track, strip.delay_send, self._frames, rate)
        echoed = strip.delay_send if echo is None else 1.0
        if not parameters.reverb:
            echoed = 0.0

        def blocks() -> Iterator[tuple[int, Samples]]:
            for start, block, dry in channel.blocks(linear(level_db + fader_db)):
                if block.any():
                    self._send("reverb", start, block, wet, send)
                    self._send("echo", start, block, echoed, echo)
                yield start, dry

        if strip.bus not in self._groups:
            bus = self._bus(strip.bus.value)
            self._groups[strip.bus] = _GroupBus(bus, rate, measured=plan.preset is not None)
        self._groups[strip.bus].add(blocks(), linear(fader_db))
        report |= channel.measured()
        report["reverb"] = round(wet if send is None else wet * float(send.max()), 4)
        loudness = max(channel.levelled_lufs, QUIETEST_LUFS)
        return Level(loudness, decibels(channel.peak), level_db, report)

    def _send(
        self, name: str, start: int, block: Samples, amount: float, curve: Curve | None
    ) -> None:
        """Add a share of a block to a send bus, moved by ``curve`` where there is one."""
        if amount <= 0.0:
            return
        sent = np.float32(amount) * block
        if curve is not None:
            sent *= per_frame(curve, start, len(block))
        self._bus(name).add(start, sent)

    def _level_db(self, channel: Channel, track: Track, same_role: int) -> float:
        if not self._parameters.automatic_levels or not math.isfinite(channel.levelled_lufs):
            return 0.0
        level_db = STRIPS[track.role].target_lufs - channel.levelled_lufs
        level_db -= _CROWD_SHARE * math.log10(max(1, same_role))
        if self._plan.preset:
            level_db += self._plan.preset.levels_db.get(track.role.value, 0.0)
        return min(max(level_db, -_LARGEST_LEVEL_DB), _LARGEST_LEVEL_DB)

    def sum(
        self,
        on_progress: Callable[[float], None],
        *,
        like: Desk | None = None,
        effects: bool = True,
    ) -> Mix:
        """Balance the groups and add them, the reverb and the echo up to one mix.

        The mix belongs to the desk and goes with it. ``like`` is the desk of a whole song of which
        this one holds a part: its balance and glue are taken. Without ``effects`` reverb and echo
        are left out.
        """
        groups = (like or self)._groups
        parameters, preset, rate = self._parameters, self._plan.preset, self._parameters.sample_rate
        settings, delay = self._plan.settings, self._plan.delay
        decided = Balance({group.value: 0.0 for group in groups})
        if preset and parameters.automatic_levels and settings.automatic_balance:
            powers = {group: np.asarray(bus.octaves) for group, bus in groups.items()}
            decided = balance(powers, preset.spectrum_db)
        sources = [
            self._group_source(group, decided, groups[group])
            for group in BusGroup
            if group in self._groups
        ]
        if effects and "reverb" in self._files:
            sources.append(self._reverb_source())
        if effects and "echo" in self._files:
            echo = PingPongDelay(
                self._files["echo"], delay.beats * self._plan.beat_seconds, delay.feedback, rate
            )
            sources.append(echo.process)
        report: dict[str, Any] = {
            "preset": preset.name if preset else "none",
            "balance": decided.to_dict(),
            "reverb_seconds": self._reverb_seconds(),
            "delay": {"beats": delay.beats, "feedback": delay.feedback},
            "set": set_for(settings),
            "automatic": self._plan.automatic(parameters.reverb_seconds),
        }
        return sum_buses(self._bus("mix"), sources, parameters, preset, report, on_progress)

    def _bus(self, name: str) -> SampleFile:
        if name not in self._files:
            path = self._work_dir / f"bus-{name}.f32.part"
            self._files[name] = SampleFile(path, self._frames, create=True)
        return self._files[name]

    def _group_source(self, group: BusGroup, decided: Balance, whole: _GroupBus) -> Source:
        rate, preset = self._parameters.sample_rate, self._plan.preset
        fader_db: float = getattr(self._plan.settings, f"{group.value}_gain_db")
        gain = linear(decided.gains_db[group.value] + fader_db)
        cuts = decided.cuts if group == BusGroup.HARMONY else ()
        equaliser = Filter(*(bell(cut, rate) for cut in cuts))
        glue = None
        if preset and self._parameters.compression and group in (BusGroup.DRUMS, BusGroup.HARMONY):
            glue = compressor_curve(np.asarray(whole.mean_squares), rate, most_db=preset.glue_db)
        bus = self._bus(group.value)

        def read(start: int, count: int) -> Samples:
            found = equaliser.process(bus.read(start, count))
            found *= np.float32(gain)
            if glue is not None:
                found *= per_frame(glue, start, len(found))
            return found

        return read

    def _reverb_seconds(self) -> float:
        chosen = self._plan.settings.reverb_seconds
        if chosen is not None:
            return chosen
        return self._plan.automatic(self._parameters.reverb_seconds)["reverb_seconds"]

    def _reverb_source(self) -> Source:
        parameters = self._parameters
        seconds = self._reverb_seconds()
        response = impulse_response(parameters.sample_rate, seconds, parameters.seed)
        convolver = Convolver(response, _REVERB_BLOCKS * BLOCK_FRAMES)
        bus = self._files["reverb"]
        wet: list[Samples] = []

        def read(start: int, count: int) -> Samples:
            if not wet:
                several = convolver.process(bus.read(start, _REVERB_BLOCKS * BLOCK_FRAMES))
                wet.extend(np.split(several, range(BLOCK_FRAMES, len(several), BLOCK_FRAMES)))
            return wet.pop(0)

        return read


class _GroupBus:
    """The sum of the stems of one group; its powers per octave and mean squares if ``measured``."""

    def __init__(self, file: SampleFile, sample_rate: int, *, measured: bool) -> None:
        self.file = file
        self.octaves: NDArray[np.float64] | float = 0.0
        self.mean_squares: Curve | float = 0.0
        self._sample_rate = sample_rate
        self._measured = measured

    def add(self, blocks: Iterable[tuple[int, Samples]], fader: float) -> None:
        """Mix in one stem, all its blocks in order; those of no frames are silent.

        Instruments are as good as unrelated, so their powers add up. The powers are those with
        the (linear) ``fader`` at 0 dB: the automatic balance must not work against the musician.
        """
        if not self._measured:
            for start, block in blocks:
                if len(block):
                    self.file.add(start, block)
            return
        meter = OctaveMeter(self._sample_rate, sampled=True)
        squares = np.zeros(-(-self.file.frames // CONTROL_FRAMES))
        for start, block in blocks:
            meter.add(block)
            if len(block):
                self.file.add(start, block)
                found = mean_squares(block)
                first = start // CONTROL_FRAMES
                squares[first : first + len(found)] = found
        self.octaves = self.octaves + meter.powers / fader**2
        self.mean_squares = self.mean_squares + squares
