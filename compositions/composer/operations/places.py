"""Find the tracks, sections and bars that a sentence speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from compositions.composer.operations.listening import role_of
from compositions.composer.operations.rebuild import instrument_of
from compositions.composer.operations.regions import bar_total
from compositions.composer.prompt_words import find_instrument, lexicon
from compositions.composer.styles import Instrument
from compositions.composer.text_reader import NUMBER, TextReader, read_number
from compositions.score.document import Score, Section, Track, TrackRole
from compositions.score.scope import Scope

KIND_WORDS: dict[str, str] = {
    r"intro(?:duction)?s?": "intro",
    r"pre[\s-]?chorus(?:es)?": "pre_chorus",
    r"verses?": "verse",
    r"chorus(?:es)?|refrains?|hooks?": "chorus",
    r"bridges?|middle[\s-](?:eight|8)": "bridge",
    r"outros?|codas?": "outro",
    r"solos?": "solo",
    r"interludes?": "interlude",
    r"breakdowns?": "breakdown",
    r"build(?:s|[\s-]?ups?)?": "build",
    r"drops?": "drop",
    r"heads?": "head",
}
"""Patterns of the words for kinds of sections."""

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "sixth": 6, "6th": 6, "last": -1, "final": -1,
}  # fmt: skip
_ORDINAL = "|".join(_ORDINALS)
_KIND = "|".join(KIND_WORDS)
_TO = r"\s*(?:to|through|thru|until|till|and|-|–|—)\s*"

_LEADS = (TrackRole.LEAD, TrackRole.VOCAL)
_BACKING = (
    TrackRole.CHORDS, TrackRole.ARPEGGIO, TrackRole.PAD, TrackRole.HARMONY,
    TrackRole.COUNTER_MELODY,
)  # fmt: skip


def _of(*roles: TrackRole) -> Callable[[Track], bool]:
    return lambda track: role_of(track) in roles


def _family(*names: str) -> Callable[[Track], bool]:
    return lambda track: not track.percussion and instrument_of(track).family in names


_GROUPS: dict[str, Callable[[Track], bool]] = {
    r"rhythm\s+section": _of(TrackRole.BASS, TrackRole.DRUMS, TrackRole.PERCUSSION),
    r"accompaniment|backing|comping": _of(*_BACKING),
    r"drums?|drum\s+kit|drumming|beats?|groove": lambda track: track.percussion,
    r"percussion": lambda track: (
        role_of(track) is TrackRole.PERCUSSION or (track.percussion and not _is_kit(track))
    ),
    r"bass(?:[\s-]?lines?)?": _of(TrackRole.BASS),
    r"melod(?:y|ies)|lead(?:\s+(?:line|melody))?|tune|topline": _of(*_LEADS),
    r"vocals?|voice|singing|vocal\s+line": _of(TrackRole.VOCAL),
    r"chords?\s+(?:part|track)s?|chordal\s+parts?": _of(TrackRole.CHORDS),
    r"pads?": _of(TrackRole.PAD),
    r"arp(?:eggio)?s?": _of(TrackRole.ARPEGGIO),
    r"counter[\s-]?melod(?:y|ies)|counter[\s-]?lines?": _of(TrackRole.COUNTER_MELODY),
    r"strings?": _family("strings"),
    r"brass|horns?": _family("brass"),
    r"keys|keyboards?": _family("keys", "organ"),
    r"guitars?": _family("guitar"),
    r"synths?|synthesi[sz]ers?": _family("synth"),
    r"woodwinds?|winds?": _family("winds", "reeds"),
}


def _is_kit(track: Track) -> bool:
    return role_of(track) is TrackRole.DRUMS


@dataclass(slots=True)
class Places:
    """What was found: ids of tracks and sections, bars from 1, and what is not there."""

    tracks: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    bars: tuple[int, int] | None = None
    missing: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    @property
    def astray(self) -> bool:
        """Whether it was said where, but nothing of that is there."""
        if not self.missing:
            return False
        return not self.tracks or (bool(self.kinds) and not self.sections)

    @property
    def scope(self) -> Scope:
        """The scope that the places make."""
        return Scope(tuple(self.tracks), tuple(self.sections), self.bars)


def take_bars(reader: TextReader, score: Score) -> tuple[int, int] | None:
    """Take "bars 5-8", "bar 3" or "the last four bars"; the first is returned."""
    count = max(1, bar_total(score))
    match = reader.take(rf"\b(?:the\s+)?(last|final|first)\s+({NUMBER})?\s*(?:bars?|measures?)\b")
    if match is not None:
        many = max(1, min(count, int(read_number(match[2]) if match[2] else 1)))
        return (1, many) if match[1].lower() == "first" else (count - many + 1, count)
    match = reader.take(
        rf"\b(?:in\s+|from\s+)?(?:bars?|measures?)\s+({NUMBER})(?:{_TO}(?:bars?\s+)?({NUMBER}))?"
    )
    if match is not None:
        first = int(read_number(match[1]))
        last = int(read_number(match[2])) if match[2] else first
        first, last = min(first, last), max(first, last)
        return (max(1, first), max(1, last))
    match = reader.take(r"\b(?:the\s+)?(first|second)\s+half\b(?:\s+of\s+the\s+song)?")
    if match is not None:
        half = max(1, count // 2)
        return (1, half) if match[1].lower() == "first" else (min(count, half + 1), count)
    return None


def take_sections(reader: TextReader, score: Score, found: Places) -> None:
    """Take sections by label, kind and ordinal ("verse 2", "the last chorus")."""
    by_kind: dict[str, list[Section]] = {}
    for section in score.sections:
        by_kind.setdefault(kind_of(section), []).append(section)
    # "Verse 2" and "verse two" before a label "Verse" could take half of it.
    for match in reader.take_all(rf"\b({_KIND})\s+(?:number\s+|no\.?\s+|#)?({NUMBER})\b"):
        _one(match[0], kind_named(match[1]), int(read_number(match[2])), by_kind, score, found)
    for section in sorted(score.sections, key=lambda entry: -len(entry.label)):
        if len(section.label) < 2 or kind_named(section.label):
            continue
        if reader.take(rf"(?<!\w)(?:the\s+)?{re.escape(section.label)}(?!\w)(?!\s*\d)"):
            found.sections.append(section.id)
    pattern = (
        rf"\b(?:(?:the|of|in|all|every|each|"
        rf"both)\s+)*(?:({_ORDINAL})\s+(?:time\s+the\s+)?)?({_KIND})\b"
    )
    for match in reader.take_all(pattern):
        kind = kind_named(match[2])
        if match[1]:
            _one(match[0], kind, _ORDINALS[match[1].lower()], by_kind, score, found)
        elif kind in by_kind:
            found.sections += [section.id for section in by_kind[kind]]
            found.kinds.append(kind)
        else:
            found.missing.append(f"The song has no {kind.replace('_', '-')}.")
            found.kinds.append(kind)
    edge = reader.take(
        r"\b(?:(?:at|in|near|of|towards?)\s+)?the\s+(end(?:ing)?|beginning|start|opening)\b"
    )
    if edge is not None and score.sections and not found.sections:
        at_end = edge[1].lower().startswith("end")
        found.sections.append(score.sections[-1 if at_end else 0].id)
    found.sections = list(dict.fromkeys(found.sections))


def _one(
    text: str,
    kind: str,
    number: int,
    by_kind: dict[str, list[Section]],
    score: Score,
    found: Places,
) -> None:
    """Note the numbered section of a kind; a label with that number wins."""
    found.kinds.append(kind)
    group = by_kind.get(kind, [])
    if number > 0:
        labelled = [s for s in group if re.search(rf"\b{number}$", s.label)]
        if labelled:
            found.sections.append(labelled[0].id)
            return
    index = number - 1 if number > 0 else len(group) + number
    if 0 <= index < len(group):
        found.sections.append(group[index].id)
    else:
        words = " ".join(text.split()).removeprefix("the ").removeprefix("in ")
        found.missing.append(f"The song has no {words.replace('the ', '')}.")


def kind_named(word: str) -> str:
    """Return the kind of section that a word means, empty for none."""
    for pattern, kind in KIND_WORDS.items():
        if re.fullmatch(pattern, word.strip(), re.IGNORECASE):
            return kind
    return ""


def kind_of(section: Section) -> str:
    """Return the kind of a section, from its label when it has none."""
    if section.kind and section.kind != "section":
        return section.kind.lower().replace("-", "_").replace(" ", "_")
    return kind_named(re.sub(r"\s*\d+$", "", section.label)) or "section"


def take_tracks(reader: TextReader, score: Score, found: Places) -> None:
    """Take tracks by their names, their instruments and what they do."""
    for track in sorted(score.tracks, key=lambda entry: -len(entry.name)):
        name = re.escape(track.name).replace(r"\ ", r"\s+")
        if len(track.name) > 1 and reader.take(rf"(?<!\w)(?:the\s+)?{name}(?!\w)"):
            found.tracks.append(track.id)
    for match in reader.take_all(
        r"\b(?:the\s+|all\s+)?((?:"
        + "|".join(sorted(_GROUPS, key=lambda p: "rhythm" not in p and "accomp" not in p))
        + r"))(?!\w)"
    ):
        fits = next(
            rule for word, rule in _GROUPS.items() if re.fullmatch(word, match[1], re.IGNORECASE)
        )
        ids = [track.id for track in score.tracks if fits(track)]
        if not ids:
            # "strings" may be a program of a track whose family says otherwise
            instrument = find_instrument(match[1])
            ids = _playing(score, instrument) if instrument else []
        if not ids:
            found.missing.append(f"The song has no {match[1].lower()}.")
        found.tracks += ids
    for instrument, text in take_instruments(reader):
        ids = _playing(score, instrument)
        if not ids:
            found.missing.append(f"The song has no {text.lower()}.")
        found.tracks += ids
    found.tracks = list(dict.fromkeys(found.tracks))


def take_instruments(reader: TextReader) -> list[tuple[Instrument, str]]:
    """Take the names of instruments, longest first, in the order of the text."""
    words = sorted(
        (word for word, (kind, _) in lexicon().items() if kind == "instrument"),
        key=len,
        reverse=True,
    )
    choices = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words)
    found = []
    for match in reader.take_all(rf"\b(?:the\s+|an?\s+|some\s+)?((?:{choices})s?)(?!\w)"):
        instrument = find_instrument(match[1])
        if instrument is not None:
            found.append((instrument, match[1]))
    return found


def _playing(score: Score, instrument: Instrument) -> list[str]:
    """Return the tracks that an instrument plays; else those of its family and kind."""
    exact = [
        track.id
        for track in score.tracks
        if (track.program, track.bank, track.percussion)
        == (instrument.program, instrument.bank, instrument.percussion)
        or track.name.lower().startswith(instrument.name.lower())
    ]
    if exact:
        return exact
    last = instrument.name.split()[-1].lower()
    return [
        track.id
        for track in score.tracks
        if last in track.name.lower().split()
        or (track.percussion and instrument.percussion)
        or last == instrument_of(track).name.split()[-1].lower()
    ]
