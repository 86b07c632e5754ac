"""What a prompt says by vocabulary: genres, instruments, ensembles and moods."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from compositions.composer.prompt_words import (
    ensembles,
    everyday_genres,
    lexicon,
    look_up,
    player_in,
    request,
)
from compositions.composer.spec import InstrumentRequest
from compositions.composer.styles import instruments
from compositions.composer.text_reader import TextReader


@dataclass(frozen=True, slots=True)
class Word:
    """A vocabulary word in the prompt: place, text, kind and what it names."""

    start: int
    end: int
    text: str
    name: str


@dataclass(slots=True)
class Vocabulary:
    """Everything found in a prompt by vocabulary, in the order it was written.

    ``not_moods`` are moods that were ruled out ("not sad"), ``closed`` is how sure it is
    that nothing but ``instruments`` plays.
    """

    genres: list[Word] = field(default_factory=list)
    instruments: list[tuple[Word, InstrumentRequest]] = field(default_factory=list)
    moods: list[Word] = field(default_factory=list)
    not_moods: list[Word] = field(default_factory=list)
    unwanted: list[tuple[Word, str]] = field(default_factory=list)
    closed: float = 0.0


def choice(words: list[str]) -> str:
    """Return a pattern for any of the words, longest first, with spaces or hyphens between."""
    ranked = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in ranked)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{choice(list(lexicon()))})(?:'?s)?(?![\w])", re.IGNORECASE)


def read_vocabulary(reader: TextReader, found: Vocabulary) -> None:
    """Take genres, instruments, ensembles and moods, longest names first."""
    _read_a_cappella(reader, found)
    _take_ensembles(reader, found)
    for match in _pattern().finditer(reader.left):
        entry = look_up(match[0])
        if entry is None:
            continue
        kind, name = entry
        word = Word(match.start(), match.end(), match[0], name)
        if kind == "genre" and _is_plain_word(reader, match):
            continue
        if kind == "instrument" and _is_figurative(reader, match):
            reader.mark(match.start(), match.end())
            continue
        reader.mark(match.start(), match.end())
        if kind == "genre":
            found.genres.append(word)
            if player := player_in(match[0]):  # "solo piano" names the genre and the player
                found.instruments.append((word, request(player)))
        elif kind == "instrument":
            found.instruments.append((word, request(name, match[0])))
        elif kind == "mood":
            denied = _DENIED.search(reader.text[: match.start()])
            (found.not_moods if denied else found.moods).append(word)
    _drop_families(reader, found)
    found.closed = max(found.closed, _closed(reader, found))
    reader.take_all(r"\b(?:solo|unaccompanied|duets?|duo|trio|quartet|quintet|nothing|alone)\b")


_FAMILY_WORDS = {"Brass": "brass", "Strings": "strings", "Choir": "voice"}


def _drop_families(reader: TextReader, found: Vocabulary) -> None:
    """A "brass chorale for trumpet and tuba" names its players: brass is no further one."""
    families = [instruments()[item.name].family for _, item in found.instruments]
    families += ["brass"] if any(item.name == "Tuba" for _, item in found.instruments) else []
    for word, item in list(found.instruments):
        own = _FAMILY_WORDS.get(item.name)
        described = re.match(
            r"\s+(?:chorale|fanfare|quartets?|quintets?|trio|sextet|piece|movement|ensemble\s+of"
            r"|arrangement|music|band|duet|work|serenade)\b",
            reader.text[word.end :],
            re.IGNORECASE,
        )
        if own and described and families.count(own) >= 3:
            found.instruments.remove((word, item))


_DENIED = re.compile(
    r"\b(?:not|no|nothing|never|without|isn'?t|don'?t\s+(?:want|make)(?:\s+it)?|avoid|less|nor)"
    r"(?:\s+(?:too|very|so|overly|all|that|any|anything|be|being|feel|sound|really))*\s*$",
    re.IGNORECASE,
)


def _read_a_cappella(reader: TextReader, found: Vocabulary) -> None:
    if match := reader.take(r"\ba\s?cc?app?ell?a\b"):
        word = Word(match.start(), match.end(), match[0], "Choir")
        found.instruments += [(word, request("Choir")), (word, request("Voice"))]
        found.unwanted += [(word, "drums"), (word, "bass"), (word, "percussion")]
        found.closed = 0.95


def _is_figurative(reader: TextReader, match: re.Match[str]) -> bool:
    """Tell "good vibes" and "a steady beat" from instruments."""
    text = match[0].lower()
    before = reader.text[: match.start()].lower()
    after = reader.text[match.end() :].lower()
    if text in ("vibes", "vibe"):
        listed = re.search(r"(?:,|\band|\bwith|\bon|\+|&|\bplus|\bor|\bfor|\bthe)\s*$", before)
        return not (listed and not re.match(r"\s+(?:of|only)\b", after))
    if text in ("beat", "beats"):
        return bool(
            re.search(r"\b(?:steady|four|strong|the|off|down|on|every|\w*beat)\s*$", before)
        )
    if text == "keys":
        return bool(re.search(r"\b(?:two|three|different|minor|major|car|house)\s*$", before))
    if text in ("square", "alto", "grand", "upright", "sub", "acoustic", "distortion", "string"):
        listed = re.search(r"(?:,|\band|\bwith|\+|&|\bfor)\s*$", before)
        ended = re.match(r"\s*(?:,|\.|;|and\b|&|\+|$)", after)
        return not (listed and ended)
    if text in ("bell", "horn", "triangle", "pipes", "voices", "voice", "kit", "upright bass"):
        return bool(re.match(r"\s+(?:of|curve|rings?|in\s+the\s+distance)\b", after))
    return False


# Styles whose names are everyday words: "the opera house", "she rocks the baby".
_EVERYDAY = re.compile(
    r"(?:house|rock|march|marching|garage|dance|swing|trap|drill|metal|country|soul|surf|trance"
    r"|jungle|drone|reel|world|industrial|carnival|lounge|parade|hymn|tavern|score|war|game|wedding"
    r"|church|praise|club|beach|island|space|school|western|spiritual|chant|coffee|study|sleep)s?",
    re.IGNORECASE,
)
_MUSIC_NOUN = (
    r"(?:music|songs?|tracks?|beats?|tunes?|piece|number|anthem|groove|ballad|instrumental|band"
    r"|style|vibes?|loop|jam|feel|rhythm|remix|banger|riff|theme|standard|bpm|key|tempo|genre)"
)
_LEADS_ON = re.compile(
    rf"\s*(?:$|[^\w\s]|{_MUSIC_NOUN}\b|(?:with|about|for|using|featuring|and|but|or|without|no)\b"
    r"|(?:at|in)\s+(?:the\s+)?[^\w\s]|at\s+\d|around\s+\d|in\s+(?:[A-Ha-h](?:[b#♭♯]|\b)|the\s+key|\d|major|minor)"
    r"|[A-H][b#]?m?\b|\d)",
    re.IGNORECASE,
)


def _is_plain_word(reader: TextReader, match: re.Match[str]) -> bool:
    """Tell an everyday word from the style of that name by the words around it."""
    if not _EVERYDAY.fullmatch(match[0]) and match[0].lower() not in everyday_genres():
        return False
    before, after = reader.text[: match.start()], reader.text[match.end() :]
    if not before.strip() and "\x1f" in reader.left:  # "metal drop D 200 bpm"
        return False
    following = re.match(r"[\s-]+([\w'-]+)", after)
    noun = re.match(rf"[\s-]+{_MUSIC_NOUN}\b", after, re.IGNORECASE)
    if noun or (following and look_up(following[1])):
        return False
    if match[0].lower().endswith("s") and not match[0].lower().endswith("ss"):
        return True
    if re.search(
        r"\b(?:the|my|his|her|our|their|your|its|opera|(?:in|at|on|from|into|of|near)\s+an?|they|we"
        r"|you|to|who|couples|people|who|and\s+\w+s)\s+(?:\w+\s+)?$",
        before,
        re.IGNORECASE,
    ) and not re.search(r"\b(?:style|genre|kind|form|spirit)\s+of\s+$", before, re.IGNORECASE):
        return len(reader.text.split()) > 4
    return not _LEADS_ON.match(after)


def _take_ensembles(reader: TextReader, found: Vocabulary) -> None:
    """Take "jazz trio" and the like; the words before the last may still name a genre."""
    for name in sorted(ensembles(), key=lambda text: (-len(text), text)):
        pattern = re.escape(name).replace(r"\ ", r"[\s-]+")
        match = re.search(rf"\b{pattern}\b", reader.left, re.IGNORECASE)
        if match is None:
            continue
        last = re.search(r"[\w]+$", match[0])
        genre = look_up(name.rsplit(" ", 1)[0])
        start = match.start()
        if last is not None and genre is not None and genre[0] == "genre":
            start += last.start()
        reader.mark(start, match.end())
        word = Word(match.start(), match.end(), match[0], name)
        found.instruments += [(word, request(member)) for member in ensembles()[name]]
        found.closed = 0.9


def _closed(reader: TextReader, found: Vocabulary) -> float:
    """How sure it is that nothing plays but what is named, 0..1."""
    words = [word for word, _ in found.instruments]
    if not words:
        return 0.0
    text = reader.text
    article = r"(?:\s+(?:a|an|the|one|single|lone|of|my|some|\w+ly|soft|gentle))*\s*$"
    for word in words:
        before, after = text[: word.start], text[word.end :]
        if re.search(
            r"\b(?:only|just|solely|exclusively|nothing\s+but|unaccompanied|nothing\s+else\s+than)"
            rf"{article}", before, re.IGNORECASE,
        ):  # fmt: skip
            return 0.95
        if re.search(r"\bsolo(?:\s+(?:a|an))?\s*$", before, re.IGNORECASE) or re.match(
            r"solo\s", word.text, re.IGNORECASE
        ):
            return 0.9
        if re.match(
            r"\s+(?:only|alone|unaccompanied|and\s+nothing\s+else)\b", after, re.IGNORECASE
        ):
            return 0.95
        if re.match(r"\s+solo\b", after, re.IGNORECASE) and not re.search(
            r"\b(?:with|and|a|an|featuring|plus|the|,)\s*(?:\w+\s+)?$", before, re.IGNORECASE
        ):
            return 0.85
    if re.search(
        r"\b(?:no|without)\s+other\s+instruments?|\bnothing\s+else\b|\bno\s+accompaniment\b"
        r"|\bthat'?s\s+(?:it|all)\b",
        text,
        re.IGNORECASE,
    ):
        return 0.9
    if re.search(r"\b(?:duets?|duo|trio|quartet|quintet)\b", text, re.IGNORECASE):
        return 0.85
    names = {request.name for _, request in found.instruments}
    counted = [word for word in words if word.text.lower() not in ("beat", "beats")]
    match = re.search(r"\bfor\s+(?:solo\s+|an?\s+)?([\w\s,-]{3,60})", text, re.IGNORECASE)
    if match and any(name.lower().split()[-1].rstrip("s") in match[1].lower() for name in names):
        return 0.75
    return 0.7 if len(counted) >= 3 else 0.0
