"""Changes of meter and tempo as people write them: "verse in 7/8", "speeds up to 140"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from compositions.composer.prompt_meaning import Findings
from compositions.composer.prompt_places import IN, LISTED, MAYBE_BPM, SECTION, place_of
from compositions.composer.prompt_section_tempos import read_feels, read_section_tempos
from compositions.composer.prompt_tempo import TEMPO_HIGH, TEMPO_LOW
from compositions.composer.prompt_time import read_meters
from compositions.composer.spec import MeterRequest, TempoRequest
from compositions.composer.text_reader import TextReader, read_number

MeterMention = tuple[int, tuple[int, int], float, str]

UP = (
    r"\b(?:accelerand[oi]|stringendo|speed(?:s|ing)?\s+up|accelerat(?:es?|ing)|get(?:s|ting)?\s+"
    r"faster(?:\s+and\s+faster)?|faster\s+and\s+faster|pick(?:s|ing)?\s+up\s+(?:the\s+)?(?:speed"
    r"|pace|tempo)|becom(?:es|ing)\s+(?:faster|quicker))(?!\w)"
)
DOWN = (
    r"(?:\b(?:slow(?:s|ing)?\s+down|get(?:s|ting)?\s+slower(?:\s+and\s+slower)?|slower\s+and\s+"
    r"slower|ritardand[oi]|rallentand[oi]|ritenuto|decelerat(?:es?|ing)|becom(?:es|ing)\s+slower)"
    r"|\brit\.|\brall\.)(?!\w)"
)
RUBATO = (
    r"\b(?:(?:tempo\s+)?rubato|free(?:ly)?[\s-](?:time|tempo|flowing\s+tempo)|ad\s+lib(?:itum)?"
    r"|colla\s+parte)(?!\w)"
)
FERMATA = (
    r"\bfermatas?\b(?:\s+(?:at|on)\s+the\s+(?:very\s+)?(?:end|last\s+(?:chord|note|bar)))?"
    r"|\b(?:hold(?:s|ing)?|sustain(?:s|ing)?)\s+the\s+(?:last|final)\s+(?:chord|note)\b"
    r"|\b(?:ends?|ending)\s+(?:on|with)\s+a\s+(?:long[\s,-]+)?(?:held|long)\s+(?:last\s+|final\s+)?"
    r"(?:chord|note)\b|\b(?:last|final)\s+(?:chord|note)\s+(?:is\s+)?held\b|\bcorona\b(?=\s+at)"
)
_NO = r"\b(?:no|without(?:\s+any|\s+an?)?|never|not\s+any|doesn'?t|don'?t)\s+"
_STEADY = (
    rf"{_NO}(?:final\s+)?(?:{DOWN})(?:\s+at\s+the\s+end)?|{_NO}(?:{UP})|{_NO}(?:{RUBATO})"
    r"|\b(?:strict|rigid)\s+(?:tempo|time)\b"
)
_WHOLE = (
    r"\b(?:throughout|all\s+the\s+way(?:\s+through)?|from\s+(?:start|beginning)\s+to\s+(?:end|finish)"
    r"|(?:over|through(?:out)?|during|across)\s+the\s+(?:whole\s+|entire\s+)?(?:song|piece|track|tune"
    r"|whole))\b"
)
_LINK = (
    r"(?:\s*[:=(,-]|\s+(?:is|are|be|in|into|to|at|an?|the|with|then|back|over|but|en|im|em|played"
    r"|us(?:es?|ing)|(?:go|switch|chang|mov|shift|turn|drop|break|fall)(?:es|s|ing|e|ed)?|should)\b)*"
    r"\s*"
)


@dataclass
class TimeChanges:
    """What a prompt asks of the time of a song; ``tempo`` is where a ramp begins."""

    meters: list[MeterRequest] = field(default_factory=list)
    tempos: list[TempoRequest] = field(default_factory=list)
    tempo: float | None = None

    def main_meter(self) -> tuple[int, int] | None:
        """The meter of a song for which only parts were named: that of its verses."""
        for request in self.meters:
            if request.section.split()[:1] in ([], ["verse"], ["head"]):
                return request.meters[0]
        return self.meters[0].meters[0] if len({r.section for r in self.meters}) > 1 else None

    def main_tempo(self) -> float | None:
        """The tempo of a song for which only parts were named: that of its verses."""
        asked = [one for one in self.tempos if one.change == "to"]
        for request in asked:
            if request.section.split()[:1] in (["verse"], ["head"]):
                return request.value
        return asked[0].value if len({one.section for one in asked}) > 1 else None


# -- Meters ----------------------------------------------------------------------------------


def read_meter_changes(reader: TextReader, found: TimeChanges) -> list[MeterMention]:
    """Take all meters; those of parts go to ``found``, those of the song are returned."""
    danced = reader.take_all(
        r"\b(?:chang|switch|turn|mov|go|shift|break)\w*\s+(?:in)?to\s+(?:a\s+)?waltz(?:\s+time)?\b"
    )
    waltzes: list[MeterMention] = [(m.start(), (3, 4), 0.9, m[0]) for m in danced]
    mentions = sorted([*read_meters(reader), *waltzes])
    left: list[MeterMention] = []
    place = begin = 0
    while place < len(mentions):
        run = [mentions[place]]
        for mention in mentions[place + 1 :]:
            if not _joined(reader.text, run[-1], mention):
                break
            run.append(mention)
        first, last = run[0], run[-1]
        end = last[0] + len(last[3])
        alternating = len(run) > 1 and _alternates(reader, begin, first[0], end)
        if len(run) > 1 and not alternating:
            run, last, end = run[:1], first, first[0] + len(first[3])
        section, begin = _section_of(reader, begin, first[0], end)
        if alternating:
            found.meters.append(MeterRequest(section or "", tuple(mention[1] for mention in run)))
        elif section is not None:
            found.meters.append(MeterRequest("last" if section == "end" else section, (first[1],)))
        else:
            left.append(first)
        place += len(run)
    return left


def _joined(text: str, one: MeterMention, other: MeterMention) -> bool:
    """Whether two meters are named in one breath: "5/4 and 4/4"."""
    between = text[one[0] + len(one[3]) : other[0]]
    return re.fullmatch(
        r"\s*(?:bars?\s*)?(?:and|und|et|y|e|with|to|&|\+|/|,|-|–|then)?\s*(?:bars?\s+of\s+)?",
        between, re.IGNORECASE,
    ) is not None  # fmt: skip


def _alternates(reader: TextReader, begin: int, start: int, end: int) -> bool:
    """Whether meters that are named together take turns; what says so is taken."""
    text = reader.text
    wish = (
        r"\b(?:(?:altern|switch)\w*(?:\s+between)?|between|mix(?:es|ing|ed)?(?:\s+of)?"
        r"|abwechselnd|zwischen)\b"
    )
    low = max(begin, start - 50)
    if match := re.search(rf"{wish}[^.;\n]*$", text[low:start], re.IGNORECASE):
        reader.mark(low + match.start(), start)
        return True
    behind = r"[^.;,\n]{0,20}\b(?:altern\w*|in\s+turns?|abwechselnd)\b"
    if match := re.match(behind, text[end : end + 40], re.IGNORECASE):
        reader.mark(end, end + match.end())
        return True
    return "+" in text[start:end]


def _section_of(reader: TextReader, begin: int, start: int, end: int) -> tuple[str | None, int]:
    """Return the part of the song that a meter belongs to, None for the whole; take its words.

    The number says up to where in the text words are taken.
    """
    text = reader.text
    behind = re.match(
        # "in 4/4, chorus with strings": behind a comma a section is the next thing that is said.
        rf"(?:(?:\s*,)?\s*{IN}|\s*(?:bars?\s+)?(?:the\s+)?)({SECTION})"
        r"(?!\s*(?:in|at|:|goes|is|en)\b)(?!\s*\d+/\d)",
        text[end : end + 60],
        re.IGNORECASE,
    )
    if behind:
        reader.mark(end, end + behind.end())
        return place_of(behind[1]), end + behind.end()
    named = re.search(rf"({SECTION}){_LINK}$", text[begin:start], re.IGNORECASE)
    # "120 in the chorus, in 4/4" says the tempo of the chorus and the meter of the song.
    taken = rf"{LISTED}|{MAYBE_BPM}\s+{IN}$"
    if named and not re.search(taken, text[begin : begin + named.start()], re.IGNORECASE):
        reader.mark(begin + named.start(), start)
        return place_of(named[1]), end
    moves = r"\b(?:switch|chang|shift|mov|turn|goes)\w*\s+(?:\w+\s+)?(?:in)?to\s+(?:an?\s+)?$"
    if match := re.search(moves, text[begin:start], re.IGNORECASE):
        # "that switches to 6/8" says no place: where songs have their contrast.
        reader.mark(begin + match.start(), start)
        return "middle", end
    return None, end


# -- Tempos ----------------------------------------------------------------------------------


def read_tempo_changes(reader: TextReader, found: TimeChanges) -> None:
    """Take the changes of tempo: of sections, ramps, rubato, a fermata."""
    for steady in reader.take_all(_STEADY):
        if not re.search(f"{UP}|{RUBATO}", steady[0], re.IGNORECASE):
            found.tempos.append(TempoRequest("end", "steady"))
    _ramps(reader, found)
    while match := reader.take(RUBATO):
        found.tempos.append(TempoRequest(_near(reader, match) or "", "rubato"))
    if reader.take_all(FERMATA):
        found.tempos.append(TempoRequest("end", "fermata"))
    read_feels(reader, found.tempos)
    read_section_tempos(reader, found.tempos)


def _ramps(reader: TextReader, found: TimeChanges) -> None:
    reader.take(rf"\b(?:final|closing)\s+(?={DOWN})")
    while match := re.search(f"{UP}|{DOWN}", reader.left, re.IGNORECASE):
        up = re.match(UP, match[0], re.IGNORECASE) is not None
        left = reader.left
        stop = re.search(r"[.;\n\[]", left[match.end() :])
        tail_end = match.end() + stop.start() if stop else len(left)
        following = re.search(f"{UP}|{DOWN}", left[match.end() : tail_end], re.IGNORECASE)
        tail_end = match.end() + following.start() if following else tail_end
        head = max(left.rfind(sign, 0, match.start()) for sign in ".;\n]") + 1
        reader.mark(match.start(), match.end())
        goal = _number_in(
            reader, match.end(), tail_end,
            rf"^[^,]{{0,30}}?\b(?:to|until|till|towards?|reach\w*)\s+(?:about\s+|around\s+)?{MAYBE_BPM}"
            rf"|\b(?:ends?|ending|finish\w*|arriv\w*)\s+(?:up\s+)?(?:at|on|with)\s+{MAYBE_BPM}",
        )  # fmt: skip
        for low, high in ((head, match.start()), (match.end(), tail_end)):
            begin = _number_in(
                reader, low, high,
                rf"\b(?:start\w*|begin\w*|opens?|from)\s+(?:out\s+)?(?:at\s+|with\s+|from\s+|on\s+)?"
                rf"(?:about\s+|around\s+)?{MAYBE_BPM}",
            )  # fmt: skip
            found.tempo = begin or found.tempo
        section = _near(reader, match)
        whole = reader.take(_WHOLE) is not None
        if (
            section is None
            and not whole
            and re.search(r"\b(?:final|closing|last)\s*$", left[: match.start()], re.IGNORECASE)
        ):
            section = "end"
        if section is None:
            section = "" if up or whole else "end"
        if section == "end" and goal is not None and not up:
            section = "last"
        change = "accelerando" if up else "ritardando"
        found.tempos.append(TempoRequest(section, change, goal))


def _number_in(reader: TextReader, low: int, high: int, pattern: str) -> float | None:
    match = re.search(pattern, reader.left[low:high], re.IGNORECASE)
    if match is None:
        return None
    value = read_number(next(group for group in match.groups() if group))
    if not TEMPO_LOW <= value <= TEMPO_HIGH:
        return None
    reader.mark(low + match.start(), low + match.end())
    return value


def _near(reader: TextReader, match: re.Match[str]) -> str | None:
    """Return the section that a direction names behind or before itself, taking its words."""
    left = reader.left
    if behind := re.match(
        rf"[\s\x1f,]*(?:gradually\s+)?{IN}({SECTION})", left[match.end() :], re.IGNORECASE
    ):
        reader.mark(match.end(), match.end() + behind.end())
        return place_of(behind[1])
    clause = re.split(r"[.;,\n]", left[: match.start()])[-1]
    before = re.search(
        rf"({SECTION})\s+(?:(?:that|which|is|are|played|with|in|gradually|slowly|an?|where\s+it)\s+)*$",
        clause,
        re.IGNORECASE,
    )
    if before is None:
        return None
    begin = match.start() - len(clause)
    reader.mark(begin + before.start(1), begin + before.end(1))
    return place_of(before[1])


def use_time_changes(found: Findings, changes: TimeChanges) -> None:
    """Set the changes, and what they say of the meter and the tempo of the song."""
    if changes.meters:
        found.set("meter_changes", tuple(changes.meters), 0.9)
        if found.get("meter") is None and (meter := changes.main_meter()):
            found.set("meter", meter, 0.9)
    if not changes.tempos:
        return
    found.set("tempo_changes", tuple(dict.fromkeys(changes.tempos)), 0.9)
    said = found.values.get("tempo", (None, 0.0))[1] >= 0.8
    if changes.tempo is not None:
        found.set("tempo", changes.tempo, 1.0)
    elif not said and (tempo := changes.main_tempo()):
        found.set("tempo", tempo, 0.95)
    else:
        return
    found.values.pop("tempo_range", None)
