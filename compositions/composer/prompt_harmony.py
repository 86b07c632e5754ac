"""Key, chord progressions and form as people write them."""

from __future__ import annotations

import re

from compositions.composer.roman import RomanError, resolve_roman
from compositions.composer.spec import SectionRequest
from compositions.composer.text_reader import TextReader
from compositions.score.document import Mode
from compositions.score.harmony import parse_chord_symbol

MODE_WORDS: dict[str, Mode] = {
    r"harmonic[\s-]minor": Mode.HARMONIC_MINOR,
    r"melodic[\s-]minor": Mode.MELODIC_MINOR,
    r"natural[\s-]minor|aeolian": Mode.MINOR,
    r"minor[\s-]pentatonic": Mode.MINOR_PENTATONIC,
    r"major[\s-]pentatonic|pentatonic": Mode.MAJOR_PENTATONIC,
    r"blues[\s-]scale": Mode.BLUES,
    r"dorian": Mode.DORIAN,
    r"phrygian": Mode.PHRYGIAN,
    r"lydian": Mode.LYDIAN,
    r"mixolydian": Mode.MIXOLYDIAN,
    r"locrian": Mode.LOCRIAN,
    r"ionian|major|maj": Mode.MAJOR,
    r"minor|min": Mode.MINOR,
}
_MODES = "|".join(MODE_WORDS)
_ACCIDENTAL = r"(?:[\s-]*(?:flat|sharp)\b|[b♭#♯](?![a-z]))"
_NOTE = rf"[A-Ga-g]{_ACCIDENTAL}?"
SECTION_KINDS: dict[str, str] = {
    "intro": "intro", "introduction": "intro", "verse": "verse", "chorus": "chorus",
    "refrain": "chorus", "hook": "chorus", "pre-chorus": "pre_chorus", "prechorus": "pre_chorus",
    "pre chorus": "pre_chorus", "bridge": "bridge", "middle eight": "bridge", "middle 8": "bridge",
    "solo": "solo", "instrumental": "solo", "interlude": "interlude", "break": "breakdown",
    "breakdown": "breakdown", "build": "build", "buildup": "build", "build-up": "build",
    "drop": "drop", "head": "head", "theme": "head", "outro": "outro", "ending": "outro",
    "coda": "outro", "post-chorus": "interlude", "tag": "outro",
}  # fmt: skip
_KINDS = "|".join(re.escape(kind) for kind in sorted(SECTION_KINDS, key=len, reverse=True))
_CHORD_NAME = (
    r"[A-G](?:#|b|♯|♭)?(?:maj|min|mM|m|M|dim|aug|sus|add|alt|[#b♭♯]\d|\d|[ø°Δ+()])*"
    r"(?:/[A-G][#b♯♭]?)?"
)
_ROMAN = (
    r"[b#♭♯]?(?:VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)"
    r"(?:maj|sus|dim|add|[øo°+Δ]|[#b]?\d+)*(?:/[b#]?[ivIV]+)?"
)


def note_name(text: str) -> str:
    """Return a spelled note of free text: "b flat" is "Bb", "F♯" is "F#"."""
    letter = text[0].upper()
    rest = text[1:].lower()
    if "flat" in rest or "♭" in rest or rest.strip(" -") == "b":
        return letter + "b"
    if "sharp" in rest or "♯" in rest or "#" in rest:
        return letter + "#"
    return letter


def mode_of(text: str) -> Mode:
    """Return the mode that a word names. Raises ``ValueError``."""
    for pattern, mode in MODE_WORDS.items():
        if re.fullmatch(pattern, text.strip(), re.IGNORECASE):
            return mode
    raise ValueError(f"{text!r} is not a mode")


def read_key(reader: TextReader) -> tuple[str | None, Mode | None, float]:
    """Take a key: (tonic or None, mode or None, confidence)."""
    noun = r"(?:[\s-]+(?:key|scale|mode|tonality)\b)?"
    # "a minor blues" names a mode, "in a minor" and "A minor" name a key.
    for match in re.finditer(rf"\b({_NOTE})[\s-]*\b({_MODES})\b{noun}", reader.left, re.IGNORECASE):
        if match[1] == "a" and _is_article(reader, match):
            continue
        reader.mark(match.start(), match.end())
        reader.take(r"\b(?:in\s+)?(?:the\s+)?key\s+of\b")
        return note_name(match[1]), mode_of(match[2]), 1.0
    if found := reader.take(rf"\b(?:in|key\s+of|key[:=]?)\s+([A-G]{_ACCIDENTAL}?)m\b", 0):
        return note_name(found[1]), Mode.MINOR, 1.0
    if found := reader.take(r"(?<![\w#])([A-G][b#♭♯]?)m\b(?!\w)", 0):
        return note_name(found[1]), Mode.MINOR, 0.95
    if found := reader.take(rf"(?i:\bkey\s+of|\bkey\s*[:=]?)\s*({_NOTE})(?![\w#])", 0):
        return note_name(found[1]), _mode_word(reader), 0.95
    if found := reader.take(rf"\b(?i:in)\s+([A-G]{_ACCIDENTAL}?)(?![\w#])", 0):
        return note_name(found[1]), _mode_word(reader), 0.8
    if found := reader.take(r"\b([A-Ga-g][\s-]*(?:flat|sharp))\b"):
        return note_name(found[1]), _mode_word(reader), 0.8
    mode = _mode_word(reader)
    return None, mode, 0.9 if mode else 0.0


def _mode_word(reader: TextReader) -> Mode | None:
    for pattern, mode in MODE_WORDS.items():
        if reader.take(rf"\b(?:{pattern})\b(?:[\s-]+(?:key|scale|mode|tonality)\b)?"):
            return mode
    return None


