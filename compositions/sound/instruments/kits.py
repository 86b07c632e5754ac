"""Drum kits: 808, 909, trap, lo-fi, chip, acoustic (tight and room) and brushes."""

from __future__ import annotations

import numpy as np

from compositions.sound.instruments.cymbals import machine_metal, metal, ping
from compositions.sound.instruments.drum_voices import (
    band,
    clap,
    hat,
    in_room,
    kick,
    noise,
    rim,
    shaken,
    snare,
    tom,
    worn,
)
from compositions.sound.instruments.kit_pieces import HATS, Piece, kit, moved, piece
from compositions.sound.instruments.percussion import shared
from compositions.sound.instruments.soundfont_format import FontPreset, Wave
from compositions.sound.instruments.waves import RATE, faded, generator, normalised, times

_TOM_KEYS = (41, 43, 45, 47, 48, 50)
_TOM_STEPS = (0.0, 2.0, 4.0, 7.0, 9.0, 12.0)
_TOM_PANS = (0.35, 0.22, 0.1, -0.05, -0.18, -0.3)


def _two(name: str, key: int, second: int, semitones: float, wave: Wave) -> list[Piece]:
    """A drum on its key, and tuned on the other key that General MIDI has for it."""
    first = piece(name, key, wave)
    return [first, moved(first, second, semitones)]


def _toms(low: Wave, high: Wave, name: str) -> list[Piece]:
    """Six toms from two recordings, spread over the stage."""
    first, second = piece(f"{name} tom low", 41, low), piece(f"{name} tom high", 47, high)
    toms = []
    for key, steps, pan in zip(_TOM_KEYS, _TOM_STEPS, _TOM_PANS, strict=True):
        source, tuned = (first, steps) if steps < 6.0 else (second, steps - 7.0)
        toms.append(moved(source, key, tuned, pan))
    return toms


def _cymbals(name: str, crash: Wave, ride: Wave, bell: Wave) -> list[Piece]:
    """Crashes, rides, china and splash from three recordings."""
    first = piece(f"{name} crash", 49, crash, pan=-0.35)
    bow = piece(f"{name} ride", 51, ride, pan=0.4)
    return [
        first, moved(first, 57, 1.6, 0.4), moved(first, 52, -3.5, 0.3), moved(first, 55, 6.0, -0.1),
        bow, moved(bow, 59, -1.4, 0.45), piece(f"{name} bell", 53, bell, pan=0.4),
    ]  # fmt: skip


def _hats(name: str, closed: Wave, pedal: Wave, opened: Wave, pan: float = 0.2) -> list[Piece]:
    waves = (("hat", 42, closed), ("pedal", 44, pedal), ("open", 46, opened))
    return [piece(f"{name} {what}", key, wave, pan=pan, choke=HATS) for what, key, wave in waves]


def _machine_hat(ring: float, seconds: float, low: float) -> Wave:
    metal_wave = machine_metal(seconds, 10.0, low, 14_000.0)
    return hat(metal_wave, f"machine {ring}", ring=ring, low=low, air=0.18)


def _machine_cymbal(seconds: float, name: str) -> Wave:
    squares = machine_metal(seconds, 1.1 * seconds, 3000.0, 12_000.0)
    sheet = metal(seconds, name, low=2500.0, ring=0.8 * seconds, bright=0.7)
    return faded(normalised(squares + 0.8 * sheet), 0.0005, 0.3)


