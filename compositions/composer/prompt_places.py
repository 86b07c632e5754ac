"""Where in a song a prompt speaks of: names of sections in running text, and numbers there."""

from __future__ import annotations

import re

from compositions.composer.prompt_form import SECTION_KINDS
from compositions.composer.prompt_tempo import TEMPO_UNIT
from compositions.composer.text_reader import NUMBER

# Words that are sections only in tags: in running text they are verbs or mean other things.
_VAGUE = frozenset({"build", "tag", "head", "theme", "instrumental", "end", "final", "finale",
                    "ending", "hook", "break", "pont"})  # fmt: skip
_NAMES = "|".join(
    re.escape(kind)
    for kind in sorted(SECTION_KINDS, key=len, reverse=True)
    if kind not in _VAGUE and not kind.startswith(("final ", "last "))
)
SECTION = (
    rf"\b(?:(?:(?:very\s+)?(?:first|second|third|last|final|1st|2nd|3rd)\s+)?(?:{_NAMES})(?:e?s)?\b"
    r"(?:\s+\d\b(?!\s*/))?|(?:last|final)\s+(?:section|part|half)\b"
    r"|middle(?:\s+(?:section|part))?\b|second\s+half\b|(?:very\s+)?end(?:ing)?\b|finale?\b)"
)
BARE_NUMBER = rf"({NUMBER})"
BPM = rf"{BARE_NUMBER}\s*-?\s*{TEMPO_UNIT}"
MAYBE_BPM = rf"{BARE_NUMBER}(?!\s*(?:bars?|measures?|/|:))(?:\s*-?\s*{TEMPO_UNIT})?"
THE = r"(?:the\s+|its\s+|all\s+(?:the\s+)?|every\s+|an?\s+)?"
IN = rf"(?:in|for|on|during|at|over|through|throughout|towards?|near|into)\s+{THE}"
LISTED = rf"{SECTION}\s*(?:,|and|&|->|→|then|-|/)?\s*(?:and\s+)?{THE}$"


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
