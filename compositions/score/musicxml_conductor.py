"""Gathers what a MusicXML file says about the song as a whole: tempo, meter, key, form, chords."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from compositions.score import musicxml_names as names
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
    TempoChange,
)
from compositions.score.harmony import (
    fifths,
    is_note_name,
    key_signature_fifths,
    note_name_at_fifths,
)
from compositions.score.limits import MAX_CHORD_TEXT_LENGTH, MAX_NAME_LENGTH
from compositions.score.midi_conductor import section_kind
from compositions.score.midi_names import number as limited
from compositions.score.musicxml_chords import read_quality
from compositions.score.musicxml_elements import printed_mode, written_fifths
from compositions.score.musicxml_measures import Event, Measure, metronome_bpm, number
from compositions.score.timeline import DEFAULT_BPM

_BAR = 4 * TICKS_PER_QUARTER
_MODES = {mode.value: mode for mode in Mode} | {"aeolian": Mode.MINOR, "ionian": Mode.MAJOR}
_ACCIDENTALS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


class Conductor:
    """Takes the measures of all parts in playing order and tells what they have in common."""

    def __init__(
        self,
        fields: Mapping[str, str | None],
        repairs: Counter[str],
        fresh: Callable[[str | None], str],
        *,
        own: bool,
    ) -> None:
        self._fields = {name: names.read_json_field(text) for name, text in fields.items()}
        self._repairs = repairs
        self._fresh = fresh
        self._own = own
        self._tempos: dict[int, tuple[float, str | None, bool]] = {}
        self._meters: dict[int, tuple[tuple[int, int], str | None]] = {}
        self._keys: dict[int, tuple[int, str, str | None]] = {}
        self._marks: dict[int, tuple[str, str | None]] = {}
        self._chords: dict[int, tuple[tuple[str, str, str], str | None] | None] = {}

    def take(
        self, measures: Sequence[Measure], order: Sequence[tuple[int, int]], starts: Sequence[int]
    ) -> None:
        """Take one part; what an earlier part said at a tick holds."""
        has_keys = bool(self._keys)
        for place, (index, _) in enumerate(order):
            if index < len(measures):
                for event in measures[index].events:
                    self._event(starts[place] + event.tick, event)
        if not has_keys:
            self._take_keys(measures, order, starts)

    def take_meters(
        self,
        measures: Sequence[Measure],
        order: Sequence[tuple[int, int]],
        starts: Sequence[int],
    ) -> None:
        """Take the time signatures of the part that shows them.

        A measure shorter or longer than its signature is followed by the same signature
        again, which begins the next bar where it begins in the file.
        """
        current: tuple[int, int] | None = None
        is_regular = True
        for place, (index, _) in enumerate(order):
            measure = measures[index]
            named = measure.is_meter_named and self._own
            if measure.meter != current or not is_regular or named:
                self._meters[starts[place]] = (measure.meter, measure.meter_id)
                current = measure.meter
            length = starts[place + 1] - starts[place]
            is_regular = length % measure.nominal == 0

    def _take_keys(
        self, measures: Sequence[Measure], order: Sequence[tuple[int, int]], starts: Sequence[int]
    ) -> None:
        in_force: list[tuple[int, str, str | None] | None] = []
        current: tuple[int, str, str | None] | None = None
        for measure in measures:
            in_force.append(current)
            for event in measure.keys:
                current = self._key(event) or current
        sounding: tuple[int, str] | None = None
        before = -1
        for place, (index, _) in enumerate(order):
            if index >= len(measures):
                continue
            found = [(event.tick, self._key(event)) for event in measures[index].keys]
            if index != before + 1:
                found.insert(0, (0, in_force[index]))
            before = index
            for tick, key in found:
                if key is not None and (key[:2] != sounding or self._own):
                    self._keys[starts[place] + tick] = key
                    sounding = key[:2]

    def _key(self, event: Event) -> tuple[int, str, str | None] | None:
        value = number(event.element.findtext("fifths"))
        if value is None:
            self._repairs["key signature without fifths, left out"] += 1
            return None
        count = round(max(-14, min(14, value))) + event.fifths
        mode = (event.element.findtext("mode") or "").strip().lower()
        return count, mode, names.entity_id(event.element.get("id"))

    def _event(self, tick: int, event: Event) -> None:
        element = event.element
        if element.tag == "harmony":
            self._harmony(tick, event)
            return
        sound = element if element.tag == "sound" else element.find("sound")
        bpm = number(sound.get("tempo")) if sound is not None else None
        if bpm:
            self._tempo(tick, bpm, element, is_sound=True)
        else:
            for mark in element.iterfind("direction-type/metronome"):
                told = metronome_bpm(mark)
                if told:
                    self._tempo(tick, told, element, is_sound=False)
        for mark in element.iterfind("direction-type/rehearsal"):
            self._rehearsal(tick, element, mark.text or "")

    def _tempo(self, tick: int, bpm: float, element: etree._Element, *, is_sound: bool) -> None:
        before = self._tempos.get(tick)
        if before is not None and (before[2] or not is_sound):
            return
        if not TEMPO_MIN_BPM <= bpm <= TEMPO_MAX_BPM:
            self._repairs[
                f"tempo outside {TEMPO_MIN_BPM:g} to {TEMPO_MAX_BPM:g} beats per minute, limited"
            ] += 1
            bpm = max(TEMPO_MIN_BPM, min(TEMPO_MAX_BPM, bpm))
        self._tempos[tick] = (bpm, names.entity_id(element.get("id")), is_sound)

    def _rehearsal(self, tick: int, element: etree._Element, text: str) -> None:
        label = text if self._own else " ".join(text.split())
        if tick not in self._marks and (label or self._own):
            self._marks[tick] = (label[:MAX_NAME_LENGTH], names.entity_id(element.get("id")))

    def _harmony(self, tick: int, event: Event) -> None:
        element = event.element
        kind = element.find("kind")
        if kind is None or tick in self._chords:
            return
        name = (kind.text or "").strip()
        if name == "none":
            self._chords[tick] = None
            return
        root = _note_name(element.find("root"), "root", event.fifths)
        changes = [
            (
                round(number(degree.findtext("degree-value")) or 0),
                round(number(degree.findtext("degree-alter")) or 0),
                (degree.findtext("degree-type") or "").strip(),
            )
            for degree in element.iterfind("degree")
        ]
        read = read_quality(name, kind.get("text", ""), changes)
        if root is None or read is None or len(read[0]) > MAX_CHORD_TEXT_LENGTH:
            self._repairs["chord symbol not understood, left out"] += 1
            return
        quality, is_exact = read
        self._repairs["chord symbol read as the nearest known one"] += not is_exact
        bass = _note_name(element.find("bass"), "bass", event.fifths) or ""
        self._chords[tick] = ((root, quality, bass), names.entity_id(element.get("id")))

    # -- The score ------------------------------------------------------------------------

    def score(self, end: int) -> Score:
        """Return a score without tracks; ``end`` is the tick after the last measure."""
        return Score(
            tempos=tuple(
                TempoChange(self._fresh(own), tick, bpm)
                for tick, (bpm, own, _) in sorted(
                    {0: (DEFAULT_BPM, None, True), **self._tempos}.items()
                )
            ),
            meters=tuple(
                MeterChange(self._fresh(own), tick, *meter)
                for tick, (meter, own) in sorted({0: ((4, 4), None), **self._meters}.items())
            ),
            keys=tuple(self._key_changes()),
            sections=tuple(self._sections(end)),
            chords=tuple(self._chord_list(end)),
        )

    def remarks(self) -> Iterator[str]:
        """Yield a sentence for everything that had to be assumed."""
        if 0 not in self._tempos:
            yield f"The file names no tempo at its start; {DEFAULT_BPM:g} beats per minute holds."
        if 0 not in self._keys:
            yield "The file names no key at its start; C major is assumed."

    def _key_changes(self) -> Iterator[KeyChange]:
        exact_keys = self._fields.get(names.KEYS_FIELD, {})
        for tick, (count, mode_name, own) in sorted({0: (0, "", None), **self._keys}.items()):
            mode = _MODES.get(mode_name, Mode.MAJOR)
            tonic = _tonic(count, mode)
            exact = exact_keys.get(own or "")
            if isinstance(exact, dict):
                tonic, mode = _exact_key(exact, tick, count, mode_name) or (tonic, mode)
            yield KeyChange(self._fresh(own), tick, tonic, mode)

    def _sections(self, end: int) -> Iterator[Section]:
        exact_sections = self._fields.get(names.SECTIONS_FIELD, {})
        marks = sorted(self._marks.items())
        for index, (tick, (label, own)) in enumerate(marks):
            following = marks[index + 1][0] if index + 1 < len(marks) else None
            exact = exact_sections.get(own or "")
            if not isinstance(exact, dict):
                exact = {}
            if not label and not exact:
                continue
            duration = exact.get("duration")
            if type(duration) is not int or duration < 1:
                duration = (following or (end if end > tick else tick + _BAR)) - tick
            if following is not None:
                duration = min(duration, following - tick)
            kind = exact.get("kind")
            energy = limited(exact, "energy", 0.0, 1.0)
            yield Section(
                self._fresh(own),
                tick,
                duration,
                label,
                kind
                if isinstance(kind, str) and len(kind) <= MAX_NAME_LENGTH
                else section_kind(label),
                0.5 if energy is None else energy,
            )

    def _chord_list(self, end: int) -> Iterator[Chord]:
        exact_chords = self._fields.get(names.CHORDS_FIELD, {})
        marks = sorted(self._chords.items())
        for index, (tick, mark) in enumerate(marks):
            if mark is None:
                continue
            (root, quality, bass), own = mark
            exact = exact_chords.get(own or "")
            if not isinstance(exact, dict):
                exact = {}
            if index + 1 < len(marks):
                duration: Any = marks[index + 1][0] - tick
            else:
                duration = exact.get("duration")
                if type(duration) is not int or duration < 1:
                    duration = (end if end > tick else tick + _BAR) - tick
            roman = exact.get("roman")
            if not isinstance(roman, str) or len(roman) > MAX_CHORD_TEXT_LENGTH:
                roman = ""
            yield Chord(self._fresh(own), tick, duration, root, quality, bass, roman)


def _note_name(element: etree._Element | None, prefix: str, shift: int) -> str | None:
    """Return the sounding note name in ``<root>`` or ``<bass>``, None where there is none."""
    if element is None:
        return None
    step = (element.findtext(f"{prefix}-step") or "").strip()
    alter = number(element.findtext(f"{prefix}-alter")) or 0
    name = step + _ACCIDENTALS.get(round(max(-9, min(9, alter))), "?")
    if not is_note_name(name):
        return None
    return note_name_at_fifths(fifths(name) + shift) if shift else name


def _tonic(count: int, mode: Mode) -> str:
    """Return the tonic of a key signature; one that nobody writes takes its equal in sound."""
    while count > 7:
        count -= 12
    while count < -7:
        count += 12
    return note_name_at_fifths(count - key_signature_fifths("C", mode))


def _exact_key(
    exact: dict[str, Any], tick: int, count: int, mode_name: str
) -> tuple[str, Mode] | None:
    """Return the key of our field if the plain elements say the same as far as they can."""
    tonic, mode_value = exact.get("tonic"), exact.get("mode")
    if not (isinstance(tonic, str) and is_note_name(tonic) and len(tonic) <= 2):
        return None
    if not (isinstance(mode_value, str) and mode_value in set(Mode)):
        return None
    mode = Mode(mode_value)
    key = KeyChange("", tick, tonic, mode)
    if written_fifths(key) != count or printed_mode(mode) != mode_name:
        return None
    return tonic, mode
