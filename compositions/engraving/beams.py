"""Beams, long rests and the final bar line for MusicXML that has none.

The beams follow the beat, as in Elaine Gould, "Behind Bars" (2011), pages 151 to 167: notes under a
beam begin in the same beat, in 2/4 and 4/4 eighth notes in the same half bar, and in compound
meters in the same dotted beat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element
_LEVELS = {"eighth": 1, "16th": 2, "32nd": 3, "64th": 4, "128th": 5}
_BEFORE_BEAMS = frozenset(
    {
        "grace", "cue", "chord", "pitch", "unpitched", "rest", "duration", "tie", "instrument",
        "footnote", "level", "voice", "type", "dot", "accidental", "time-modification", "stem",
        "notehead", "notehead-text", "staff",
    }
)  # fmt: skip
_BEFORE_STEM = _BEFORE_BEAMS - {"stem", "notehead", "notehead-text", "staff"}


@dataclass(frozen=True, slots=True)
class _Beamable:
    """A note or chord with flags: where it begins in the bar, in quarter notes."""

    note: Element
    start: Fraction
    end: Fraction
    flags: int


@dataclass(frozen=True, slots=True)
class _Meter:
    beats: int = 4
    unit: int = 4

    @property
    def beat(self) -> Fraction:
        """Quarter notes in a beat."""
        unit = Fraction(4, self.unit)
        return 3 * unit if self.unit >= 8 and self.beats % 3 == 0 else unit

    @property
    def half(self) -> Fraction | None:
        """Quarter notes in which plain eighth notes share a beam, where that is not the beat."""
        return Fraction(2) if self.unit == 4 and self.beats in (2, 4) else None


def add_beams(part: Element) -> None:
    """Put beams over the flagged notes of a part."""
    meter, divisions = _Meter(), 1
    for measure in part:
        for attributes in measure.iter("attributes"):
            divisions = int(attributes.findtext("divisions") or divisions)
            time = attributes.find("time")
            if time is not None:
                beats, unit = time.findtext("beats") or "4", time.findtext("beat-type") or "4"
                meter = _Meter(int(beats), int(unit))
        for voice in _voices(measure, divisions):
            for group in _groups(voice, meter):
                _draw(group)


def point_stems(part: Element, direction: str) -> None:
    """Let all stems of a part point "up" or "down", as on a staff for drums."""
    for note in part.iter("note"):
        if note.find("type") is not None and note.find("rest") is None:
            stem = etree.Element("stem")
            stem.text = direction
            note.insert(_place(note, _BEFORE_STEM), stem)


def close(part: Element) -> None:
    """End a part with a double bar line, thin and thick."""
    barline = etree.SubElement(part[-1], "barline", location="right")
    etree.SubElement(barline, "bar-style").text = "light-heavy"


def join_rests(part: Element) -> None:
    """Mark bars of rest in a row as one long rest; what is written in a bar keeps it apart."""
    run: list[Element] = []
    for measure in [*part, None]:
        if measure is not None and _is_rest(measure):
            run.append(measure)
            continue
        if len(run) > 1:
            _mark(run)
        run = []


def _is_rest(measure: Element) -> bool:
    if any(child.tag not in ("note", "barline") for child in measure):
        return False
    rests = measure.findall("note/rest")
    return len(rests) == 1 == len(measure.findall("note")) and rests[0].get("measure") == "yes"


def _mark(run: list[Element]) -> None:
    attributes = etree.Element("attributes")
    run[0].insert(0, attributes)
    style = etree.SubElement(attributes, "measure-style")
    etree.SubElement(style, "multiple-rest").text = str(len(run))


def _voices(measure: Element, divisions: int) -> Iterator[list[_Beamable | None]]:
    """The notes of each voice on each staff in order; None where a beam must end."""
    voices: dict[tuple[str, str], list[_Beamable | None]] = {}
    now = Fraction(0)
    for child in measure:
        length = Fraction(int(child.findtext("duration") or 0), divisions)
        if child.tag == "backup":
            now -= length
        elif child.tag == "forward":
            now += length
        elif child.tag == "note" and child.find("chord") is None:
            key = (child.findtext("voice") or "", child.findtext("staff") or "")
            flags = _LEVELS.get(child.findtext("type") or "", 0)
            silent = child.find("rest") is not None or child.find("grace") is not None
            entry = None if silent or not flags else _Beamable(child, now, now + length, flags)
            voices.setdefault(key, []).append(entry)
            now += length
    yield from voices.values()


def _groups(voice: list[_Beamable | None], meter: _Meter) -> Iterator[list[_Beamable]]:
    """The notes that share a beam, two or more."""
    run: list[_Beamable] = []
    for entry in [*voice, None]:
        if entry is not None and (not run or run[-1].end == entry.start):
            run.append(entry)
            continue
        yield from _split(run, meter)
        run = [] if entry is None else [entry]


def _split(run: list[_Beamable], meter: _Meter) -> Iterator[list[_Beamable]]:
    """Cut a row of flagged notes at the beats, or at half bars where it is plain."""
    half = meter.half
    place = 0
    while place < len(run):
        end = _window(run, place, meter.beat)
        if half is not None and run[place].start % half == 0:
            wide = _window(run, place, half)
            plain = all(entry.flags == 1 and entry.end - entry.start == Fraction(1, 2)
                        for entry in run[place:wide])  # fmt: skip
            end = wide if plain else end
        if end - place > 1:
            yield run[place:end]
        place = max(end, place + 1)


def _window(run: list[_Beamable], place: int, length: Fraction) -> int:
    """Where the notes that begin in the same window as the first end."""
    window = run[place].start // length
    end = place
    while end < len(run) and run[end].start // length == window:
        end += 1
    return end


def _draw(group: list[_Beamable]) -> None:
    """Write the elements of one beam and of the lesser beams beneath it."""
    for level in range(1, max(entry.flags for entry in group) + 1):
        inside = [entry.flags >= level for entry in group]
        for index, entry in enumerate(group):
            if not inside[index]:
                continue
            before = index > 0 and inside[index - 1]
            after = index + 1 < len(group) and inside[index + 1]
            beam = etree.Element("beam", number=str(level))
            beam.text = _word(before=before, after=after, is_first=index == 0)
            entry.note.insert(_place(entry.note, _BEFORE_BEAMS | {"beam"}), beam)


def _word(*, before: bool, after: bool, is_first: bool) -> str:
    if before:
        return "continue" if after else "end"
    if after:
        return "begin"
    return "forward hook" if is_first else "backward hook"


def _place(note: Element, before: frozenset[str]) -> int:
    """Where in a note an element belongs that comes after those of these names."""
    return next((place for place, child in enumerate(note) if child.tag not in before), len(note))
