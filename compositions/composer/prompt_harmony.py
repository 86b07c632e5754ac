"""Chord progressions as people write them: names, Roman numerals, bars, per section."""

from __future__ import annotations

import re

from compositions.composer.prompt_form import KINDS, SECTION_KINDS
from compositions.composer.roman import RomanError, resolve_roman
from compositions.composer.text_reader import TextReader
from compositions.score.document import Mode
from compositions.score.harmony import parse_chord_symbol

__all__ = ["SECTION_KINDS", "Chords", "parse_chord_text", "read_chords"]

Chords = dict[str, tuple[tuple[str, ...], ...]]

_QUALITY = r"(?:maj|min|Maj|mM|mi|ma|m|M|dim|aug|sus|add|alt|no|[#b♭♯-]\d|\d|[ø°Δ△^+()])*"
_CHORD_NAME = rf"[A-H](?:#|b|♯|♭)?{_QUALITY}(?:/[A-H][#b♯♭]?)?(?:6/9)?"
_ROMAN = (
    r"[b#♭♯]?(?:VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)"
    r"(?:maj|Maj|sus|dim|add|[øo°+Δ△]|M(?=7|9)|[#b]?\d+)*(?:/[b#♭♯]?[ivIV]+)?"
)
_SUNG = (
    r"(?:Do|Dó|Re|Ré|Mi|Fa|Fá|Sol|La|Lá|Si)(?:#|b|♯|♭)?(?:m(?!i|a)|maj|m|7|9|6|sus\d?|dim|M)*\d?"
)
_SUNG_LETTERS = {"Do": "C", "Dó": "C", "Re": "D", "Ré": "D", "Mi": "E", "Fa": "F", "Fá": "F",
                 "Sol": "G", "La": "A", "Lá": "A", "Si": "B"}  # fmt: skip
_SPOKEN = (
    r"[A-Ha-h](?:[\s-]?(?:flat|sharp)|[b#♭♯])?\s+"
    r"(?:major|minor|maj|min|diminished|augmented|dominant)(?:\s+(?:7th|seventh|7))?"
)
_CUE = (
    r"(?:\b(?:chords?|progressions?|changes|harmony|harmonies|loop|vamp|acordes|accords|akkorde[n]?"
    r"|accordi|akkordfolge|alternat\w+|revolv\w+|cycl\w+|between|over|pattern)\b"
    r"(?:\s+(?:of|are|is|progression|chords?|loop|vamp|like|such\s+as|between|around|through|on"
    r"|goes?|go|with|from|over|the|being|include|including|used|cycle|cycling|moving|move)\b)*"
    r"\s*[:=(]?\s*)"
)
# What was taken is blanked with a sign that counts as white space: chords do not cross it.
_GAP = r"[^\S\x1f]"
_BETWEEN = (
    rf"(?:{_GAP}*(?:->|→|[-–—,|>;~]|=>){_GAP}*(?:and{_GAP}+|then{_GAP}+|to{_GAP}+)?"
    rf"|{_GAP}+(?:and|then|to|y|et|und|e){_GAP}+|{_GAP}+)"
)
_END = r"(?![\w#♯♭°ø△/']|\.\d)"
_KIND = (
    rf"(?:\[?\s*\b(?i:({KINDS}))\b\s*\d?"
    r"(?i:\s+(?:chords?|progression|changes|goes|uses|is))?(?:\s*[\]:=]+\s*|\s+))"
)
_TAG_BEFORE = re.compile(rf"\[\s*({KINDS})\b[^\]\n]*\]\s*$", re.IGNORECASE)
_AFTER = (
    r"(?:\s+(?i:progression|chords|changes|loop|vamp))?"
    rf"(?:\s*\)?\s*(?i:in|for|during)\s+(?i:the\s+)(?i:({KINDS}))s?\b)?"
)


def read_chords(reader: TextReader) -> Chords | None:
    """Take chord progressions: section kind ("" = everywhere) -> bars of chord texts."""
    found: Chords = {}
    for token, fewest in ((_CHORD_NAME, 3), (_ROMAN, 2), (_SUNG, 3), (_SPOKEN, 99)):
        _read(reader, found, token, fewest)
    if not found:
        _read_small(reader, found)
    return found or None


def _read(reader: TextReader, found: Chords, token: str, fewest: int) -> None:
    run = rf"\|?:?\s*{token}{_END}(?:{_BETWEEN}(?:{token}{_END}|%))"
    pattern = rf"(?:{_KIND}(?i:{_CUE})?|((?i:{_CUE})))?((?<![\w#]){run}*)\s*:?\|?\)?{_AFTER}"
    # "in the key of A, E minor" has no chords; a lone "I" in a sentence is a word.
    for match in re.finditer(pattern, reader.left):
        cued = match[1] is not None or match[2] is not None
        bars = _bars(match[3], spoken=token is _SPOKEN)
        names = [text for bar in bars for text in bar]
        barred = match[3].count("|") >= 2
        vamp = match[2] and names and re.search(r"vamp|loop", match[2], re.IGNORECASE)
        few = len(names) < (2 if cued or barred else fewest)
        lead = match[0][: match.start(3) - match.start()]
        led = bool(match[1] and re.search(r"[\]:=]", lead))
        if few and not vamp and not (led and names):
            continue
        if not all(is_chord(text) for text in names):
            continue
        if not cued and not barred and _is_prose(reader, match, names):
            continue
        reader.mark(match.start(), match.end())
        # "the drums build over the chords F C G" has chords for the whole song.
        aside = match[1] and not led and len(lead.split()) > 1
        kind = match[4] if aside else match[1] or match[4]
        start = match.end(3) - len(match[3].lstrip())
        if kind is None and (tag := _TAG_BEFORE.search(reader.text[:start])):
            kind = tag[1]
        found[SECTION_KINDS[kind.lower()] if kind else ""] = _english(bars)