def kit_808() -> FontPreset:
    """The analogue machine of hip-hop: a long deep kick, tick-like snare, metal hats."""
    deep = kick("808", start=130.0, end=49.0, fall=0.014, ring=1.1, click=0.12, drive=1.1)
    snap = snare("808", tone=178.0, tone_level=0.9, tone_ring=0.16, wires_ring=0.2,
                 wires=(1800.0, 12_000.0), crack=0.2)  # fmt: skip
    ride = _machine_cymbal(0.9, "808 ride")
    own = [
        *_two("808 kick", 36, 35, -2.0, deep),
        piece("808 rim", 37, rim("808 rim", pitch=1660.0, ring=0.04), pan=-0.1),
        *_two("808 snare", 38, 40, 2.0, snap),
        piece("808 clap", 39, clap("808", centre=1100.0, ring=0.28), pan=0.05),
        *_toms(tom("808 low", pitch=88.0, ring=0.6, bend=0.35, skin=0.05),
               tom("808 high", pitch=150.0, ring=0.42, bend=0.35, skin=0.05), "808"),
        *_hats("808", _machine_hat(0.09, 0.14, 6500.0), _machine_hat(0.06, 0.1, 6500.0),
               _machine_hat(0.55, 0.6, 6500.0)),
        *_cymbals("808", _machine_cymbal(1.5, "808 crash"), ride,
                  normalised(machine_metal(0.5, 0.5, 500.0, 3000.0))),
        piece("808 cowbell", 56, _machine_cowbell(), pan=0.2),
        piece("808 maracas", 70,
              shaken("808 maracas", low=6500.0, high=16_000.0, rise=0.004, fall=0.05)),
        piece("808 clave", 75, faded(ping(0.09, ((2500.0, 1.0, 0.07),)), 0.0005, 0.01)),
    ]  # fmt: skip
    return kit("808 Kit", 26, (*own, *shared()))


def _machine_cowbell() -> Wave:
    time = times(0.42)
    wave = sum(
        np.sin(2.0 * np.pi * own * number * time) / number
        for own in (540.0, 800.0)
        for number in (1, 3, 5, 7)
    )
    shape = 0.6 * np.exp(-time / 0.012) + 0.4 * np.exp(-6.9 * time / 0.4)
    return faded(normalised(band(np.asarray(wave) * shape, 480.0, 4200.0)), 0.0004, 0.05)


