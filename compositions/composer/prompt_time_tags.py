"""What section tags say of meter and tempo: "[Bridge 8 in 3/4]", "[Chorus] 128 bpm"."""

from __future__ import annotations

import re

from compositions.composer.prompt_form import KINDS, SECTION_KINDS
from compositions.composer.prompt_places import BPM
from compositions.composer.prompt_section_tempos import FASTER, SLOWER, tempo_to
from compositions.composer.prompt_time import read_meters
from compositions.composer.prompt_time_changes import DOWN, FERMATA, RUBATO, UP, TimeChanges
from compositions.composer.spec import MeterRequest, TempoRequest
from compositions.composer.text_reader import TextReader


def read_tag_times(reader: TextReader) -> TimeChanges:
    """Take what section tags say of meter and tempo: "[Bridge 8 in 3/4]", "[Chorus] 128 bpm"."""
    found = TimeChanges()
    tags = list(re.finditer(rf"\[\s*({KINDS})\b([^\]\n]{{0,80}})\]", reader.left, re.IGNORECASE))
    kinds = [SECTION_KINDS[tag[1].lower()] for tag in tags]
    for place, (tag, kind) in enumerate(zip(tags, kinds, strict=True)):
        number = kinds[: place + 1].count(kind)
        section = f"{kind} {number}" if kinds.count(kind) > 1 else kind
        stop = tags[place + 1].start() if place + 1 < len(tags) else len(reader.text)
        inside = _Part(reader, tag.start(2), tag.end(2))
        behind = re.match(
            rf"\s*[(:,-]?\s*(?:(?:at|in)\s+)?(?:{BPM}|\d{{1,2}}/(?:2|4|8|16)\b)\)?",
            reader.left[tag.end() : stop],
            re.IGNORECASE,
        )
        parts = [inside]
        if behind:
            parts.append(_Part(reader, tag.end(), tag.end() + behind.end()))
        for part in parts:
            part.read(section, found)
    # Italian words that a corrector of English would not leave alone.
    if reader.take(r"\b(?:colla\s+parte|ad\s+lib(?:itum)?)(?!\w)"):
        found.tempos.append(TempoRequest("", "rubato"))
    return found


class _Part:
    """A piece of the prompt that speaks of one section."""

    def __init__(self, reader: TextReader, start: int, end: int) -> None:
        self.reader, self.start = reader, start
        self.own = TextReader(reader.left[start:end])

    def read(self, section: str, found: TimeChanges) -> None:
        """Take what is said of the time of the section."""
        own = self.own
        if meters := tuple(mention[1] for mention in read_meters(own)):
            found.meters.append(MeterRequest(section, meters))
            own.take(r"(?<!\w)in\s+(?=\x1f)")
        if match := own.take(rf"(?:\bat\s+)?{BPM}"):
            found.tempos += tempo_to(section, match[1])
        for pattern, change, value in (
            (r"\bhalf[\s-]time\b", "feel", 0.5), (r"\bdouble[\s-]time\b", "feel", 2.0),
            (r"\bhalf[\s-](?:tempo|speed)\b", "by", 0.5), (UP, "accelerando", None),
            (DOWN, "ritardando", None), (RUBATO, "rubato", None),
            (r"\bslower\b", "by", SLOWER), (r"\bfaster\b", "by", FASTER),
        ):  # fmt: skip
            if own.take(pattern):
                found.tempos.append(TempoRequest(section, change, value))
        if own.take(FERMATA):
            found.tempos.append(TempoRequest("end", "fermata"))
        for at, (before, after) in enumerate(zip(own.text, own.left, strict=True)):
            if before != after:
                self.reader.mark(self.start + at, self.start + at + 1)
