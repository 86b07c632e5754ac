"""Explicit fields of a request, checked and put over what the prompt said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from compositions.composer.era import era_name
from compositions.composer.prompt_directions import SECTIONS_LEFT_OUT
from compositions.composer.prompt_form import parse_form_text
from compositions.composer.prompt_harmony import parse_chord_text
from compositions.composer.prompt_key import mode_of, note_name, read_key
from compositions.composer.prompt_language import LANGUAGE_NAMES
from compositions.composer.prompt_notes import said
from compositions.composer.prompt_tempo import TEMPO_HIGH, TEMPO_LOW
from compositions.composer.prompt_unwanted import unwanted_name
from compositions.composer.prompt_words import find_genre, find_instrument, request
from compositions.composer.rhythm import grid_for
from compositions.composer.spec import (
    FIELD_NAMES,
    TEMPO_CHANGES,
    InstrumentRequest,
    KeyRequest,
    MeterRequest,
    MusicSpec,
    Source,
    TempoRequest,
)
from compositions.composer.text_reader import TextReader
from compositions.composer.tonality import LocalKey, related_key
from compositions.score.document import Mode

MAX_SECONDS, MAX_BARS = 900.0, 1000
_TOLD = frozenset({"tempo", "meter", "genre", "bars", "seconds", "mode", "tonic", "title"})


def apply_overrides(spec: MusicSpec, overrides: Mapping[str, Any]) -> MusicSpec:
    """Return the specification with explicit fields in place.

    A field that differs from what the prompt says wins, and a note tells so. Raises
    ``ValueError`` that names the field when a name or value makes no sense.
    """
    prompted = spec
    for name, value in overrides.items():
        if value is None or value in ("", [], ()):
            continue
        try:
            if name == "key":
                tonic, mode = _key(value)
                spec = spec.with_value("tonic", tonic, Source.USER, 1.0)
                if mode:
                    spec = spec.with_value("mode", mode, Source.USER, 1.0)
                elif prompted.tonic.asked:  # the mode belonged to the key of the prompt
                    spec = spec.with_value("mode", None, Source.DEFAULT, 0.0)
                if prompted.tonic.asked and prompted.tonic.value != tonic:
                    spec = spec.with_note(
                        f"The prompt says {said('tonic', prompted.tonic.value)} and the field"
                        f" {said('tonic', tonic)}; the field is used."
                    )
                continue
            if name not in FIELD_NAMES:
                raise ValueError("this field does not exist")
            spec = spec.with_value(name, _READERS[name](value), Source.USER, 1.0)
            before, after = getattr(prompted, name), getattr(spec, name)
            if before.asked and before.value != after.value and name in _TOLD:
                spec = spec.with_note(
                    f"The prompt says {said(name, before.value)} and the field"
                    f" {said(name, after.value)}; the field is used."
                )
            if name == "tempo":
                spec = spec.with_value("tempo_range", None, Source.DEFAULT, 0.0)
        except (TypeError, KeyError) as error:
            raise ValueError(f"{name}: malformed value {value!r}") from error
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        if name in ("bars", "seconds"):  # one asked length replaces the other
            other = "seconds" if name == "bars" else "bars"
            if other not in overrides:
                spec = spec.with_value(other, None, Source.DEFAULT, 0.0)
    return spec


def read_field(name: str, value: Any) -> Any:
    """Return the value of one field of a specification, checked as an explicit field is.

    Raises ``ValueError`` when there is no such field or the value makes no sense.
    """
    if name not in FIELD_NAMES:
        raise ValueError(f"{name:.40}: this field does not exist")
    try:
        return _READERS[name](value)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{name}: malformed value {value!r:.80}") from error
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _key(value: Any) -> tuple[str, str | None]:
    text = str(value).strip()
    tonic, mode, _ = read_key(TextReader(f"key of {text[:1].upper()}{text[1:]}"))
    if tonic is None:
        raise ValueError(f"{text!r} is not a key such as D minor or Bb")
    return tonic, mode.value if mode else None


def _number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        number = float(value)
        if not low <= number <= high:
            raise ValueError(f"{value} is outside {low:g} to {high:g}")
        return number

    return read


def _genre(value: Any) -> str:
    found = find_genre(str(value))
    if found is None:
        raise ValueError(f"{value!r} is not a known genre")
    return found


def _meter(value: Any) -> tuple[int, int]:
    parts = value.split("/") if isinstance(value, str) else list(value)
    if len(parts) != 2:
        raise ValueError(f"{value!r} is not a meter such as 6/8")
    meter = (int(parts[0]), int(parts[1]))
    grid_for(*meter)
    return meter


def _tonic(value: Any) -> str:
    text = str(value).strip()
    if not re.fullmatch(r"(?i)[a-h](?:[b#♭♯]|[\s-]*(?:flat|sharp))?", text):
        raise ValueError(f"{value!r} is not a note such as Bb")
    return note_name(text)


def _mode(value: Any) -> str:
    if str(value) in {mode.value for mode in Mode}:
        return str(value)
    return mode_of(str(value)).value


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word for word in re.split(r"\s*,\s*", value.strip()) if word)
    return tuple(str(word) for word in value)


def _instruments(value: Any) -> tuple[InstrumentRequest, ...]:
    items = re.split(r"\s*,\s*", value) if isinstance(value, str) else value
    found: list[InstrumentRequest] = []
    for item in items:
        if isinstance(item, InstrumentRequest):
            found.append(item)
            continue
        instrument = find_instrument(str(item))
        if instrument is None:
            raise ValueError(f"{item!r} is not a known instrument")
        found.append(request(instrument.name))
    return tuple(found)


def _unwanted(value: Any) -> tuple[str, ...]:
    found = []
    for word in _words(value):
        name = unwanted_name(word.lower())
        if name is None and word.lower() in SECTIONS_LEFT_OUT:
            name = word.lower()
        if name is None:
            raise ValueError(f"{word!r} is neither a role nor an instrument")
        found.append(name)
    return tuple(found)


def _form(value: Any) -> Any:
    return parse_form_text(value if isinstance(value, str) else _tags(value))


def _tags(value: Sequence[Any]) -> str:
    return " ".join(item if str(item).startswith("[") else f"[{item}]" for item in map(str, value))


def _chords(value: Any) -> dict[str, tuple[tuple[str, ...], ...]]:
    if isinstance(value, Mapping):
        return {str(kind): parse_chord_text(str(text)) for kind, text in value.items()}
    text = value if isinstance(value, str) else " ".join(str(chord) for chord in value)
    return {"": parse_chord_text(text)}


def _text(value: Any) -> str:
    return str(value).strip()[:200]


def _genres(value: Any) -> tuple[str, ...]:
    return tuple(_genre(word) for word in _words(value))


def _language(value: Any) -> str:
    text = str(value).strip().lower()
    if text in LANGUAGE_NAMES:
        return LANGUAGE_NAMES[text]
    if not re.fullmatch(r"[a-z]{2,3}", text):
        raise ValueError(f"{value!r} is not a language such as French or fr")
    return text


def _range(value: Any) -> tuple[float, float]:
    low, high = (_number(TEMPO_LOW, TEMPO_HIGH)(number) for number in value)
    if low > high:
        raise ValueError(f"{low:g} is above {high:g}")
    return low, high


def _key_changes(value: Any) -> tuple[KeyRequest, ...]:
    """Read "bridge: dominant, last chorus: up 2", pairs, or requests."""
    items = re.split(r"\s*,\s*", value.strip()) if isinstance(value, str) else value
    found = []
    for item in items:
        if isinstance(item, KeyRequest):
            request = item
        elif isinstance(item, Mapping):
            request = KeyRequest(str(item["section"]), str(item["move"]))
        else:
            pair = item.split(":", 1) if isinstance(item, str) else list(item)
            if len(pair) != 2:
                continue
            request = KeyRequest(str(pair[0]).strip().lower(), str(pair[1]).strip())
        related_key(LocalKey("C", Mode.MAJOR), request.move)
        found.append(request)
    return tuple(found)


def _meter_changes(value: Any) -> tuple[MeterRequest, ...]:
    """Read "verse: 7/8, bridge: 5/4+4/4", or requests."""
    found = []
    for item in _requests(value):
        if isinstance(item, MeterRequest):
            request = item
        elif isinstance(item, Mapping):
            meters = tuple(_meter(meter) for meter in item["meters"])
            request = MeterRequest(str(item["section"]).strip().lower(), meters)
        else:
            section, words = _pair(item)
            request = MeterRequest(section, tuple(_meter(m) for m in words.split("+")))
        if not request.meters:
            raise ValueError("a change of meter names no meter")
        for meter in request.meters:
            grid_for(*meter)
        found.append(request)
    return tuple(found)


def _tempo_changes(value: Any) -> tuple[TempoRequest, ...]:
    """Read "chorus: 128, bridge: half-time, end: ritardando", or requests."""
    found = []
    for item in _requests(value):
        if isinstance(item, TempoRequest):
            request = item
        elif isinstance(item, Mapping):
            number = item.get("value")
            request = TempoRequest(
                str(item["section"]).strip().lower(), str(item["change"]),
                None if number is None else float(number),
            )  # fmt: skip
        else:
            request = _tempo_change(*_pair(item))
        if request.change not in TEMPO_CHANGES:
            raise ValueError(f"{request.change!r} is not one of {', '.join(TEMPO_CHANGES)}")
        if request.value is not None:
            low, high = (0.25, 4.0) if request.change in ("by", "feel") else (TEMPO_LOW, TEMPO_HIGH)
            _number(low, high)(request.value)
        elif request.change in ("to", "by", "feel"):
            raise ValueError(f"{request.change!r} needs a value")
        found.append(request)
    return tuple(found)


def _tempo_change(section: str, words: str) -> TempoRequest:
    """Read what one section does: "128", "half-time", "accelerando 140"."""
    name, _, rest = words.lower().replace("bpm", "").strip().partition(" ")
    if name in ("half-time", "double-time"):
        return TempoRequest(section, "feel", 0.5 if name == "half-time" else 2.0)
    if re.fullmatch(r"\d+(?:\.\d+)?", name):
        return TempoRequest(section, "to", float(name))
    return TempoRequest(section, name, float(rest) if rest.strip() else None)


def _requests(value: Any) -> Sequence[Any]:
    if isinstance(value, str):
        return re.split(r"\s*,\s*", value.strip())
    return list(value)


def _pair(item: Any) -> tuple[str, str]:
    """Return section and words of "bridge: 3/4"; without a section they are for the song."""
    pair = str(item).split(":", 1) if isinstance(item, str) else [str(part) for part in item]
    section, words = pair if len(pair) == 2 else ("", pair[0])
    return section.strip().lower(), words.strip()


def _long_text(value: Any) -> str:
    return str(value).strip()[:20_000]


_READERS: dict[str, Callable[[Any], Any]] = {
    "genre": _genre,
    "mood": _words,
    "tonic": _tonic,
    "mode": _mode,
    "tempo": _number(TEMPO_LOW, TEMPO_HIGH),
    "meter": _meter,
    "swing": _number(0.5, 0.75),
    "bars": lambda value: int(_number(1, MAX_BARS)(value)),
    "seconds": _number(5, MAX_SECONDS),
    "form": _form,
    "chords": _chords,
    "instruments": _instruments,
    "instruments_only": bool,
    "unwanted": _unwanted,
    "density": _number(0, 1),
    "energy": _number(0, 1),
    "complexity": _number(0, 1),
    "theme": _text,
    "title": _text,
    "tempo_range": _range,
    "blend": _genres,
    "language": _language,
    "lyrics": _long_text,
    "era": lambda value: era_name(str(value)),
    "register": _number(0, 1),
    "key_changes": _key_changes,
    "meter_changes": _meter_changes,
    "tempo_changes": _tempo_changes,
}
