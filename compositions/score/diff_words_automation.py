"""Automation told in words: "sustain pedal: 8 points added"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from compositions.score.diff import ADD, REMOVE, SET
from compositions.score.diff_words_facts import Comparison, Fact, Item, Rank, told
from compositions.score.diff_words_phrases import (
    bars_words,
    clusters,
    count,
    length_words,
    number,
    signed,
)
from compositions.score.entities import Kind

_MOST_RANGES = 3
_CONTROLLERS = {
    1: "modulation",
    2: "breath",
    4: "foot pedal",
    5: "portamento time",
    7: "volume",
    8: "balance",
    10: "pan",
    11: "expression",
    64: "sustain pedal",
    65: "portamento",
    66: "sostenuto pedal",
    67: "soft pedal",
    68: "legato pedal",
    71: "resonance",
    72: "release",
    73: "attack",
    74: "brightness",
    75: "decay",
    76: "vibrato rate",
    77: "vibrato depth",
    78: "vibrato delay",
    91: "reverb",
    92: "tremolo",
    93: "chorus effect",
    94: "detune",
    95: "phaser",
}
"""Names of MIDI controllers (MIDI 1.0 Control Change Messages, General MIDI 2)."""
_VERBS = {ADD: "added", REMOVE: "removed"}


def parameter_name(parameter: str) -> str:
    """Return what a parameter is called: "cc64" is the sustain pedal."""
    if not parameter.startswith("cc"):
        return parameter.replace("_", " ")
    controller = parameter[2:]
    named = _CONTROLLERS.get(int(controller)) if controller.isdigit() else None
    return named or f"controller {controller}"


def tell_automation(comparison: Comparison) -> None:
    """Tell of automation track by track and parameter by parameter."""
    groups: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in comparison.of(Kind.AUTOMATION):
        fields = item.fields
        groups[fields["track"], fields["parameter"], item.action].append(item)
    for (track, parameter, action), items in groups.items():
        if action == SET:
            _tell_set(comparison, track, parameter, items)
        else:
            words = f"{count(len(items), 'point')} {_VERBS[action]}"
            _tell(comparison, track, parameter, items, words)


def _tell(
    comparison: Comparison,
    track: str,
    parameter: str,
    items: Sequence[Item],
    words: str,
    *names: str,
) -> None:
    side = comparison.side_of(items[0])
    bars = sorted({side.bar(item.fields["tick"]) for item in items})
    runs = clusters(bars)
    span = (bars[0], bars[-1])
    comparison.tell(
        Fact(
            Rank.AUTOMATION,
            Kind.AUTOMATION,
            items[0].action,
            words,
            told(items, *names),
            subjects=[f"{side.name(track)} {parameter_name(parameter)}"],
            place=bars_words(runs if len(runs) <= _MOST_RANGES else [span]),
            bars=span,
            tracks=[track],
        )
    )


def _tell_set(comparison: Comparison, track: str, parameter: str, items: list[Item]) -> None:
    homes = [item for item in items if "track" in item.names]
    if homes:
        source = comparison.before.name(homes[0].old["track"])
        words = f"{count(len(homes), 'point')} moved from {source}"
        _tell(comparison, track, parameter, homes, words, "track")
    others = [item for item in items if "parameter" in item.names]
    if others:
        old = parameter_name(others[0].old["parameter"])
        words = f"{count(len(others), 'point')} that were {old}"
        if len(others) == 1:
            words = f"1 point that was {old}"
        _tell(comparison, track, parameter, others, words, "parameter")
    moved = [item for item in items if "tick" in item.names]
    if moved:
        steps = {item.step("tick") for item in moved}
        words = f"{count(len(moved), 'point')} moved"
        if len(steps) == 1:
            step = steps.pop()
            bar = comparison.before.bar_ticks(item.old["tick"] for item in moved)
            words += f" {length_words(step, bar)} {'later' if step > 0 else 'earlier'}"
        _tell(comparison, track, parameter, moved, words, "tick")
    valued = [item for item in items if "value" in item.names]
    if valued:
        _tell(comparison, track, parameter, valued, _values(valued), "value")


def _values(items: Sequence[Item]) -> str:
    """Words for points with other values."""
    if len(items) == 1:
        new, old = (number(side["value"]) for side in (items[0].new, items[0].old))
        return f"{new}, was {old}"
    points = count(len(items), "point")
    steps = {round(item.step("value"), 6) for item in items}
    if len(steps) == 1:
        return f"{points} {signed(steps.pop())}"
    values = {item.new["value"] for item in items}
    if len(values) == 1:
        return f"{points} set to {number(values.pop())}"
    return f"{points} changed"
