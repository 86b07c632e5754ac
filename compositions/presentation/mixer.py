"""The mixer as its page shows it: every control with its value, and what is automatic.

A control shows what is set, or else the automatic value that the latest mix used; ``scale`` turns
the number on the page into that of the document (a share of 0..1 is shown in per cent).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compositions.presentation.lanes import COLOUR_COUNT, instrument_names, track_letters
from compositions.score import limits
from compositions.score.diff_words_facts import instrument
from compositions.score.diff_words_mix import setting
from compositions.score.mix_settings import MIX_FIELDS, STRIP_FIELDS, BandType, BusGroup
from compositions.score.mix_settings import Compressor as CompressorSettings

GROUP_TITLES = {
    BusGroup.FRONT: "Lead and voice",
    BusGroup.HARMONY: "Harmony",
    BusGroup.BASS: "Bass",
    BusGroup.DRUMS: "Drums",
}
BAND_TITLES = {
    BandType.HIGH_PASS: "Low cut",
    BandType.LOW_SHELF: "Low shelf",
    BandType.BELL: "Bell",
    BandType.HIGH_SHELF: "High shelf",
    BandType.LOW_PASS: "High cut",
}
_PERCENT = 100.0
# The slider of a fader ends where hardly anything is heard; the number beside it goes on.
_FADER_SLIDER_DB = (-48.0, 12.0)


@dataclass(frozen=True, slots=True)
class Control:
    """One number on the mixer.

    ``field`` is its name in the document, ``value``, ``low``, ``high`` and ``step`` are as shown
    in ``unit``; ``slider`` are the ends of its slider, ``reset`` what a double click sets.
    ``is_automatic`` tells that nobody set it; ``automatic`` says in words what it is then, "" for
    a control that is never automatic.
    """

    field: str
    label: str
    value: str
    low: float
    high: float
    step: float
    unit: str
    scale: float = 1.0
    slider: tuple[float, float] = (0.0, 0.0)
    reset: str = ""
    is_automatic: bool = False
    automatic: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from; ``options`` are (value, words, chosen), "" is automatic."""

    field: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """One band of an equaliser; ``types`` are (value, words, chosen)."""

    number: int
    types: tuple[tuple[str, str, bool], ...]
    frequency: str
    gain: str
    q: str


@dataclass(frozen=True, slots=True)
class StripView:
    """One channel strip.

    ``place`` is where the desk puts it while the song has no pan at all, ``level_db`` the automatic
    level of the latest mix; both "" where there is none.
    """

    id: str
    name: str
    letter: str
    colour: int
    instrument: str
    muted: bool
    solo: bool
    place: str
    fader: Control
    pan: Control
    sends: tuple[Control, ...]
    shaping: tuple[Control, ...]
    bus: Choice
    bands: tuple[Band, ...]
    curve: str
    equaliser_is_automatic: bool
    equaliser_words: str
    compressor: tuple[Control, ...]
    compressor_is_automatic: bool
    compressor_words: str
    compression: str
    automatic_level: bool
    level: str
    level_db: str
    set_count: int


@dataclass(frozen=True, slots=True)
class MixView:
    """The groups and the master."""

    groups: tuple[tuple[Control, str], ...]
    automatic_balance: bool
    preset: Choice
    controls: tuple[Control, ...]
    set_count: int


def strips(tracks: Sequence[Any], reports: Mapping[str, Mapping[str, Any]]) -> list[StripView]:
    """The strips of ``tracks`` (rows of the document).

    ``reports`` tell by the ids of tracks what a render said of them (``level_db``,
    ``loudness_lufs``, ``strip``); only ``strip["automatic"]`` must be there.
    """
    letters = track_letters([track.name for track in tracks])
    panned = any(track.pan for track in tracks)
    return [
        _strip(track, letter, index % COLOUR_COUNT, reports[track.entity_id], panned=panned)
        for index, (track, letter) in enumerate(zip(tracks, letters, strict=True))
    ]


