"""Changes of meter and tempo as people write them: "verse in 7/8", "speeds up to 140"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from compositions.composer.prompt_form import SECTION_KINDS
from compositions.composer.prompt_meaning import Findings
from compositions.composer.prompt_tempo import TEMPO_HIGH, TEMPO_LOW, TEMPO_UNIT
from compositions.composer.prompt_time import read_meters
from compositions.composer.spec import MeterRequest, TempoRequest
from compositions.composer.text_reader import NUMBER, TextReader, read_number

MeterMention = tuple[int, tuple[int, int], float, str]

# Words that are sections only in tags: in running text they are verbs or mean other things.
_VAGUE = frozenset({"build", "tag", "head", "theme", "instrumental", "end", "final", "finale",
                    "ending", "hook", "break", "pont"})  # fmt: skip
_NAMES = "|".join(
    re.escape(kind)
    for kind in sorted(SECTION_KINDS, key=len, reverse=True)
    if kind not in _VAGUE and not kind.startswith(("final ", "last "))
)
_SECTION = (
    rf"\b(?:(?:(?:very\s+)?(?:first|second|third|last|final|1st|2nd|3rd)\s+)?(?:{_NAMES})(?:e?s)?\b"
    r"(?:\s+\d\b(?!\s*/))?|(?:last|final)\s+(?:section|part|half)\b"
    r"|middle(?:\s+(?:section|part))?\b|second\s+half\b|(?:very\s+)?end(?:ing)?\b|finale?\b)"
)
_N = rf"({NUMBER})"
BPM = rf"{_N}\s*-?\s*{TEMPO_UNIT}"
_MAYBE_BPM = rf"{_N}(?!\s*(?:bars?|measures?|/|:))(?:\s*-?\s*{TEMPO_UNIT})?"
_THE = r"(?:the\s+|its\s+|all\s+(?:the\s+)?|every\s+|an?\s+)?"
_IN = rf"(?:in|for|on|during|at|over|through|throughout|towards?|near|into)\s+{_THE}"
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
_LISTED = rf"{_SECTION}\s*(?:,|and|&|->|→|then|-|/)?\s*(?:and\s+)?{_THE}$"
SLOWER, FASTER = 0.85, 1.12


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


def place_of(text: str) -> str:
    """Return a section as it was written in the words of a request: "last chorus"."""
    words = re.sub(r"\s+", " ", text.lower()).strip().replace("very ", "")
    if words in ("end", "ending", "final", "finale"):
        return "end"
    if words.startswith("middle") and words not in SECTION_KINDS:
        return "middle"
    if words == "second half" or re.fullmatch(r"(?:last|final) half", words):
        return "second half"
    which, _, rest = words.partition(" ")
    number = {"second": "2", "2nd": "2", "third": "3", "3rd": "3"}.get(which, "")
    order = {"first": "first", "1st": "first", "last": "last", "final": "last"}.get(which, "")
    name = rest if number or order else words
    if name in ("section", "part"):
        return "last"
    if digit := re.search(r"\s(\d)$", name):
        number, name = digit[1], name[: digit.start()]
    kind = next((SECTION_KINDS[n] for n in (name, name[:-1], name[:-2]) if n in SECTION_KINDS), "")
    return f"{order} {kind}".strip() if order else f"{kind} {number}".strip()


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
        rf"(?:(?:\s*,)?\s*{_IN}|\s*(?:bars?\s+)?(?:the\s+)?)({_SECTION})"
        r"(?!\s*(?:in|at|:|goes|is|en)\b)(?!\s*\d+/\d)",
        text[end : end + 60],
        re.IGNORECASE,
    )
    if behind:
        reader.mark(end, end + behind.end())
        return place_of(behind[1]), end + behind.end()
    named = re.search(rf"({_SECTION}){_LINK}$", text[begin:start], re.IGNORECASE)
    if named and not re.search(_LISTED, text[begin : begin + named.start()], re.IGNORECASE):
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
    _feels(reader, found)
    _of_sections(reader, found)


def tempo_to(section: str, number: str) -> Iterator[TempoRequest]:
    value = read_number(number)
    if TEMPO_LOW <= value <= TEMPO_HIGH:
        yield TempoRequest("last" if section == "end" else section, "to", value)


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
            rf"^[^,]{{0,30}}?\b(?:to|until|till|towards?|reach\w*)\s+(?:about\s+|around\s+)?{_MAYBE_BPM}"
            rf"|\b(?:ends?|ending|finish\w*|arriv\w*)\s+(?:up\s+)?(?:at|on|with)\s+{_MAYBE_BPM}",
        )  # fmt: skip
        for low, high in ((head, match.start()), (match.end(), tail_end)):
            begin = _number_in(
                reader, low, high,
                rf"\b(?:start\w*|begin\w*|opens?|from)\s+(?:out\s+)?(?:at\s+|with\s+|from\s+|on\s+)?"
                rf"(?:about\s+|around\s+)?{_MAYBE_BPM}",
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
        rf"[\s\x1f,]*(?:gradually\s+)?{_IN}({_SECTION})", left[match.end() :], re.IGNORECASE
    ):
        reader.mark(match.end(), match.end() + behind.end())
        return place_of(behind[1])
    clause = re.split(r"[.;,\n]", left[: match.start()])[-1]
    before = re.search(
        rf"({_SECTION})\s+(?:(?:that|which|is|are|played|with|in|gradually|slowly|an?|where\s+it)\s+)*$",
        clause,
        re.IGNORECASE,
    )
    if before is None:
        return None
    begin = match.start() - len(clause)
    reader.mark(begin + before.start(1), begin + before.end(1))
    return place_of(before[1])


def _feels(reader: TextReader, found: TimeChanges) -> None:
    """Take "half-time bridge", "the last chorus in double-time", "breakdown at half tempo"."""
    time = r"(half|double)[\s-]time(?:[\s-]+(?:feel|groove|beat))?"
    tempo = r"(half|double|twice)\s+(?:the\s+|its\s+)?(?:tempo|speed)|(half|twice)\s+as\s+fast"
    link = r"(?:\s+(?:is|are|goes|drops?|falls?|in|into|at|with|played|an?|the))*[\s:,(]+"
    for kind, change in ((time, "feel"), (tempo, "by")):
        for pattern in (
            rf"\b(?:{kind})\s+(?:{_IN})?(?P<place>{_SECTION}|\bhook\b)",
            rf"(?P<place>{_SECTION}){link}(?:{kind})\b",
        ):
            for match in reader.take_all(pattern):
                half = re.search(r"\bhalf\b", match[0], re.IGNORECASE)
                value = 0.5 if half else 2.0
                found.tempos.append(TempoRequest(place_of(match["place"]), change, value))


def _of_sections(reader: TextReader, found: TimeChanges) -> None:
    """Take tempos of sections: "intro at 70 bpm", "a slower bridge", "drops to 90 in the verse"."""
    way = r"(?:a\s+(?:little|bit)\s+|much\s+|slightly\s+)?(faster|quicker|slower)"
    at = rf"(?:[\s,(]*(?:at\s+)?{BPM})?"
    for pattern, place, side in (
        (rf"({_SECTION})\s+(?:is\s+|goes\s+|gets\s+)?{way}{at}", 1, 2),
        (rf"\b{way}\s+({_SECTION}){at}", 2, 1),
    ):
        for match in reader.take_all(pattern):
            section = place_of(match[place])
            if match[3]:
                found.tempos += tempo_to(section, match[3])
            else:
                value = SLOWER if match[side].lower() == "slower" else FASTER
                found.tempos.append(TempoRequest(section, "by", value))
    bare = rf"({_SECTION})\s+{BPM}"
    if len({match[2] for match in re.finditer(bare, reader.left, re.IGNORECASE)}) > 1:
        # "verse 96 bpm, chorus 144 bpm": one such number alone would be the song's.
        for match in reader.take_all(bare):
            found.tempos += tempo_to(place_of(match[1]), match[2])
    moves = (
        r"(?:slow|speed|drop|chang|switch|mov|jump|go|fall|ris|rais|kick|shift)\w*\s+(?:down\s+|up\s+"
        r"|(?:the\s+)?tempo\s+|back\s+)*to"
    )
    verb = r"(?:is|are|at|in|runs?\s+at|goes\s+(?:to|at)|plays?\s+at|with|comes\s+in\s+at)"
    for pattern, place, number in (
        (rf"({_SECTION})\s+{moves}\s+{_MAYBE_BPM}", 1, 2),
        (rf"\b{moves}\s+{_MAYBE_BPM}\s+{_IN}({_SECTION})", 2, 1),
        (rf"\b{BPM}\s+{_IN}({_SECTION})", 2, 1),
        (rf"({_SECTION})\s*(?:[:=(]|\b{verb}\b)\s*(?:about\s+|around\s+)?{BPM}\)?", 1, 2),
    ):
        for match in list(re.finditer(pattern, reader.left, re.IGNORECASE)):
            if re.search(_LISTED, reader.left[: match.start()], re.IGNORECASE):
                continue  # "verse, chorus at 120 bpm" speaks of the song
            reader.mark(match.start(), match.end())
            found.tempos += tempo_to(place_of(match[place]), match[number])


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
