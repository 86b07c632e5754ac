"""English forms: verbs that agree with person and tense, articles and possessives."""

from __future__ import annotations

import re
from collections.abc import Callable

from compositions.composer.lyric_writing.prosody import forms

_VOWELS = "aeiou"
_HOW = frozenset({"never", "always", "still", "only"})
_SILENT_H = ("hour", "honest", "heir")
_CLAUSE = re.compile(r"^(?:when|where|wherever|as|before|since|while|until|till the|after) ")
_PAST = re.compile(
    r"\b(?:was|were|been|born|made|said|could|walked|done|ago|dawn|the dawn|late|spring)\b"
)


def past(verb: str) -> str:
    """Return the past tense of a verb in its base form."""
    table: dict[str, str] = forms("en")["past"]
    if verb in table:
        return table[verb]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ied"
    return _doubled(verb) + "ed"


def third(verb: str) -> str:
    """Return the third person singular: "go" is "goes"."""
    if verb == "have":
        return "has"
    if verb == "be":
        return "is"
    if verb.endswith(("s", "sh", "ch", "x", "z", "o")) and not verb.endswith("oo"):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ies"
    return verb + "s"


def participle(verb: str) -> str:
    """Return the form in -ing."""
    table: dict[str, str] = forms("en")["participle"]
    if verb in table:
        return table[verb]
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and verb != "be":
        return verb[:-1] + "ing"
    return _doubled(verb) + "ing"


def _doubled(verb: str) -> str:
    return verb + verb[-1] if verb in forms("en")["doubles"] else verb


def conjugate(phrase: str, form: str) -> str:
    """Return a verb phrase ("close the door") in a form: base, third, past or ing.

    An adverb in front of the verb stays there; "never sleep" is "never sleeps".
    """
    words = phrase.split()
    place = 1 if words[0] in _HOW and len(words) > 1 else 0
    change = _CHANGES[form]
    words[place] = change(words[place])
    for index in range(place + 1, len(words) - 1):  # "stop and rest", "ring and ring"
        if words[index] == "and" and words[index + 1] in forms("en")["joined"] and form != "base":
            words[index + 1] = change(words[index + 1])
    return " ".join(words)


_CHANGES: dict[str, Callable[[str], str]] = {
    "base": str, "third": third, "past": past, "ing": participle,
}  # fmt: skip


def with_article(noun: str) -> str:
    """Return a noun behind "a" or "an", by its sound."""
    vowel = noun[0] in _VOWELS and not noun.startswith(("one", "uni", "use", "eu"))
    return f"{'an' if vowel or noun.startswith(_SILENT_H) else 'a'} {noun}"


def owned(text: str, person: str) -> str | None:
    """Return a phrase as the person says it; None for one that this person cannot say.

    "pack MY bags" is "pack her bags" for "she". Who is spoken to cannot "hold your hand".
    """
    words = set(re.findall(r"[A-Za-z']+", text))
    if person == "you" and words & {"you", "your", "you're", "me", "my", "us", "our"}:
        return None
    if person != "I" and words & {"me", "myself", "mine", "I", "I'm", "I've", "us", "we"}:
        return None
    if person == "I" and words & {"myself"}:
        return text
    possessive: str = forms("en")["persons"][person]["possessive"]
    return re.sub(r"\b(?:MY|my)\b", possessive, text)


def agreeing(text: str, person: str, tense: str) -> str:
    """Fill the verbs of a frame that are given by name: "{was}", "{want}"."""
    data = forms("en")
    third_person = bool(data["persons"][person].get("third"))
    for name, table in data["agreeing"].items():
        if tense == "past" and "past" in table:
            form = table["past I" if person == "I" else "past third" if third_person else "past"]
        else:
            form = table.get("third" if third_person else "base", name)
        text = text.replace(f"{{{name}}}", form)
    return text


def fits_past(text: str) -> bool:
    """Whether a phrase of time or place can stand in the past: it has no present verb."""
    return not _CLAUSE.match(text) or _PAST.search(text) is not None
