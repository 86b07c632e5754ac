"""Says to a musician what a merge could not decide."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from compositions.score.diff_words_mix import LABELS, setting
from compositions.score.diff_words_performance import DEPARTURES, departure
from compositions.score.document import TICKS_PER_QUARTER, MeterChange, Score
from compositions.score.entities import Entities, Fields, Kind
from compositions.score.general_midi import instrument_name
from compositions.score.harmony import spell_pitch
from compositions.score.timeline import Timeline

_LONGEST = 60
_SHORTEST_NOTE = 64

# What stands between the name of the thing and its value; None: the field's own name.
_VERBS = {
    "pitch": "becomes",
    "start": "begins at",
    "tick": "is at",
    "duration": "is",
    "velocity": "has velocity",
    "timing": "is sounded",
    "articulation": "is sounded",
    "dynamics": "is sounded",
    "track": "is on",
    "locked": "is",
    "muted": "is",
    "solo": "is",
    "percussion": "is",
    "continues": "is",
    "note_id": "is sung on",
    "section_id": "is in",
    "line_id": "belongs to",
    "name": "is named",
    "label": "is named",
    "title": "is named",
    "text": "reads",
    "program": "plays",
    "gain_db": "is at",
    "pan": "is panned to",
    "bpm": "is",
    "value": "is",
    "root": "has the root",
    "bass": "has the bass",
    "tonic": "is in",
}
_FLAGS = {
    "locked": ("locked", "not locked"),
    "muted": ("muted", "not muted"),
    "solo": ("solo", "not solo"),
    "percussion": ("percussion", "no percussion"),
    "continues": ("a part of a word", "the end of a word"),
}
_PLURALS = {
    Kind.NOTE.value: "note",
    Kind.AUTOMATION.value: "automation point",
    Kind.SYLLABLE.value: "syllable",
}


def timeline_of(entities: Entities) -> Timeline:
    """Return the bars of a score; without a meter they are in 4/4."""
    meters = [
        MeterChange(key, fields["tick"], fields["numerator"], fields["denominator"])
        for key, fields in entities.items()
        if fields["kind"] == Kind.METER
    ]
    return Timeline(Score(meters=tuple(meters)))


def note_value(ticks: int) -> str:
    """Return a length as a fraction of a whole note ("1/8"), odd ones in ticks."""
    value = Fraction(ticks, 4 * TICKS_PER_QUARTER)
    if value.denominator > _SHORTEST_NOTE:
        return f"{ticks} ticks"
    return f"{value.numerator}/{value.denominator}"


class MergeTeller:
    """Words for the conflicts between the two sides of a merge."""

    def __init__(self, base: Entities, ours: Entities, theirs: Entities) -> None:
        self._sides = {"base": base, "ours": ours, "theirs": theirs}
        self._timeline: Timeline | None = None

    def field(self, key: str, path: tuple[str, ...], base: Any, ours: Any, theirs: Any) -> str:
        """Return a sentence for a field (or a key inside it) that differs."""
        fields = self._known(key)
        head, subject = self._head(key, fields), self.name(fields)
        name = path[0]
        values = [
            setting(name, value)
            if name in LABELS and len(path) == 1
            else "gone"
            if value is None
            else self._value(name, value, fields)
            for value in (ours, theirs)
        ]
        if len(path) > 1 or name not in _VERBS:
            field = " ".join((LABELS.get(name, name), *path[1:])).replace("_", " ")
            return f"{head}: {field} of {subject} is {values[0]} in ours, {values[1]} in theirs"
        long = " long" if name == "duration" else ""
        return f"{head}: {subject} {_VERBS[name]} {values[0]}{long} in ours, {values[1]} in theirs"

    def removal(self, root: str, remover: str, keeper: str, touched: list[str]) -> str:
        """Return a sentence for what one side removed and the other changed."""
        fields = self._known(root)
        inside = Counter(self._known(key)["kind"] for key in touched if key != root)
        changed = [
            f"{count} {_PLURALS.get(kind, kind)}{'s' if count > 1 else ''} of it"
            for kind, count in sorted(inside.items())
        ]
        if root in touched:
            changed.insert(0, "it")
        subject = self.name(fields)
        head = self._head(root, fields)
        if fields["kind"] == Kind.TRACK:
            subject = "the track"
        return (
            f"{head}: {subject} was removed in {remover}; {keeper} changed {' and '.join(changed)}"
        )

    def kinds(self, key: str) -> str:
        """Return a sentence for an id that stands for different things."""
        ours, theirs = self._sides["ours"][key]["kind"], self._sides["theirs"][key]["kind"]
        return f"{key} is a {ours} in ours and a {theirs} in theirs"

    def name(self, fields: Fields) -> str:
        """Return what a musician calls an entity."""
        kind = fields["kind"]
        if kind == Kind.NOTE:
            return spell_pitch(fields["pitch"])
        if kind == Kind.CHORD:
            bass = f"/{fields['bass']}" if fields.get("bass") else ""
            return f"{fields['root']}{fields.get('quality', '')}{bass}"
        if kind == Kind.TRACK:
            return _quoted(fields["name"]) if fields["name"] else "the track"
        if kind == Kind.SECTION:
            return _quoted(fields["label"]) if fields["label"] else "the section"
        if kind in (Kind.LINE, Kind.SYLLABLE):
            return _quoted(fields["text"])
        if kind == Kind.AUTOMATION:
            return str(fields["parameter"]).replace("_", " ")
        return {"meta": "the song", "meter": "the meter"}.get(kind, f"the {kind}")

    def place(self, tick: int) -> str:
        """Return bar and beat of a tick: "bar 9", "bar 9 beat 2", with ticks left over."""
        if self._timeline is None:
            self._timeline = timeline_of(self._sides["base"] or self._sides["ours"])
        position = self._timeline.position(tick)
        beat = f" beat {position.beat}" if position.beat > 1 or position.tick else ""
        return f"bar {position.bar}{beat}" + (
            f" and {position.tick} ticks" if position.tick else ""
        )

    def _head(self, key: str, fields: Fields) -> str:
        """Return where the entity is: "Lead, bar 9"."""
        kind = fields["kind"]
        holder = self._known(fields["note_id"]) if kind == Kind.SYLLABLE else fields
        parts = []
        if kind == Kind.TRACK:
            parts.append(fields["name"] or "A track without a name")
        elif "track" in holder:
            parts.append(self._known(holder["track"]).get("name") or "A track without a name")
        else:
            parts.append({"meta": "The song", "line": "Lyrics"}.get(kind, kind.capitalize()))
        tick = holder.get("start", holder.get("tick"))
        if tick is not None:
            parts.append(self.place(tick).split(" beat")[0])
        return ", ".join(parts)

    def _value(self, name: str, value: Any, fields: Fields) -> str:
        if name in _FLAGS and isinstance(value, bool):
            return _FLAGS[name][0 if value else 1]
        if name == "pitch":
            return spell_pitch(value)
        if name in ("start", "tick"):
            return self.place(value)
        if name == "duration":
            return note_value(value)
        if name in DEPARTURES:
            return departure(name, value)
        if name == "program":
            return instrument_name(value, percussion=bool(fields.get("percussion")))
        if name in ("track", "note_id", "section_id", "line_id"):
            return self.name(self._known(value)) if value else "none"
        if name == "gain_db":
            return f"{value:g} dB"
        if name == "bpm":
            return f"{value:g} bpm"
        if isinstance(value, float):
            return f"{value:g}"
        return _quoted(value) if isinstance(value, str) else f"{value}"[:_LONGEST]

    def _known(self, key: str) -> Fields:
        return next(
            (side[key] for side in self._sides.values() if key in side),
            {"kind": "entity", "name": "", "text": ""},
        )


def _quoted(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f"“{short}”"