def _read_small(reader: TextReader, found: Chords) -> None:
    """ "chords: am f c g": small letters count only behind a word for chords."""
    small = r"[a-h](?:#|b(?![a-z])|♯|♭)?(?:maj7|m7|m|7|dim|sus[24]?|add9)?"
    pattern = rf"{_CUE}((?<![\w#]){small}{_END}(?:(?:\s*[-–—,|>]\s*|\s+){small}{_END}){{2,}})"
    if match := reader.take(pattern):
        text = re.sub(r"(?<![\w#])([a-h])", lambda m: m[1].upper(), match[1])
        if all(is_chord(name) for bar in _bars(text) for name in bar):
            found[""] = _english(_bars(text))


def _is_prose(reader: TextReader, match: re.Match[str], names: list[str]) -> bool:
    """Tell a run of single capital letters in a sentence from chords."""
    if set(names) <= {"I", "A", "a", "i"}:
        return True
    plain = [name for name in names if re.fullmatch(r"[A-H]|[IVX]{1,3}|[ivx]{1,3}", name)]
    before = reader.text[: match.start()].rstrip()[-8:].lower()
    return len(plain) == len(names) < 3 and before.endswith((" key", " in", "form"))


def _bars(text: str, spoken: bool = False) -> tuple[tuple[str, ...], ...]:
    if spoken:
        names = re.findall(_SPOKEN, text)
        return tuple((_spoken(name),) for name in names)
    text = text.strip().replace("||", "|").replace("|:", "|").replace(":|", "|")
    gap = r"(?:\s+(?:and|then|to|y|et|und|e)\s+|[\s,>;~=–—→]+|(?<=\s)-+|-+(?=[A-Hb#ivIV]))+"
    if "|" in text:
        groups = [re.split(gap, bar.strip()) for bar in text.split("|")]
    else:
        groups = [[token] for token in re.split(gap, text)]
    bars: list[tuple[str, ...]] = []
    for group in groups:
        bar = tuple(_plain(token) for token in group if token and token not in ("and", "then"))
        if bar == ("%",):  # "as the bar before"
            bar = bars[-1] if bars else ()
        if bar:
            bars.append(bar)
    return tuple(bars)


def _plain(token: str) -> str:
    """Write a chord as the document does: "Bm7♭5" is "Bm7b5", "Am△7" is "AmMaj7"."""
    token = token.strip("-–—:;").replace("♭", "b").replace("♯", "#").replace("△", "Δ")
    sung = re.match(r"(Do|Dó|Re|Ré|Mi|Fa|Fá|Sol|La|Lá|Si)(?=[#bm\dsMdj]|$)", token)
    if sung:
        token = _SUNG_LETTERS[sung[1]] + token[sung.end() :]
    token = re.sub(r"(?<=^[A-H])mΔ7?|(?<=^[A-H][#b])mΔ7?", "mMaj7", token)
    return token.removesuffix(")") if token.count(")") > token.count("(") else token


def _spoken(name: str) -> str:
    letter, rest = name[0].upper(), name[1:].lower()
    accidental = "b" if "flat" in rest or rest[:1] in "b♭" else ""
    accidental = "#" if "sharp" in rest or rest[:1] in "#♯" else accidental
    seventh = bool(re.search(r"7|seventh", rest))
    quality = "m" if re.search(r"minor|min\b", rest) else "maj" if seventh else ""
    for word, sign in (("diminished", "dim"), ("augmented", "aug"), ("dominant", "")):
        quality = sign if word in rest else quality
    return letter + accidental + quality + ("7" if seventh else "")


def _english(bars: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Where "H" stands among the chords all are German: H is B and B is B flat."""
    if not any(re.search(r"(?:^|/)H", name) for bar in bars for name in bar):
        return bars

    def one(match: re.Match[str]) -> str:
        return match[1] + ("B" if match[2] == "H" else "Bb")

    pattern = r"(^|/)(H|B(?!b))"
    return tuple(tuple(re.sub(pattern, one, name) for name in bar) for bar in bars)


def parse_chord_text(text: str) -> tuple[tuple[str, ...], ...]:
    """Read a chord progression typed into a field. Raises ``ValueError``."""
    bars = _bars(text)
    for bar in bars:
        for chord in bar:
            if not is_chord(chord):
                raise ValueError(f"{chord!r} is neither a chord name nor a Roman numeral")
    if not bars:
        raise ValueError("no chords given")
    return _english(bars)


def is_chord(text: str) -> bool:
    """Tell whether a text names a chord, by name or by Roman numeral."""
    text = re.sub(r"^H|(?<=/)H", "B", text)
    try:
        parse_chord_symbol(text)
    except ValueError:
        try:
            resolve_roman(text, 0, Mode.MAJOR)
        except RomanError:
            return False
    return True
