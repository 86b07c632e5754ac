"""Writes SoundFont 2.04 files, byte for byte the same for the same instruments.

The file is that of the "SoundFont Technical Specification", version 2.04 (E-mu Systems, 2006):
an ``INFO`` list, the 16-bit samples (``sdta``, chapter 6) and nine tables that tie presets to
instruments and instruments to samples (``pdta``, chapter 7). Samples that several zones use are
stored once. There is no date in the file: it would change the bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]

# Chapter 6.1 asks for at least 46 zero samples after each sample.
_SILENCE_AFTER = 46
_NAME_BYTES = 20
_MONO = 1
_LOUDEST = 32_767


class Generator(IntEnum):
    """Numbers of the generators in use (chapter 8.1.2), with their units."""

    MOD_LFO_TO_PITCH = 5  # cents
    VIBRATO_TO_PITCH = 6  # cents
    MOD_ENVELOPE_TO_PITCH = 7  # cents
    FILTER_CUTOFF = 8  # absolute cents over 8.176 Hz
    FILTER_Q = 9  # centibels over the level at zero frequency
    MOD_LFO_TO_FILTER = 10  # cents
    MOD_ENVELOPE_TO_FILTER = 11  # cents
    MOD_LFO_TO_VOLUME = 13  # centibels
    PAN = 17  # -500 (left) .. 500 (right)
    MOD_LFO_DELAY = 21  # timecents
    MOD_LFO_FREQUENCY = 22  # absolute cents over 8.176 Hz
    VIBRATO_DELAY = 23  # timecents
    VIBRATO_FREQUENCY = 24  # absolute cents
    MOD_ENVELOPE_ATTACK = 26  # timecents
    MOD_ENVELOPE_HOLD = 27
    MOD_ENVELOPE_DECAY = 28
    MOD_ENVELOPE_SUSTAIN = 29  # 0.1 % below full
    MOD_ENVELOPE_RELEASE = 30
    VOLUME_ATTACK = 34
    VOLUME_HOLD = 35
    VOLUME_DECAY = 36  # to -100 dB
    VOLUME_SUSTAIN = 37  # centibels below full
    VOLUME_RELEASE = 38  # to -100 dB
    INSTRUMENT = 41
    KEY_RANGE = 43
    VELOCITY_RANGE = 44
    ATTENUATION = 48  # centibels
    COARSE_TUNE = 51  # semitones
    FINE_TUNE = 52  # cents
    SAMPLE = 53
    LOOPING = 54  # 1 loops for ever
    SCALE_TUNING = 56  # cents per key
    EXCLUSIVE_CLASS = 57
    ROOT_KEY = 58


_RANGES = (Generator.KEY_RANGE, Generator.VELOCITY_RANGE)
_UNSIGNED = frozenset({Generator.INSTRUMENT, Generator.SAMPLE})
Generators = Mapping[Generator, int]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One recording: ``wave`` within -1..1 at ``rate`` Hz, sounding at ``root`` untransposed.

    ``root`` is a MIDI key with a fraction (60.02 is two cents above middle C). ``loop`` holds
    the first frame of the loop and the first after it, None for a sound that ends by itself.
    """

    name: str
    wave: Wave
    rate: int
    root: float
    loop: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """Where one sample sounds: its keys, velocities and settings (generators)."""

    sample: Sample
    keys: tuple[int, int] = (0, 127)
    velocities: tuple[int, int] = (0, 127)
    settings: Generators = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FontPreset:
    """A playable sound: its number, and zones over ``settings`` that hold for all of them."""

    name: str
    bank: int
    program: int
    zones: tuple[Zone, ...]
    settings: Generators = field(default_factory=dict)


def write_soundfont(
    presets: Sequence[FontPreset], *, name: str, copyright_line: str, comment: str
) -> bytes:
    """Return the bytes of a SoundFont with one instrument per preset.

    Raises ``ValueError`` for names that are no ASCII or over 20 bytes, for two presets of one
    number and for loops outside their sample.
    """
    numbers = [(preset.bank, preset.program) for preset in presets]
    if len(set(numbers)) != len(numbers):
        raise ValueError("two presets have the same bank and program")
    samples = list(
        dict.fromkeys(zone.sample for preset in presets for zone in preset.zones)
    )  # in order of first use
    data, headers = _sample_data(samples)
    places = {id(sample): index for index, sample in enumerate(samples)}
    info = _list(
        b"INFO",
        _chunk(b"ifil", struct.pack("<HH", 2, 4)),
        _chunk(b"isng", _text("EMU8000")),
        _chunk(b"INAM", _text(name)),
        _chunk(b"ICOP", _text(copyright_line)),
        _chunk(b"ICMT", _text(comment)),
    )
    body = info + _list(b"sdta", _chunk(b"smpl", data)) + _tables(presets, places, headers)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"sfbk" + body