def _is_article(reader: TextReader, match: re.Match[str]) -> bool:
    """Tell whether the "a" of "a minor ..." is an article."""
    if re.search(r"(?:key\s+of|key)\s+$", reader.text[: match.start()], re.IGNORECASE):
        return False
    after = reader.text[match.end() :]
    follows = re.match(r"\s+([a-z]+)", after)
    if re.search(r"(?:key|scale|mode|tonality)$", match[0], re.IGNORECASE):
        return True
    functional = {"at", "with", "and", "around", "about", "in", "for", "on", "but", "using", "bpm"}
    return follows is not None and follows[1] not in functional


def read_chords(reader: TextReader) -> dict[str, tuple[tuple[str, ...], ...]] | None:
    """Take chord progressions: section kind ("" = everywhere) -> bars of chord texts."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    cue = (
        r"(?:\b(?:chords?|progression|changes|harmony|loop)\b"
        r"(?:\s+(?:of|are|is|progression))?\s*[:=]?\s*)"
    )
    between = r"(?:\s*(?:->|→|[-–—,|>])\s*|\s+)"
    kind = rf"(?:\b(?i:({_KINDS}))\b(?i:\s+chords)?\s*:\s*)"
    for token, fewest in ((_CHORD_NAME, 3), (_ROMAN, 2)):
        end = r"(?![\w#♯♭°ø/])"
        run = rf"\|?\s*{token}{end}(?:{between}{token}{end})"
        pattern = (
            rf"(?:{kind}(?i:{cue})?|((?i:{cue})))?((?<![\w#]){run}*)\s*\|?"
            r"(?:\s+(?i:progression|chords|changes|loop))?"
        )
        for match in re.finditer(pattern, reader.left):
            bars = _bars(match[3])
            count = sum(len(bar) for bar in bars)
            cued = match[1] is not None or match[2] is not None
            if count < (2 if cued else fewest) and not (match[1] and count):
                continue
            if not all(_is_chord(text) for bar in bars for text in bar):
                continue
            reader.mark(match.start(), match.end())
            found[SECTION_KINDS[match[1].lower()] if match[1] else ""] = bars
    return found or None


def _bars(text: str) -> tuple[tuple[str, ...], ...]:
    if "|" in text:
        groups = [re.split(r"[\s,>–—→-]+", bar.strip()) for bar in text.split("|")]
    else:
        groups = [[token] for token in re.split(r"[\s,>–—→-]+", text.strip())]
    return tuple(bar for group in groups if (bar := tuple(t for t in group if t)))


def parse_chord_text(text: str) -> tuple[tuple[str, ...], ...]:
    """Read a chord progression typed into a field. Raises ``ValueError``."""
    bars = _bars(text)
    for bar in bars:
        for chord in bar:
            if not _is_chord(chord):
                raise ValueError(f"{chord!r} is neither a chord name nor a Roman numeral")
    if not bars:
        raise ValueError("no chords given")
    return bars


def _is_chord(text: str) -> bool:
    try:
        parse_chord_symbol(text)
    except ValueError:
        try:
            resolve_roman(text, 0, Mode.MAJOR)
        except RomanError:
            return False
    return True


def read_form(reader: TextReader) -> tuple[SectionRequest, ...] | None:
    """Take the form: bracketed tags, letters (AABA) or a run of section names."""
    tags = reader.take_all(
        rf"\[\s*({_KINDS})\s*(\d+)?\s*(?:[:,x ]\s*(\d{{1,3}}))?\s*(?:bars?)?\s*\]"
    )
    if tags:
        return tuple(
            _request(
                tag[1], int(tag[3] or tag[2]) if tag[3] or (tag[2] and _is_bars(tags)) else None
            )
            for tag in tags
        )
    if match := reader.take(r"\b([A-D](?:[\s-]?[A-D]){2,11})\b(?:[\s-]+(?:form|structure))?", 0):
        letters = re.sub(r"[\s-]", "", match[1])
        if len(set(letters)) > 1 and letters[0] == "A":
            return tuple(SectionRequest(letter, letter) for letter in letters)
    separator = r"(?:\s*(?:->|→|[-–—,/>+])\s*(?:then\s+|and\s+)?|\s+(?:then|and|to)\s+|\s+)"
    item = rf"(?:a\s+)?(?:double\s+)?(?:{_KINDS})s?(?:\s+\d+\b(?:\s*bars?)?)?"
    if match := reader.take(rf"\b{item}(?:{separator}{item})+\b(?:[\s-]+(?:form|structure|song))?"):
        requests: list[SectionRequest] = []
        pieces = re.findall(rf"({_KINDS})s?(?:\s+(\d+)(\s*bars?)?)?", match[0], re.IGNORECASE)
        for name, number, bars in pieces:
            count = int(number) if number and (bars or int(number) >= 4) else None
            requests.append(_request(name, count))
        return tuple(requests)
    return None


def _is_bars(tags: list[re.Match[str]]) -> bool:
    """Tell "[Verse 8]" (bars) from "[Verse 1]" (a number): counting up from 1 is a number."""
    numbers = [int(tag[2]) for tag in tags if tag[2]]
    return any(number > 3 for number in numbers)


def _request(name: str, bars: int | None) -> SectionRequest:
    kind = SECTION_KINDS[name.lower()]
    return SectionRequest(kind, name.strip().title(), bars)


def parse_form_text(text: str) -> tuple[SectionRequest, ...]:
    """Read a form typed into a field. Raises ``ValueError``."""
    form = read_form(TextReader(text))
    if form is None and text.strip().lower() in SECTION_KINDS:
        form = (_request(text.strip(), None),)
    if form is None:
        raise ValueError(
            f"{text!r} is not a form such as AABA, [Verse 8] [Chorus 8] or verse chorus"
        )
    return form
