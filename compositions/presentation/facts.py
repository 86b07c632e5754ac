"""What is known of a song, in words: key, tempo, meter, length, and what was understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compositions.composer.prompt_language import language_name

MODE_NAMES = {
    "major": "major",
    "minor": "minor",
    "harmonic_minor": "harmonic minor",
    "melodic_minor": "melodic minor",
    "major_pentatonic": "major pentatonic",
    "minor_pentatonic": "minor pentatonic",
}
FIELD_LABELS = {
    "title": "Title",
    "genre": "Style",
    "blend": "Coloured by",
    "era": "Era",
    "mood": "Mood",
    "key": "Key",
    "tempo": "Tempo",
    "meter": "Meter",
    "swing": "Swing",
    "instruments": "Instruments",
    "unwanted": "Without",
    "form": "Form",
    "chords": "Chords",
    "bars": "Bars",
    "seconds": "Length",
    "density": "Density",
    "energy": "Energy",
    "complexity": "Complexity",
    "register": "Register",
    "key_changes": "Changes of key",
    "meter_changes": "Changes of meter",
    "tempo_changes": "Changes of tempo",
    "theme": "About",
    "language": "Sung in",
}
SOURCE_LABELS = {
    "user": ("You set it", "asked"),
    "prompt": ("Your words", "asked"),
    "llm": ("Language model", "asked"),
    "style": ("The style", ""),
    "default": ("AriaForge", ""),
}
STRAIGHT_SWING = 0.52
UNSURE_BELOW = 0.6


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class SpecLine:
    """One answer of the specification and who gave it.

    ``asked`` is true when it came from the musician; ``unsure`` when the reading of the
    prompt may be wrong.
    """

    label: str
    value: str
    source: str
    asked: bool
    unsure: bool


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """One reason for trusting a song or not: a share 0..1 and why."""

    label: str
    value: float
    reason: str


def confidence_parts(parts: Any) -> tuple[ConfidencePart, ...]:
    """Return the parts of a song's confidence that could be measured, as stored with it."""
    return tuple(
        ConfidencePart(
            label=_words(part.get("label") or part.get("name") or ""),
            value=float(part["value"]),
            reason=str(part.get("reason") or ""),
        )
        for part in parts
        if isinstance(part, Mapping) and part.get("value") is not None
    )


def level_text(render: Any, name: str, unit: str) -> str:
    """Return one measured level of a render as text, empty when it was not measured."""
    level = (render.measurements if render is not None else {}).get(name)
    return f"{level:.1f} {unit}" if isinstance(level, int | float) else ""


def format_length(seconds: float) -> str:
    """Return a length as minutes and seconds, rounded: "2:05"."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def pretty_accidentals(note: str) -> str:
    """Return a spelled note with the printed signs: "B♭" for "Bb"."""
    return note[:1] + note[1:].replace("b", "♭").replace("#", "♯")


def key_name(tonic: str, mode: str) -> str:
    """Return a key as musicians write it: "B♭ major"."""
    return f"{pretty_accidentals(tonic)} {MODE_NAMES.get(mode, mode.replace('_', ' '))}"


def tempo_name(bpm: float) -> str:
    """Return a tempo with at most one decimal: "82 bpm"."""
    return f"{bpm:.1f}".removesuffix(".0") + " bpm"


def song_facts(song: Any) -> tuple[Fact, ...]:
    """Return key, tempo, meter and length of a composed song; empty before that."""
    facts = []
    if song.keys:
        facts.append(Fact("Key", key_name(song.keys[0]["tonic"], song.keys[0]["mode"])))
    if song.tempos:
        facts.append(Fact("Tempo", tempo_name(song.tempos[0]["bpm"])))
    if song.meters:
        meter = song.meters[0]
        facts.append(Fact("Meter", f"{meter['numerator']}/{meter['denominator']}"))
    if song.duration_seconds:
        facts.append(Fact("Length", format_length(song.duration_seconds)))
    return tuple(facts)


def describe_spec(spec: Mapping[str, Any]) -> tuple[SpecLine, ...]:
    """Return what is decided in a serialised specification, the musician's wishes first."""
    entries: dict[str, Any] = {
        name: entry for name, entry in spec.items() if isinstance(entry, Mapping)
    }
    tonic, mode = entries.pop("tonic", None), entries.pop("mode", None)
    if tonic and tonic.get("value"):
        entries["key"] = {**tonic, "value": (tonic["value"], (mode or {}).get("value") or "major")}
    elif mode and mode.get("value"):
        entries["key"] = {**mode, "value": mode["value"]}
    lines = []
    for name, label in FIELD_LABELS.items():
        entry = entries.get(name)
        if entry is None:
            continue
        value = _spec_value(name, entry.get("value"))
        if not value:
            continue
        source, kind = SOURCE_LABELS.get(entry.get("source", "default"), ("AriaForge", ""))
        asked = kind == "asked"
        lines.append(
            SpecLine(
                label=label,
                value=value,
                source=source,
                asked=asked,
                unsure=asked and float(entry.get("confidence") or 0.0) < UNSURE_BELOW,
            )
        )
    return tuple(sorted(lines, key=lambda line: not line.asked))