def _sample_data(samples: Sequence[Sample]) -> tuple[bytes, bytes]:
    parts: list[bytes] = []
    headers: list[bytes] = []
    position = 0
    for sample in samples:
        frames = np.rint(np.clip(sample.wave, -1.0, 1.0) * _LOUDEST).astype("<i2")
        start, end = sample.loop or (0, 0)
        if sample.loop and not 0 <= start < end <= len(frames):
            raise ValueError(f"the loop of {sample.name} lies outside its sample")
        key = round(sample.root)
        # The correction is what must be added to the sample to sound at its key.
        headers.append(
            struct.pack(
                "<20sIIIIIBbHH",
                _name(sample.name),
                position,
                position + len(frames),
                position + start,
                position + end,
                sample.rate,
                key,
                round((key - sample.root) * 100),
                0,
                _MONO,
            )
        )
        parts += [frames.tobytes(), bytes(2 * _SILENCE_AFTER)]
        position += len(frames) + _SILENCE_AFTER
    headers.append(struct.pack("<20sIIIIIBbHH", _name("EOS"), *([0] * 9)))
    return b"".join(parts), b"".join(headers)


def _tables(
    presets: Sequence[FontPreset], places: Mapping[int, int], sample_headers: bytes
) -> bytes:
    instruments: list[bytes] = []
    instrument_bags: list[bytes] = []
    instrument_generators: list[bytes] = []
    preset_headers: list[bytes] = []
    preset_bags: list[bytes] = []
    preset_generators: list[bytes] = []
    modulator = struct.pack("<HHhHH", 0, 0, 0, 0, 0)
    for preset in presets:
        instruments.append(struct.pack("<20sH", _name(preset.name), len(instrument_bags)))
        if preset.settings:  # a first zone without a sample holds for all
            instrument_bags.append(struct.pack("<HH", len(instrument_generators), 0))
            instrument_generators += _generators(preset.settings.items())
        for zone in preset.zones:
            instrument_bags.append(struct.pack("<HH", len(instrument_generators), 0))
            settings = {
                **zone.settings,
                Generator.KEY_RANGE: zone.keys[0] | zone.keys[1] << 8,
                Generator.LOOPING: 1 if zone.sample.loop else 0,
                Generator.SAMPLE: places[id(zone.sample)],
            }
            if zone.velocities != (0, 127):
                settings[Generator.VELOCITY_RANGE] = zone.velocities[0] | zone.velocities[1] << 8
            instrument_generators += _generators(settings.items())
    for index, preset in sorted(
        enumerate(presets), key=lambda pair: (pair[1].bank, pair[1].program)
    ):
        preset_headers.append(
            struct.pack(
                "<20sHHHIII",
                _name(preset.name),
                preset.program,
                preset.bank,
                len(preset_bags),
                0,
                0,
                0,
            )
        )
        preset_bags.append(struct.pack("<HH", len(preset_generators), 0))
        preset_generators += _generators([(Generator.INSTRUMENT, index)])
    end = struct.pack("<20sHHHIII", _name("EOP"), 0, 0, len(preset_bags), 0, 0, 0)
    preset_headers.append(end)
    instruments.append(struct.pack("<20sH", _name("EOI"), len(instrument_bags)))
    preset_bags.append(struct.pack("<HH", len(preset_generators), 0))
    instrument_bags.append(struct.pack("<HH", len(instrument_generators), 0))
    preset_generators.append(bytes(4))
    instrument_generators.append(bytes(4))
    return _list(
        b"pdta",
        _chunk(b"phdr", b"".join(preset_headers)),
        _chunk(b"pbag", b"".join(preset_bags)),
        _chunk(b"pmod", modulator),
        _chunk(b"pgen", b"".join(preset_generators)),
        _chunk(b"inst", b"".join(instruments)),
        _chunk(b"ibag", b"".join(instrument_bags)),
        _chunk(b"imod", modulator),
        _chunk(b"igen", b"".join(instrument_generators)),
        _chunk(b"shdr", sample_headers),
    )


def _generators(settings: Iterable[tuple[Generator, int]]) -> list[bytes]:
    """Records in the order that the specification wants: ranges first, the link last."""

    def order(item: tuple[Generator, int]) -> tuple[bool, bool, int]:
        number = item[0]
        return (number in _UNSIGNED, number not in _RANGES, int(number))

    return [
        struct.pack("<HH" if number in (*_UNSIGNED, *_RANGES) else "<Hh", number, value)
        for number, value in sorted(settings, key=order)
    ]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _list(kind: bytes, *chunks: bytes) -> bytes:
    return _chunk(b"LIST", kind + b"".join(chunks))


def _text(text: str) -> bytes:
    data = text.encode("ascii") + b"\0"
    return data + bytes(len(data) % 2)


def _name(name: str) -> bytes:
    data = name.encode("ascii")
    if len(data) >= _NAME_BYTES:
        raise ValueError(f"{name!r} is too long for a SoundFont")
    return data