def kit_909() -> FontPreset:
    """The machine of house and techno: a hard, round kick, a noisy snare, sizzling hats."""
    hard = kick("909", start=260.0, end=51.0, fall=0.022, ring=0.5, click=0.5, drive=1.9)
    snap = snare("909", tone=196.0, tone_level=0.75, tone_ring=0.15, wires_ring=0.25,
                 wires=(900.0, 11_000.0), crack=0.5)  # fmt: skip
    crash = metal(1.5, "909 crash", low=700.0, ring=1.4, bright=0.62, strike=0.2)
    sheet = metal(0.7, "909 hat", low=5500.0, ring=2.0, bright=0.65, density=0.3)
    own = [
        *_two("909 kick", 36, 35, -1.5, hard),
        piece("909 rim", 37, rim("909 rim", pitch=1180.0, ring=0.07), pan=-0.1),
        *_two("909 snare", 38, 40, 2.0, snap),
        piece("909 clap", 39, clap("909", centre=1250.0, ring=0.24, spread=0.0095), pan=0.05),
        *_toms(tom("909 low", pitch=84.0, ring=0.55, bend=0.6, skin=0.2, drive=1.5),
               tom("909 high", pitch=140.0, ring=0.42, bend=0.6, skin=0.2, drive=1.5), "909"),
        *_hats("909", hat(sheet[: RATE // 8], "909 c", ring=0.075, low=7000.0, air=0.5),
               hat(sheet[: RATE // 10], "909 p", ring=0.05, low=7000.0, air=0.5),
               hat(sheet, "909 o", ring=0.5, low=6500.0, air=0.45)),
        *_cymbals("909", faded(crash, 0.0004, 0.4),
                  _ride("909 ride", 1.1, 0.62), _ride_bell("909 bell")),
    ]  # fmt: skip
    return kit("909 Kit", 27, (*own, *shared()))


def _ride(name: str, seconds: float, bright: float) -> Wave:
    bow = metal(
        seconds, name, low=420.0, ring=1.25 * seconds, bright=bright, density=0.2, strike=0.5
    )
    stick = ping(seconds, ((3150.0, 1.0, 0.25), (4720.0, 0.7, 0.2), (6900.0, 0.4, 0.12)))
    return faded(normalised(bow + 0.3 * normalised(stick)), 0.0003, 0.3)


def _ride_bell(name: str) -> Wave:
    tone = ping(
        0.9,
        (
            (812.0, 1.0, 0.9),
            (1490.0, 0.7, 0.8),
            (2370.0, 0.6, 0.6),
            (3640.0, 0.5, 0.45),
            (5210.0, 0.3, 0.3),
        ),
    )
    sheet = metal(0.9, name, low=900.0, ring=0.7, bright=0.6, density=0.1)
    return faded(normalised(normalised(tone) + 0.35 * sheet), 0.0003, 0.25)


def kit_trap() -> FontPreset:
    """Short, hard and dry: a clipped kick that leaves the low end to the 808, crisp hats."""
    punch = kick("trap", start=210.0, end=56.0, fall=0.018, ring=0.3, click=0.7, drive=3.2)
    snap = snare("trap", tone=214.0, tone_level=0.8, tone_ring=0.12, wires_ring=0.17,
                 wires=(1500.0, 13_000.0), crack=0.9, drive=1.9)  # fmt: skip
    hands = clap("trap", centre=1500.0, ring=0.2, spread=0.008)
    layered = snap[: len(hands)] if len(snap) > len(hands) else snap
    both = hands.copy()
    both[: len(layered)] += 0.6 * layered
    sheet = metal(0.5, "trap hat", low=7500.0, ring=1.5, bright=0.7, density=0.25)
    own = [
        *_two("Trap kick", 36, 35, -2.0, punch),
        piece("Trap rim", 37, rim("trap rim", pitch=2050.0, ring=0.045), pan=-0.1),
        *_two("Trap snare", 38, 40, 3.0, snap),
        piece("Trap clap", 39, normalised(both)),
        *_toms(tom("trap low", pitch=78.0, ring=0.5, bend=0.5, skin=0.1, drive=1.8),
               tom("trap high", pitch=132.0, ring=0.4, bend=0.5, skin=0.1, drive=1.8), "Trap"),
        *_hats("Trap", hat(sheet[: RATE // 12], "trap c", ring=0.05, low=8000.0, air=0.6),
               hat(sheet[: RATE // 14], "trap p", ring=0.035, low=8000.0, air=0.6),
               hat(sheet, "trap o", ring=0.38, low=7500.0, air=0.5)),
        *_cymbals("Trap", _machine_cymbal(1.4, "trap crash"), _machine_cymbal(0.7, "trap ride"),
                  normalised(machine_metal(0.4, 0.4, 500.0, 3000.0))),
    ]  # fmt: skip
    return kit("Trap Kit", 28, (*own, *shared()))


class _Acoustic:
    """The recordings that the acoustic kits and the lo-fi kit start from."""

    def __init__(self, name: str, *, ring: float, kick_pitch: float, snare_pitch: float) -> None:
        self.kick = kick(
            f"{name} kick", start=2.1 * kick_pitch, end=kick_pitch, fall=0.02, ring=0.42 * ring,
            click=0.55, drive=1.25, body=0.35,
        )  # fmt: skip
        self.snare = snare(
            f"{name} snare", tone=snare_pitch, tone_level=0.85, tone_ring=0.2 * ring,
            wires_ring=0.26 * ring, wires=(1100.0, 10_500.0), crack=0.7, modes=5,
        )  # fmt: skip
        self.rim = rim(f"{name} rim", pitch=1480.0, ring=0.07)
        self.low_tom = tom(f"{name} low", pitch=82.0, ring=0.75 * ring, bend=0.12, skin=0.45)
        self.high_tom = tom(f"{name} high", pitch=140.0, ring=0.6 * ring, bend=0.12, skin=0.45)
        sheet = metal(
            0.8, f"{name} hats", low=2600.0, ring=1.6, bright=0.68, density=0.3, strike=0.3
        )
        self.closed = hat(sheet[: RATE // 6], f"{name} c", ring=0.11, low=3800.0, air=0.25)
        self.pedal = hat(sheet[: RATE // 8], f"{name} p", ring=0.08, low=2600.0, air=0.3)
        self.opened = hat(sheet, f"{name} o", ring=0.75, low=3400.0, air=0.2)
        self.crash = faded(
            metal(1.6, f"{name} crash", low=340.0, ring=1.7, bright=0.58, strike=0.25), 0.0004, 0.5
        )
        self.ride = _ride(f"{name} ride", 1.3, 0.56)
        self.bell = _ride_bell(f"{name} bell")


def kit_tight() -> FontPreset:
    """Acoustic drums close to the microphones, damped."""
    drums = _Acoustic("Tight", ring=0.75, kick_pitch=58.0, snare_pitch=198.0)
    own = [
        *_two("Tight kick", 36, 35, -1.5, drums.kick),
        piece("Tight rim", 37, drums.rim, pan=-0.1),
        *_two("Tight snare", 38, 40, 1.2, drums.snare),
        piece("Tight clap", 39, clap("tight", centre=1400.0, ring=0.12)),
        *_toms(drums.low_tom, drums.high_tom, "Tight"),
        *_hats("Tight", drums.closed, drums.pedal, drums.opened),
        *_cymbals("Tight", drums.crash, drums.ride, drums.bell),
    ]  # fmt: skip
    return kit("Tight Kit", 20, (*own, *shared()))


def kit_room() -> FontPreset:
    """Acoustic drums in a live room, in stereo."""
    drums = _Acoustic("Room", ring=1.15, kick_pitch=52.0, snare_pitch=182.0)

    def roomy(name: str, key: int, wave: Wave, level: float, seconds: float = 0.38) -> Piece:
        return piece(name, key, *in_room(wave, name, seconds=seconds, level=level))

    struck = roomy("Room kick", 36, drums.kick, 0.35)
    snapped = roomy("Room snare", 38, drums.snare, 0.6, 0.5)
    own = [
        struck, moved(struck, 35, -1.5),
        roomy("Room rim", 37, drums.rim, 0.5),
        snapped, moved(snapped, 40, 1.2),
        roomy("Room clap", 39, clap("room", centre=1300.0, ring=0.14), 0.7, 0.5),
        *_toms(drums.low_tom, drums.high_tom, "Room"),
        *_hats("Room", drums.closed, drums.pedal, drums.opened),
        *_cymbals("Room", drums.crash, drums.ride, drums.bell),
    ]  # fmt: skip
    return kit("Live Room Kit", 21, (*own, *shared()))


def kit_lofi() -> FontPreset:
    """Old drums through an old sampler: dull, gritty, soft."""
    drums = _Acoustic("Lo-fi", ring=0.8, kick_pitch=60.0, snare_pitch=176.0)

    def old(what: str, key: int, wave: Wave, high: float = 6500.0, choke: int = 0) -> Piece:
        # Nothing is left over 9 kHz: every other frame says it all.
        wave = worn(wave, bits=9, high=high, drive=1.8)[::2]
        return piece(f"Lofi {what}", key, wave, choke=choke, rate=RATE // 2)

    struck, snapped = old("kick", 36, drums.kick, 2600.0), old("snare", 38, drums.snare, 5500.0)
    low, high = (
        old("low tom", 41, drums.low_tom, 3500.0),
        old("high tom", 47, drums.high_tom, 4000.0),
    )
    crash, ride = old("crash", 49, drums.crash), old("ride", 51, drums.ride)
    own = [
        struck, moved(struck, 35, -2.0), snapped, moved(snapped, 40, -2.5),
        old("rim", 37, drums.rim), old("clap", 39, clap("lofi", centre=1100.0, ring=0.16), 5500.0),
        moved(low, 41, 0.0, 0.35), moved(low, 43, 2.0, 0.2), moved(low, 45, 4.0, 0.1),
        moved(high, 47, 0.0, 0.0), moved(high, 48, 2.0, -0.2), moved(high, 50, 5.0, -0.3),
        old("hat", 42, drums.closed, 8000.0, HATS), old("pedal", 44, drums.pedal, 7000.0, HATS),
        old("open hat", 46, drums.opened, 7500.0, HATS),
        crash, moved(crash, 57, 1.6), moved(crash, 52, -3.5), moved(crash, 55, 6.0),
        ride, moved(ride, 59, -1.4), old("bell", 53, drums.bell),
    ]  # fmt: skip
    return kit("Lo-Fi Kit", 29, (*own, *shared()))


def kit_brush() -> FontPreset:
    """Brushes: a swish for the snare, a long one to stir with, soft cymbals."""
    time = times(0.5)
    skin = normalised(band(noise(0.5, "brush skin"), 500.0, 5200.0))
    tap_noise = skin[: round(0.24 * RATE)]
    tap_time = time[: len(tap_noise)]
    head = snare("brush head", tone=186.0, tone_level=1.0, tone_ring=0.14, wires_ring=0.14,
                 wires=(900.0, 7000.0), crack=0.0, modes=5)[: len(tap_noise)]  # fmt: skip
    tap = tap_noise * np.minimum(1.0, tap_time / 0.003) * np.exp(-6.9 * tap_time / 0.2)
    tap[: len(head)] += 0.45 * head
    slap = tap_noise * np.exp(-6.9 * tap_time / 0.12)
    stir_time = times(0.5)
    stir = skin[: len(stir_time)] * np.sin(np.pi * np.minimum(1.0, stir_time / 0.48)) ** 1.5
    drums = _Acoustic("Brush", ring=1.1, kick_pitch=62.0, snare_pitch=190.0)
    soft_kick = kick(
        "brush kick", start=110.0, end=62.0, fall=0.02, ring=0.5, click=0.1, drive=1.0, body=0.25
    )
    own = [
        *_two("Brush kick", 36, 35, -2.0, soft_kick),
        piece("Brush rim", 37, drums.rim, pan=-0.1),
        piece("Brush tap", 38, faded(normalised(tap), 0.001, 0.04)),
        piece("Brush slap", 39, faded(normalised(slap), 0.001, 0.04)),
        piece("Brush stir", 40, faded(normalised(stir), 0.02, 0.05)),
        *_toms(drums.low_tom, drums.high_tom, "Brush"),
        *_hats("Brush", drums.closed, drums.pedal, drums.opened),
        *_cymbals("Brush", drums.crash, drums.ride, drums.bell),
    ]  # fmt: skip
    return kit("Brushed Kit", 43, (*own, *shared()))


def kit_chip() -> FontPreset:
    """The drums of an 8-bit console: a triangle that drops, and noise of a shift register."""

    def falling(start: float, end: float, seconds: float) -> Wave:
        time = times(seconds)
        turn = np.cumsum(start * (end / start) ** (time / seconds)) / RATE % 1.0
        steps = np.round(np.abs(turn * 2.0 - 1.0) * 15.0) / 7.5 - 1.0
        return faded(normalised(band(steps, 0.0, 9000.0)), 0.0005, 0.02)

    def burst(name: str, clock: float, ring: float) -> Wave:
        time = times(1.3 * ring)
        register = generator("chip", name).integers(0, 2, round(clock * 1.3 * ring) + 2) * 2.0 - 1.0
        held = register[(time * clock).astype(np.int64)]
        volume = np.ceil(15.0 * np.exp(-4.0 * time / ring)) / 15.0  # sixteen steps of volume
        return faded(normalised(band(held * volume, 0.0, 15_000.0)), 0.0004, 0.01)

    punch, snap = falling(420.0, 46.0, 0.16), burst("snare", 9000.0, 0.19)
    snap = normalised(snap + np.pad(0.5 * falling(330.0, 150.0, 0.07), (0, len(snap)))[: len(snap)])
    own = [
        *_two("Chip kick", 36, 35, -2.0, punch), *_two("Chip snare", 38, 40, 3.0, snap),
        piece("Chip rim", 37, burst("rim", 14_000.0, 0.03)),
        piece("Chip clap", 39, burst("clap", 7000.0, 0.13)),
        *_toms(falling(190.0, 70.0, 0.24), falling(300.0, 120.0, 0.2), "Chip"),
        *_hats("Chip", burst("hat", 44_000.0, 0.045), burst("pedal", 44_000.0, 0.035),
               burst("open", 44_000.0, 0.22)),
        *_cymbals("Chip", burst("crash", 26_000.0, 0.9), burst("ride", 40_000.0, 0.3),
                  burst("bell", 30_000.0, 0.2)),
    ]  # fmt: skip
    return kit("Chip Kit", 30, (*own, *shared()))


def presets() -> tuple[FontPreset, ...]:
    """All kits."""
    return (
        kit_tight(), kit_room(), kit_808(), kit_909(), kit_trap(), kit_lofi(), kit_chip(),
        kit_brush(),
    )  # fmt: skip