def _instrument_of(track: Any) -> str:
    sound = (track.percussion, track.bank, track.program)
    if not track.preset and sound in instrument_names():
        return instrument_names()[sound]
    return instrument(
        {"preset": track.preset, "program": track.program, "percussion": track.percussion}
    )


def _strip(
    track: Any, letter: str, colour: int, report: Mapping[str, Any], *, panned: bool
) -> StripView:
    strip = report["strip"]
    place = 0.0 if panned else strip.get("pan", 0.0)
    automatic: Mapping[str, Any] = strip["automatic"]
    own = {name: getattr(track, name) for name in STRIP_FIELDS}
    bands = automatic["equaliser"] if own["equaliser"] is None else own["equaliser"]
    squeeze = automatic["compressor"] if own["compressor"] is None else own["compressor"]

    def share(field: str, label: str) -> Control:
        return _number(field, label, own[field], automatic[field], (0, 100, 1), "%", _PERCENT)

    return StripView(
        id=track.entity_id,
        name=track.name or "Track",
        letter=letter,
        colour=colour,
        instrument=_instrument_of(track),
        muted=track.muted,
        solo=track.solo,
        place=_text(place) if place else "",
        fader=Control(
            "gain_db",
            "Fader",
            _text(track.gain_db),
            limits.GAIN_MIN_DB,
            limits.GAIN_MAX_DB,
            0.1,
            "dB",
            slider=_FADER_SLIDER_DB,
            reset="0",
        ),
        pan=Control(
            "pan",
            "Pan",
            _text(track.pan * _PERCENT),
            -100,
            100,
            1,
            "L–R",
            _PERCENT,
            (-100, 100),
            reset="0",
            automatic=_place(place),
        ),
        sends=(
            Control(
                "reverb_send",
                "Reverb",
                _text(track.reverb_send * _PERCENT),
                0,
                100,
                1,
                "%",
                _PERCENT,
                (0, 100),
                reset="20",
            ),
            share("delay_send", "Delay"),
        ),
        shaping=(
            share("saturation", "Saturation"),
            share("width", "Width"),
            _number(
                "ducking_db",
                "Ducking",
                own["ducking_db"],
                automatic["ducking_db"],
                (*limits.STRIP["ducking_db"], 0.5),
                "dB",
            ),
        ),
        bus=Choice(
            "bus",
            "Group",
            (
                ("", f"Automatic: {GROUP_TITLES[BusGroup(automatic['bus'])]}", own["bus"] is None),
                *((bus.value, GROUP_TITLES[bus], own["bus"] == bus.value) for bus in BusGroup),
            ),
        ),
        bands=tuple(_band(number, band) for number, band in enumerate(bands, start=1)),
        curve=json.dumps(bands),
        equaliser_is_automatic=own["equaliser"] is None,
        equaliser_words=setting("equaliser", bands),
        compressor=tuple(_compressor(squeeze)),
        compressor_is_automatic=own["compressor"] is None,
        compressor_words=setting("compressor", squeeze),
        compression=_took(strip.get("compression_db")),
        automatic_level=track.automatic_level,
        level=_level(report),
        level_db=_text(report["level_db"]) if "level_db" in report else "",
        set_count=sum(own[name] is not None for name in STRIP_FIELDS if name != "automatic_level")
        + (not track.automatic_level),
    )


