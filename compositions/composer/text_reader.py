"""Read a prompt piece by piece: what was understood is taken out, the rest is left."""

from __future__ import annotations

import re

_TAKEN = "\x1f"

NUMBER_WORDS: dict[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip

_WORD = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
NUMBER = (
    rf"(?:\d+(?:[.,]\d+)?|(?:(?:(?:a|{_WORD})\s+)?hundred(?:\s+and)?(?:[\s-]+(?:{_WORD}))*)"
    rf"|(?:{_WORD})(?:[\s-]+(?:{_WORD}))*)"
)
"""A regular expression for a number in digits or English words."""


def read_number(text: str) -> float:
    """Return the value of digits or English number words.

    "One hundred and twenty" is 120, and so is "one twenty". Raises ``ValueError`` when the
    text is neither.
    """
    text = text.strip().lower()
    if re.fullmatch(r"\d+(?:[.,]\d+)?", text):
        return float(text.replace(",", "."))
    total = 0
    for word in re.split(r"[\s-]+", text):
        if word == "hundred":
            total = max(1, total) * 100
        elif word == "a":
            total += 1
        elif word in NUMBER_WORDS:
            spoken = 0 < total < 10 <= NUMBER_WORDS[word]
            total = total * (100 if spoken else 1) + NUMBER_WORDS[word]
        elif word != "and":
            raise ValueError(f"{text!r} is not a number")
    return float(total)


class TextReader:
    """The prompt with a memory of which characters have been understood."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._left = text

    @property
    def left(self) -> str:
        """The prompt with what was taken blanked out (same length)."""
        return self._left

    def take(self, pattern: str, flags: int = re.IGNORECASE) -> re.Match[str] | None:
        """Find ``pattern`` in what is left, mark it as understood and return the match."""
        match = re.search(pattern, self._left, flags)
        if match is not None:
            self.mark(match.start(), match.end())
        return match

    def take_all(self, pattern: str, flags: int = re.IGNORECASE) -> list[re.Match[str]]:
        """Take every match of ``pattern``, in order."""
        matches = list(re.finditer(pattern, self._left, flags))
        for match in matches:
            self.mark(match.start(), match.end())
        return matches

    def mark(self, start: int, end: int) -> None:
        """Mark the characters from ``start`` to ``end`` as understood."""
        self._left = self._left[:start] + _TAKEN * (end - start) + self._left[end:]

    def words_left(self) -> list[str]:
        """Return the words that were not taken, in order, each once, lower case."""
        words = re.findall(r"[^\W_](?:[\w'’&-]*[\w])?", self._left.replace(_TAKEN, " "))
        return list(dict.fromkeys(word.lower() for word in words))
