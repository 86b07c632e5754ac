"""Keys and modes as people write them, in English and five other languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from compositions.composer.text_reader import TextReader
from compositions.composer.word_lists import word_list
from compositions.score.document import Mode
from compositions.score.harmony import MINOR_MODES, fifths, note_name_at_fifths

MODE_WORDS: dict[str, Mode] = {
    r"harmonic[\s-]minor|minor[\s-]harmonic|menor\s+arm[oó]nic[ao]|mineur\s+harmonique"
    r"|minore\s+armonic[ao]|menor\s+harm[oôó]nic[ao]": Mode.HARMONIC_MINOR,
    r"melodic[\s-]minor|menor\s+mel[oó]dic[ao]|mineur\s+m[ée]lodique"
    r"|minore\s+melodic[ao]": Mode.MELODIC_MINOR,
    r"natural[\s-]minor|aeolian|eolian|[ée]olien(?:ne)?|äolisch|e[oó]lic[ao]": Mode.MINOR,
    r"minor[\s-]pentatonic|pentatonic[\s-]minor": Mode.MINOR_PENTATONIC,
    r"major[\s-]pentatonic|pentatonic[\s-]major|pentatonic": Mode.MAJOR_PENTATONIC,
    r"blues[\s-]scale": Mode.BLUES,
    r"phrygian[\s-]dominant|freygish|hijaz|ahava\s+rab+ah?|spanish\s+phrygian": Mode.PHRYGIAN,
    r"hungarian[\s-]minor|gypsy[\s-]minor|byzantine": Mode.HARMONIC_MINOR,
    r"lydian[\s-]dominant|acoustic\s+scale": Mode.MIXOLYDIAN,
    r"hirajoshi|japanese\s+scale|in[\s-]sen|yo\s+scale": Mode.MINOR_PENTATONIC,
    r"dorian|d[oó]ric[ao]|dorien(?:ne)?|dorisch": Mode.DORIAN,
    r"phrygian|fr[ií]gi[ao]|phrygien(?:ne)?|phrygisch": Mode.PHRYGIAN,
    r"lydian|l[ií]di[ao]|lydien(?:ne)?|lydisch": Mode.LYDIAN,
    r"mixolydian|mixol[ií]di[ao]|misolidi[ao]|mixolydien(?:ne)?|mixolydisch": Mode.MIXOLYDIAN,
    r"locrian|locri[ao]|l[oó]cri[ao]|lokrisch": Mode.LOCRIAN,
    r"ionian|j[oó]nic[ao]|ionien|ionisch|major|maj|mayor|majeure?|maggiore|maior|dur"
    r"|majr|majro|mjaor|mjor|mayjor|majour": Mode.MAJOR,
    r"minor|min|menor|mineure?|minore|moll|minr|minro|mnior|mionr|minoor|minur": Mode.MINOR,
}
_MODES = "|".join(MODE_WORDS)
_SHARP = r"sharp|di[eè]se|diesis|sostenid[oa]|sustenid[oa]"
_FLAT = r"flat|b[ée]moll?e?|bemol"
_ACCIDENTAL = rf"(?:[\s-]*(?:{_FLAT}|{_SHARP})\b|[b♭#♯](?![a-z]))"
_SOLFEGE = {"do": "C", "dó": "C", "ut": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F",
            "fá": "F", "sol": "G", "la": "A", "lá": "A", "si": "B", "ti": "B"}  # fmt: skip
_NOTE = rf"[A-Ha-h]{_ACCIDENTAL}?"
_SUNG = rf"(?:do|dó|ut|re|ré|mi|fá|fa|sol|lá|la|si){_ACCIDENTAL}?"
_GERMAN = r"(?:[A-H](?:is|es)|[AE]s|[A-H])"
_NOUN = r"(?:[\s-]+(?:key|scale|mode|tonality)\b)?"
_KEY_OF = (
    r"(?:(?:tonal\s+)?(?:key|tonality|tonal\s+cent(?:er|re)|tonic)\s*(?:of|is|in|:|=|-)?"
    r"|root\s*(?:note)?\s*[:=]|root\s+note(?:\s+is)?|tonalidad(?:\s+de)?|tonalidade(?:\s+de)?|tonalit[éà](?:\s+d[ei])?|tonart|(?:no\s+)?tom\s+de"
    r"|ton[oe]?\s+d[ei])\s*:?"
)
_FUNCTION = word_list("after_key")


@dataclass(frozen=True, slots=True)
class KeyMention:
    """A key as it stands in the prompt: where, tonic or None, mode or None, how sure."""

    start: int
    text: str
    tonic: str | None
    mode: Mode | None
    confidence: float


_Add = Callable[[re.Match[str], str | None, Mode | None, float], None]


def note_name(text: str) -> str:
    """Return a spelled note of free text: "b flat" and "si bémol" are "Bb", "H" is "B"."""
    text = text.strip()
    lower = text.lower()
    sung = next((word for word in sorted(_SOLFEGE, key=len, reverse=True)
                 if re.match(rf"{word}(?![a-zäöü])", lower)), None)  # fmt: skip
    letter = _SOLFEGE[sung] if sung else text[0].upper()
    rest = lower[len(sung) if sung else 1 :]
    if letter == "H":
        letter = "B"
    if re.search(_FLAT, rest) or "♭" in rest or rest.strip(" -") == "b":
        return letter + "b"
    if re.search(_SHARP, rest) or "♯" in rest or "#" in rest:
        return letter + "#"
    return letter


def german_note(text: str) -> str:
    """Return the English name of a German note: "Fis" is "F#", "B" is "Bb", "H" is "B"."""
    lower = text.strip().lower()
    plain = {"b": "Bb", "h": "B", "as": "Ab", "es": "Eb"}
    if lower in plain:
        return plain[lower]
    letter = "B" if lower[0] == "h" else lower[0].upper()
    return letter + {"is": "#", "es": "b"}.get(lower[1:], "")


def mode_of(text: str) -> Mode:
    """Return the mode that a word names. Raises ``ValueError``."""
    for pattern, mode in MODE_WORDS.items():
        if re.fullmatch(pattern, text.strip(), re.IGNORECASE):
            return mode
    raise ValueError(f"{text!r} is not a mode")


def read_key(reader: TextReader, german: bool = False) -> tuple[str | None, Mode | None, float]:
    """Take a key: (tonic or None, mode or None, confidence); the last one named counts."""
    mentions = read_keys(reader, german)
    if not mentions:
        return None, None, 0.0
    last = mentions[-1]
    return last.tonic, last.mode, last.confidence


def read_keys(reader: TextReader, german: bool = False) -> list[KeyMention]:
    """Take every key in the order of the text.

    ``german`` tells that plain letters are German note names ("in B" is B flat). A mode
    that stands apart from its tonic ("in D ... minor") is joined to it.
    """
    found: list[KeyMention] = []

    def add(match: re.Match[str], tonic: str | None, mode: Mode | None, sure: float) -> None:
        reader.mark(match.start(), match.end())
        found.append(KeyMention(match.start(), match[0].strip(), tonic, mode, sure))

    denied = reader.take(
        r"\b(?:not|no|never|without|avoid|anything\s+but)\s+(?:in\s+)?(?:an?\s+)?(minor|major)"
        r"(?:\s+(?:keys?|mode|scales?|chords))?\b(?!\s*(?:seventh|third|scale))"
    )
    _related(reader, add)
    _with_mode(reader, german, add)
    _short(reader, add)
    _tonic_only(reader, german, add)
    found.sort(key=lambda mention: mention.start)
    if denied and not any(mention.mode for mention in found):
        mode = Mode.MAJOR if denied[1].lower() == "minor" else Mode.MINOR
        found = [KeyMention(m.start, m.text, m.tonic, mode, m.confidence) for m in found]
        return found or [KeyMention(denied.start(), denied[0], None, mode, 0.9)]
    if not any(mention.mode for mention in found) and (match := _mode_word(reader)):
        mode = mode_of(match[1])
        if not found:
            return [KeyMention(match.start(), match[0], None, mode, 0.9)]
        found = [KeyMention(m.start, m.text, m.tonic, mode, m.confidence) for m in found]
    return found


def _related(reader: TextReader, add: _Add) -> None:
    """ "The relative minor of Eb" is C minor, "the parallel major of A minor" A major."""
    pattern = (
        rf"\b(relative|parallel)\s+(minor|major)(?:\s+key)?\s+(?:of|to)\s+({_NOTE})(?![\w#])"
        rf"(?:[\s-]*(?:{_MODES})\b)?"
    )
    for match in re.finditer(pattern, reader.left, re.IGNORECASE):
        tonic, mode = note_name(match[3]), mode_of(match[2])
        if match[1].lower() == "relative":
            step = 3 if mode is Mode.MINOR else -3
            tonic = note_name_at_fifths(fifths(tonic) + step)
        add(match, tonic, mode, 0.95)


def _with_mode(reader: TextReader, german: bool, add: _Add) -> None:
    lead = rf"(?:\b{_KEY_OF}\s*|\b(?:in|en|em)\s+(?:the\s+)?(?:{_KEY_OF}\s*)?)?"
    patterns = (
        (rf"{lead}\b({_GERMAN})[\s-]*\b(dur|moll)\b{_NOUN}", True),
        (rf"{lead}\b({_NOTE}|{_SUNG})[\s-]*[,(]?\s*\b({_MODES})\b\)?{_NOUN}", False),
        (
            rf"\b({_MODES})(?:\s+(?:mode|scale|key))?\s+(?:di|de|of|en|on)\s+({_SUNG}|{_NOTE})(?![\w#])",
            False,
        ),
    )
    for place, (pattern, names) in enumerate(patterns):
        for match in re.finditer(pattern, reader.left, re.IGNORECASE):
            note, mode = (match[2], match[1]) if place == 2 else (match[1], match[2])
            if note in ("a", "la") and _is_article(reader, match):
                continue
            if place == 2 and note.lower() == "a" and note != "A":
                continue
            tonic = german_note(note) if names or german else note_name(note)
            add(match, tonic, mode_of(mode), 1.0)


def _short(reader: TextReader, add: _Add) -> None:
    """ "Dm", "in F#m", "c#m", "dm 75bpm"."""
    for match in re.finditer(rf"\b(?:in|{_KEY_OF})\s*([A-Ga-g]{_ACCIDENTAL}?)m\b", reader.left):
        add(match, note_name(match[1]), Mode.MINOR, 1.0)
    for match in re.finditer(r"(?<![\w#])([A-G][b#♭♯]?|[a-g][b#♭♯])m\b(?!\w|[♭♯'’])", reader.left):
        add(match, note_name(match[1]), Mode.MINOR, 0.95)
    for match in re.finditer(
        r"(?<![\w#])([A-Ga-g][b#♭♯]?)(min|maj|minor|major|mi)\b", reader.left
    ):  # "Cmin", "Ebmaj"
        mode = Mode.MAJOR if match[2].startswith("maj") else Mode.MINOR
        if match[0].lower() not in ("ami", "emi", "demi"):
            add(match, note_name(match[1]), mode, 0.95)
    for match in re.finditer(r"(?<![\w#])([cdegb])m\b(?!\w|['’])", reader.left):
        add(match, note_name(match[1]), Mode.MINOR, 0.7)


def _tonic_only(reader: TextReader, german: bool, add: _Add) -> None:
    name = german_note if german else note_name
    note = _GERMAN if german else _NOTE
    for match in re.finditer(rf"(?i:\b{_KEY_OF})\s*((?i:{note}|{_SUNG}))(?![\w#])", reader.left):
        add(match, name(match[1]), None, 0.95)
    # "in A" is a key, "in a bar" is not; "in C#" and "in f-sharp" always are.
    for match in re.finditer(
        rf"\b(?i:in)\s+([A-H]{_ACCIDENTAL}?|[a-h]{_ACCIDENTAL}|[b-h](?=\s*(?:[,.;/|]|$)))(?![\w#])",
        reader.left,
    ):
        following = re.match(r"\s+([a-z]+)", reader.left[match.end() :])
        loud = reader.text.isupper()
        if match[1] == "A" and ((following and following[1] not in _FUNCTION) or loud):
            continue
        add(match, name(match[1]), None, 0.8)
    for match in re.finditer(rf"\b((?i:[a-h])[\s-]*(?i:{_FLAT}|{_SHARP}))\b", reader.left):
        add(match, note_name(match[1]), None, 0.8)
    for match in re.finditer(rf"\b({_SUNG})\b", reader.left, re.IGNORECASE):
        accidental = re.search(rf"{_FLAT}|{_SHARP}|[#♭♯]", match[1], re.IGNORECASE)
        before = re.search(r"\b(?:in|en|em)\s+$", reader.left[: match.start()], re.IGNORECASE)
        after = re.match(r"\s*(?:[,.;:/|)]|$)", reader.left[match.end() :])
        if accidental or (before and after):
            add(match, note_name(match[1]), None, 0.75)
    for match in re.finditer(r"(?<![\w#/])([A-G][b#♭♯])(?![\w#/♭♯])", reader.left):
        add(match, note_name(match[1]), None, 0.75)
    for match in re.finditer(r"(?:^|[,.;/|]\s*)([B-H]|A)\s*(?=[,.;/|]|$)", reader.left):
        add(match, name(match[1]), None, 0.65)
    if len(reader.text.split()) <= 9:  # "bluegrass G 150", "hymn for choir C"
        for match in re.finditer(
            r"(?<=\s)([B-H]|A(?=\s*(?:\d|$)))(?=\s+\d|\s+(?:[a-z]{3,})|\s*$)", reader.left
        ):
            add(match, name(match[1]), None, 0.55)


def _mode_word(reader: TextReader) -> re.Match[str] | None:
    """Take a mode that stands alone; "min" and "dur" do not say enough there."""
    for pattern in MODE_WORDS:
        pattern = re.sub(r"\|(?:maj|min|dur)(?=\||$)", "", pattern)
        if match := reader.take(rf"\b({pattern})\b(?:[\s-]+(?:key|scale|mode|tonality)\b)?"):
            return match
    return None


def _is_article(reader: TextReader, match: re.Match[str]) -> bool:
    """Tell whether the "a" of "a minor ..." is an article."""
    lead = reader.text[: match.start(1)]
    if re.search(r"(?:key\s+of|key)\s*:?\s*$", lead, re.IGNORECASE):
        return False
    if match[1] == "la":
        return False
    after = reader.text[match.end() :]
    follows = re.match(r"\s+([a-z]+)", after)
    if re.search(r"(?:key|scale|mode|tonality)$", match[0], re.IGNORECASE):
        return True
    if re.search(r"(?:^|[,;.]\s*)$", lead) and follows is None:
        return False
    return follows is not None and follows[1] not in _FUNCTION


def is_minor(mode: Mode | None) -> bool:
    """Tell whether a mode has a minor third; an unnamed mode has not."""
    return mode in MINOR_MODES