def mix_view(
    mix: Mapping[str, Any], report: Mapping[str, Any], presets: Iterable[tuple[str, str]]
) -> MixView:
    """Groups and master of a song.

    ``mix`` is what is set of :data:`compositions.score.mix_settings.MIX_FIELDS`, ``report`` the
    report of the latest mix (may be empty), ``presets`` are (name, title) of all mix presets.
    """
    balance = (report.get("balance") or {}).get("gains_db", {})
    automatic = report.get("automatic") or {}
    preset = mix.get("mix_preset", "")
    known = dict(presets)
    used = known.get(report.get("preset", ""), "") if not preset else ""
    options = [("", f"That of the style: {used}" if used else "That of the style", not preset)]
    options += [(name, title, name == preset) for name, title in known.items()]
    if preset and preset not in known:
        options.append((preset, preset, True))
    balanced = mix.get("automatic_balance", True)
    groups = []
    for bus in BusGroup:
        field = f"{bus.value}_gain_db"
        found = balance.get(bus.value)
        words = f"Automatic {setting(field, found)}" if found is not None and balanced else ""
        low, high = limits.MIX[field]
        control = Control(
            field,
            GROUP_TITLES[bus],
            _text(mix.get(field, 0.0)),
            low,
            high,
            0.1,
            "dB",
            slider=(low, high),
            reset="0",
        )
        groups.append((control, words))

    def number(
        field: str, label: str, automatic: Any, step: float, unit: str, scale: float = 1.0
    ) -> Control:
        low, high = limits.MIX[field]
        ends = (low * scale, high * scale, step)
        return _number(field, label, mix.get(field), automatic, ends, unit, scale)

    controls = (
        number("target_lufs", "Loudness", report.get("target_lufs", -14.0), 0.1, "LUFS"),
        number("reverb_seconds", "Reverb time", automatic.get("reverb_seconds"), 0.1, "s"),
        number("delay_beats", "Delay time", automatic.get("delay_beats"), 0.125, "beats"),
        number(
            "delay_feedback", "Delay feedback", automatic.get("delay_feedback"), 5, "%", _PERCENT
        ),
    )
    return MixView(
        groups=tuple(groups),
        automatic_balance=balanced,
        preset=Choice("mix_preset", "Mix preset", tuple(options)),
        controls=controls,
        set_count=sum(name in mix for name in MIX_FIELDS),
    )


def _number(
    field: str,
    label: str,
    own: float | None,
    automatic: float | None,
    ends: tuple[float, float, float],
    unit: str,
    scale: float = 1.0,
) -> Control:
    """A control that is automatic until it is set."""
    low, high, step = ends
    shown = automatic if own is None else own
    words = "" if automatic is None else f"{_text(automatic * scale)} {unit}"
    return Control(
        field,
        label,
        "" if shown is None else _text(shown * scale),
        low,
        high,
        step,
        unit,
        scale,
        (low, high),
        is_automatic=own is None,
        automatic=f"Automatic: {words}" if words else "Automatic",
    )


def _band(number: int, band: Mapping[str, Any]) -> Band:
    return Band(
        number,
        tuple((kind.value, title, kind == band["type"]) for kind, title in BAND_TITLES.items()),
        _text(band["frequency_hz"]),
        _text(band["gain_db"]),
        _text(band["q"]),
    )


def _compressor(values: Mapping[str, float]) -> Iterable[Control]:
    complete = {name: getattr(CompressorSettings(), name) for name in limits.COMPRESSOR}
    complete |= values
    for field, label, step, unit in (
        ("ratio", "Ratio", 0.1, ": 1"),
        ("threshold_db", "Threshold", 0.5, "dB"),
        ("attack_ms", "Attack", 1, "ms"),
        ("release_ms", "Release", 5, "ms"),
        ("makeup_db", "Makeup", 0.5, "dB"),
    ):
        low, high = limits.COMPRESSOR[field]
        yield Control(field, label, _text(complete[field]), low, high, step, unit)


def _text(value: float) -> str:
    """A number for an input: at most three decimals, none that are not needed."""
    return f"{round(value, 3):g}" if abs(value) < 1e5 else f"{value:.0f}"


def _place(pan: float) -> str:
    """Where the desk puts a track, in words."""
    if not pan:
        return ""
    return f"Automatic: {abs(pan) * _PERCENT:.0f} % {'left' if pan < 0 else 'right'}"


def _took(most_db: float | None) -> str:
    return "" if most_db is None else f"took at most {_text(most_db)} dB"


def _level(report: Mapping[str, Any]) -> str:
    if "level_db" not in report:
        return ""
    return f"{setting('gain_db', report['level_db'])} for {report['loudness_lufs']:.1f} LUFS"
