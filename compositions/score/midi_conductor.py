"""Gathers what a MIDI file says about the song as a whole: tempo, meter, key, form, chords."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from compositions.score import midi_names as names
from compositions.score.document import (
    TEMPO_MAX_BPM,
    TEMPO_MIN_BPM,
    TICKS_PER_QUARTER,
    Chord,
    KeyChange,
    MeterChange,
    Mode,
    Score,
    Section,
    Syllable,
    TempoChange,
    Track,
    mint_id,
)
from compositions.score.harmony import is_note_name, parse_chord_symbol
from compositions.score.limits import (
    MAX_CHORD_TEXT_LENGTH,
    MAX_NAME_LENGTH,
    METER_DENOMINATORS,
    METER_NUMERATOR_MAX,
)
from compositions.score.timeline import DEFAULT_BPM

_BAR = 4 * TICKS_PER_QUARTER
_SECTION_KINDS = (
    "intro", "verse", "pre-chorus", "chorus", "bridge", "solo", "interlude", "breakdown",
    "drop", "hook", "refrain", "coda", "outro",
)  # fmt: skip
_SHARED_TICK = "second {} at the same tick, the last one holds"


class Conductor:
    """Takes the events of the whole song in time order and builds a score around tracks."""

    def __init__(self, rng: random.Random | None) -> None:
        self._rng = rng
        self.own = False
        self._tempos: dict[int, float] = {}
        self._meters: dict[int, tuple[int, int]] = {}
        self._keys: dict[int, str] = {}
        self._exact_keys: dict[int, dict[str, Any]] = {}
        self._markers: dict[int, str] = {}
        self._exact_sections: dict[int, dict[str, Any]] = {}
        self._chords: dict[int, tuple[str, str, str] | None] = {}
        self._copyright: list[str] = []

    def tempo(self, tick: int, tempo: int, repairs: Counter[str]) -> None:
        """Take a tempo in microseconds per quarter note."""
        bpm = names.beats_per_minute(tempo)
        if not TEMPO_MIN_BPM <= bpm <= TEMPO_MAX_BPM:
            repairs[
                f"tempo outside {TEMPO_MIN_BPM:g} to {TEMPO_MAX_BPM:g} beats per minute, limited"
            ] += 1
            bpm = max(TEMPO_MIN_BPM, min(TEMPO_MAX_BPM, bpm))
        repairs[_SHARED_TICK.format("tempo")] += self._tempos.get(tick, bpm) != bpm
        self._tempos[tick] = bpm

    def meter(self, tick: int, numerator: int, denominator: int, repairs: Counter[str]) -> None:
        """Take a time signature; those that no score can hold are left out."""
        if numerator > METER_NUMERATOR_MAX or denominator not in METER_DENOMINATORS:
            repairs[f"time signature {numerator}/{denominator} left out"] += 1
            return
        meter = (numerator, denominator)
        repairs[_SHARED_TICK.format("time signature")] += self._meters.get(tick, meter) != meter
        self._meters[tick] = meter

    def key(self, tick: int, signature: str, repairs: Counter[str]) -> None:
        """Take a key signature as the parser names it."""
        before = self._keys.get(tick, signature)
        repairs[_SHARED_TICK.format("key signature")] += before != signature
        self._keys[tick] = signature

    def marker(self, tick: int, label: str, repairs: Counter[str]) -> None:
        """Take a marker: a section begins."""
        if tick in self._markers and label:
            repairs["marker joined with another at the same tick"] += 1
            label = f"{self._markers[tick]} / {label}"[:MAX_NAME_LENGTH].strip()
        self._markers[tick] = label

    def copyright(self, line: str) -> None:
        """Take a copyright line."""
        if line and line not in self._copyright and len(self._copyright) < 10:
            self._copyright.append(line[:MAX_NAME_LENGTH])

    def text(self, tick: int, chunk: int, text: str) -> bool:
        """Take a text event and tell whether it meant anything here."""
        if text == names.FILE_MARK and tick == 0 and chunk == 0:
            self.own = True
            return True
        for prefix, found in (
            (names.KEY_TEXT, self._exact_keys),
            (names.SECTION_TEXT, self._exact_sections),
        ):
            exact = names.read_json_text(prefix, text)
            if exact is not None:
                found[tick] = exact
                return True
        return text.startswith(names.CHORD_TEXT) and self._chord(
            tick, text.removeprefix(names.CHORD_TEXT)
        )

    def _chord(self, tick: int, symbol: str) -> bool:
        if symbol == names.NO_CHORD:
            self._chords.setdefault(tick, None)
            return True
        try:
            root, quality, bass = parse_chord_symbol(symbol)
        except ValueError:
            return False
        if len(quality) > MAX_CHORD_TEXT_LENGTH:
            return False
        self._chords[tick] = (root, quality, bass)
        return True

    def score(
        self, *, title: str, tracks: list[Track], syllables: tuple[Syllable, ...], end: int
    ) -> Score:
        """Return the score; ``end`` is the tick up to which open sections and chords last."""
        return Score(
            title=title,
            tempos=tuple(
                TempoChange(mint_id(self._rng), tick, bpm)
                for tick, bpm in sorted({0: DEFAULT_BPM, **self._tempos}.items())
            ),
            meters=tuple(
                MeterChange(mint_id(self._rng), tick, *meter)
                for tick, meter in sorted({0: (4, 4), **self._meters}.items())
            ),
            keys=tuple(self._key_changes()),
            sections=tuple(self._sections(end)),
            chords=tuple(self._chord_list(end)),
            tracks=tuple(tracks),
            syllables=syllables,
            metadata={"copyright": "; ".join(self._copyright)} if self._copyright else {},
        )

    def remarks(self) -> Iterator[str]:
        """Yield a sentence for everything that had to be assumed."""
        if 0 not in self._tempos:
            yield f"The file names no tempo at its start; {DEFAULT_BPM:g} beats per minute holds."
        if 0 not in self._meters:
            yield "The file names no time signature at its start; 4/4 is assumed."
        if 0 not in self._keys:
            yield "The file names no key at its start; C major is assumed."

    def _key_changes(self) -> Iterator[KeyChange]:
        for tick, signature in sorted({0: "C", **self._keys}.items()):
            tonic, mode = names.key_from_signature(signature)
            exact = self._exact_keys.get(tick, {})
            exact_tonic, exact_mode = exact.get("tonic"), exact.get("mode")
            if (
                isinstance(exact_tonic, str)
                and is_note_name(exact_tonic)
                and len(exact_tonic) <= 2
                and isinstance(exact_mode, str)
                and exact_mode in set(Mode)
                and names.key_signature(exact_tonic, Mode(exact_mode)) == signature
            ):
                tonic, mode = exact_tonic, Mode(exact_mode)
            yield KeyChange(mint_id(self._rng), tick, tonic, mode)

    def _sections(self, end: int) -> Iterator[Section]:
        marks = sorted(self._markers.items())
        for index, (tick, label) in enumerate(marks):
            following = marks[index + 1][0] if index + 1 < len(marks) else None
            exact = self._exact_sections.get(tick)
            if not label and exact is None:
                continue
            exact = exact or {}
            # A last marker behind the music still gets a bar.
            rest = following or (end if end > tick else tick + _BAR)
            duration = exact.get("duration")
            if type(duration) is not int or duration < 1:
                duration = rest - tick
            if following is not None:
                duration = min(duration, following - tick)
            kind = exact.get("kind")
            energy = names.number(exact, "energy", 0.0, 1.0)
            yield Section(
                mint_id(self._rng),
                tick,
                duration,
                label,
                kind
                if isinstance(kind, str) and len(kind) <= MAX_NAME_LENGTH
                else section_kind(label),
                0.5 if energy is None else energy,
            )

    def _chord_list(self, end: int) -> Iterator[Chord]:
        marks = sorted(self._chords.items())
        for index, (tick, chord) in enumerate(marks):
            if chord is None:
                continue
            following = marks[index + 1][0] if index + 1 < len(marks) else None
            stop = following or (end if end > tick else tick + _BAR)
            yield Chord(mint_id(self._rng), tick, stop - tick, *chord)


def section_kind(label: str) -> str:
    """Return the section kind that a label such as "Verse 2" begins with, or "section"."""
    plain = re.sub(r"[\s_-]+", "-", label.lower()).replace("prechorus", "pre-chorus")
    for kind in _SECTION_KINDS:
        if plain.startswith(kind):
            return kind
    return "section"