def _spec_value(name: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    special = _FORMATS.get(name)
    if special is not None:
        return special(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list | tuple):
        return _listed(value)
    return _words(value)


def _words(value: Any) -> str:
    text = str(value).replace("_", " ")
    return text[:1].upper() + text[1:]


def _listed(values: Iterable[Any]) -> str:
    return _words(", ".join(str(value).replace("_", " ") for value in values))


def _share(value: float) -> str:
    return f"{round(100 * float(value))} %"


def _key(value: Any) -> str:
    if isinstance(value, tuple):
        return key_name(*value)
    return _words(MODE_NAMES.get(value, value))


def _swing(value: float) -> str:
    if float(value) < STRAIGHT_SWING:
        return "Straight"
    return f"{round(100 * float(value))} : {round(100 * (1 - float(value)))}"


def _form(sections: Iterable[Mapping[str, Any]]) -> str:
    parts = []
    for section in sections:
        label = str(section.get("label") or section.get("kind") or "")
        bars = section.get("bars")
        parts.append(f"{label} ({bars})" if bars else label)
    return " · ".join(parts)


def _chords(value: Mapping[str, Iterable[Iterable[str]]]) -> str:
    parts = []
    for kind, bars in value.items():
        text = " | ".join(" ".join(map(str, bar)) for bar in bars)
        parts.append(f"{_words(kind)}: {text}" if kind else text)
    return "; ".join(parts)


def _key_changes(value: Iterable[Mapping[str, str]]) -> str:
    parts = [f"{_words(item['section'])}: {_words(item['move'])}" for item in value]
    return ", ".join(parts) or "none"


def _meter_changes(value: Iterable[Mapping[str, Any]]) -> str:
    parts = []
    for item in value:
        meters = " and ".join(f"{top}/{bottom}" for top, bottom in item["meters"])
        parts.append(f"{_words(item['section'] or 'song')}: {meters}")
    return ", ".join(parts)


def _tempo_changes(value: Iterable[Mapping[str, Any]]) -> str:
    parts = []
    for item in value:
        number = item.get("value")
        goal = f" to {number:g} bpm" if number else ""
        words = {
            "to": f"{number or 0:g} bpm",
            "by": f"{number or 1:g} times the tempo",
            "feel": "half-time" if (number or 1) < 1 else "double-time",
        }.get(item["change"], f"{item['change']}{goal}")
        parts.append(f"{_words(item['section'] or 'song')}: {words}")
    return ", ".join(parts)


_FORMATS: dict[str, Any] = {
    "title": str,
    "key": _key,
    "tempo": lambda value: tempo_name(float(value)),
    "meter": lambda value: f"{value[0]}/{value[1]}",
    "swing": _swing,
    "bars": str,
    "seconds": lambda value: format_length(float(value)),
    "form": _form,
    "chords": _chords,
    "instruments": lambda value: ", ".join(str(item["name"]) for item in value),
    "density": _share,
    "energy": _share,
    "complexity": _share,
    "register": _share,
    "key_changes": _key_changes,
    "meter_changes": _meter_changes,
    "tempo_changes": _tempo_changes,
    "language": lambda value: language_name(str(value)),
}
