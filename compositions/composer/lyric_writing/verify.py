"""The one verifier behind all writers of lyrics: whether a line may be sung where it stands.

A line is checked against its slot (syllables, meter, rhyme) and against the song around it.
What is wrong is told in words, for the musician and for a writer that tries again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from compositions.composer.lyric_writing.prosody import (
    forms,
    meter_for,
    prosody,
    rhyme_of,
    rhymes_of,
    stress_fit,
    words_of,
)
from compositions.composer.phonemes import pronounce

MIN_STRESS_FIT = 0.8
"""Share of the stresses of a line that must stand on strong places."""


def least_fit(language: str) -> float:
    """Return the share for a language: less for those whose verse counts syllables."""
    return float(forms(language.split("-")[0].lower()).get("least_fit", MIN_STRESS_FIT))


@dataclass(frozen=True, slots=True)
class LineSlot:
    """The place of a line: its syllables, its meter ("-+-+") and its rhyme ("A").

    Lines of one section with the same ``rhyme`` rhyme; an empty one rhymes with nothing.
    ``hook`` marks a line that returns word for word.
    """

    syllables: int
    meter: str
    rhyme: str = ""
    hook: bool = False


def slot_for(text: str, language: str = "en", *, rhyme: str = "", hook: bool = False) -> LineSlot:
    """Return the slot that a given line fits best."""
    sung = prosody(text, language)
    choices = [meter_for(sung.syllables, rising=rising) for rising in (True, False)]
    meter = max(choices, key=lambda one: stress_fit(sung.stresses, one))
    return LineSlot(sung.syllables, meter, rhyme, hook)


def check_line(
    text: str,
    slot: LineSlot,
    language: str = "en",
    *,
    rhymes_with: Collection[str] = (),
    earlier: Collection[str] = (),
    allow_profanity: bool = False,
) -> list[str]:
    """Return what is wrong with a line in its slot, in words; nothing when it may be sung.

    ``rhymes_with`` are the last words of the lines that it shall rhyme with, ``earlier`` the
    lines of the song so far.
    """
    words = words_of(text)
    if not words:
        return ["There are no words."]
    faults = []
    sung = prosody(text, language)
    if sung.syllables != slot.syllables:
        faults.append(f"It has {sung.syllables} syllables, not {slot.syllables}.")
    elif (fit := stress_fit(sung.stresses, slot.meter)) < least_fit(language):
        faults.append(f"Only {fit:.0%} of its stresses fall on strong beats.")
    for word in rhymes_with:
        reason = rhyme_fault(words[-1], word, language)
        if reason:
            faults.append(reason)
    if not slot.hook and _plain(text) in {_plain(line) for line in earlier}:
        faults.append("It is sung already, and it is not the hook.")
    if not allow_profanity and (found := profanity(words, language)):
        faults.append(f"“{found[0]}” is a swear word, and none was asked for.")
    if unknown := unknown_words(words, language):
        faults.append(f"“{unknown[0]}” is not a known word.")
    return faults


def rhyme_fault(word: str, other: str, language: str = "en") -> str:
    """Return why two words are no perfect rhyme, empty when they are one."""
    one, two = rhyme_of(word.lower(), language), rhyme_of(other.lower(), language)
    if one.word == two.word:
        return f"“{word}” is the same word, not a rhyme."
    if not one.sounds or not two.sounds:
        return f"How “{word if not one.sounds else other}” sounds is not known."
    if one.sounds != two.sounds:
        pairs = product(rhymes_of(one.word, language), rhymes_of(two.word, language))
        if any(first.rhymes_with(second) for first, second in pairs):
            return ""
        return f"“{word}” does not rhyme with “{other}”."
    if one.onset == two.onset:
        return f"“{word}” sounds just like “{other}”, which is not a rhyme."
    return ""


def profanity(words: Sequence[str], language: str = "en") -> list[str]:
    """Return the swear words among some words; those of English count in every language."""
    rude = _rude(language) | _rude("en")
    return [word for word in words if word in rude]


@lru_cache(maxsize=8)
def _rude(language: str) -> frozenset[str]:
    return frozenset(forms(language).get("profanity", ()))


def unknown_words(words: Sequence[str], language: str = "en") -> list[str]:
    """Return the words that no dictionary has; only English has one, so else none."""
    if language.split("-")[0] != "en":
        return []
    return [word for word in words if pronounce(word, language).source != "dictionary"]


def check_section(
    lines: Sequence[str],
    slots: Sequence[LineSlot],
    language: str = "en",
    *,
    earlier: Collection[str] = (),
    allow_profanity: bool = False,
) -> list[tuple[int, str]]:
    """Return (line from 0, what is wrong) for the lines of one section."""
    faults: list[tuple[int, str]] = []
    if len(lines) != len(slots):
        faults.append((0, f"There are {len(lines)} lines, not {len(slots)}."))
    ends: dict[str, list[str]] = {}
    sung = list(earlier)
    for index, (text, slot) in enumerate(zip(lines, slots, strict=False)):
        words = words_of(text)
        same = ends.setdefault(slot.rhyme, []) if slot.rhyme else []
        # A hook that returns ends on its own word: it rhymes with the other lines.
        others = [word for word in same if not (slot.hook and words and word == words[-1])]
        found = check_line(
            text, slot, language,
            rhymes_with=others, earlier=sung, allow_profanity=allow_profanity,
        )  # fmt: skip
        faults += [(index, reason) for reason in found]
        sung.append(text)
        if words and slot.rhyme:
            same.append(words[-1])
    return faults


def _plain(text: str) -> str:
    return " ".join(words_of(text))
