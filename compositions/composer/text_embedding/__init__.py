"""What a text is about, as a vector: static word vectors in the manner of model2vec.

``words.npz`` holds, for common words of English and of the five other languages of prompts, the
vector that a sentence transformer gives each word alone, reduced by principal components and
rounded to whole numbers (``script/build_text_embedding.py``; provenance and hash in
``words.json``). A text is the sum of its words, rare words counting more (smooth inverse
frequency: Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings",
ICLR 2017). All sums are of whole numbers, so that every machine finds the same similarity.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

PATH = Path(__file__).parent / "words.npz"
Whole = npt.NDArray[np.int64]

_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("ly", ""), ("er", ""), ("er", "e"), ("ied", "y"), ("ness", ""), ("n", ""), ("en", ""),
    ("e", ""),
)  # fmt: skip
_JOINTS = ("", "s", "n", "en")
_DOUBLED = ("ed", "ing", "er")
_SHORTEST_STEM, _SHORTEST_HALF, _SHORTEST_PREFIX = 3, 4, 5


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The table: ``words`` in UTF-8, sorted; a row of ``vectors`` and a weight for each."""

    words: npt.NDArray[np.bytes_]
    vectors: npt.NDArray[np.int8]
    weights: npt.NDArray[np.uint8]

    @property
    def size(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    def row(self, word: str) -> int | None:
        """Return the row of a word as written, or None."""
        raw = word.encode("utf-8")
        place = int(np.searchsorted(self.words, raw))
        return place if place < len(self.words) and self.words[place] == raw else None

    def rows(self, word: str) -> tuple[int, ...]:
        """Return the rows that stand for a word: its own, its stem's or its halves'; or none."""
        word = word.lower()
        if (own := self.row(word)) is not None:
            return (own,)
        for ending, other in _ENDINGS:
            stem = word.removesuffix(ending)
            if stem == word or len(stem) < _SHORTEST_STEM:
                continue
            forms = [stem + other]
            if ending in _DOUBLED and not other and stem[-1] == stem[-2]:
                forms.append(stem[:-1])
            for form in forms:
                if (found := self.row(form)) is not None:
                    return (found,)
        return self._halves(word) or self._nearest(word)

    def _halves(self, word: str) -> tuple[int, ...]:
        """ "Bierzelt" is "bier" and "zelt", "Sternenhimmel" is "stern" and "himmel"."""
        for place in range(len(word) - _SHORTEST_HALF, _SHORTEST_HALF - 1, -1):
            tail = self.row(word[place:])
            if tail is None:
                continue
            for joint in _JOINTS:
                head = word[:place].removesuffix(joint)
                found = self.row(head) if len(head) >= _SHORTEST_HALF else None
                if found is not None:
                    return (found, tail)
        return ()

    def _nearest(self, word: str) -> tuple[int, ...]:
        """The known word with the longest common beginning, most of both: another inflection."""
        place = int(np.searchsorted(self.words, word.encode("utf-8")))
        best = 0
        found: tuple[int, ...] = ()
        for row in (place - 1, place):
            if not 0 <= row < len(self.words):
                continue
            other = self.words[row].decode("utf-8")
            common = 0
            while common < min(len(word), len(other)) and word[common] == other[common]:
                common += 1
            enough = common >= max(_SHORTEST_PREFIX, 0.7 * max(len(word), len(other)))
            if enough and common > best:
                best, found = common, (row,)
        return found

    def embed(self, text: str, leave_out: frozenset[str] = frozenset()) -> Whole:
        """Return the vector of a text, zeros where no word is known; each word counts once."""
        total = np.zeros(self.size, dtype=np.int64)
        for rows in self._known(text, leave_out):
            for row in rows:
                total += self.vectors[row].astype(np.int64) * int(self.weights[row])
        return total

    def count_known(self, text: str, leave_out: frozenset[str] = frozenset()) -> int:
        """Return how many different words of a text have a vector."""
        return len(self._known(text, leave_out))

    def _known(self, text: str, leave_out: frozenset[str]) -> list[tuple[int, ...]]:
        words = dict.fromkeys(found.lower() for found in _WORD.findall(text))
        found = (self.rows(word) for word in words if word not in leave_out)
        return [rows for rows in found if rows]


def similarity(first: Whole, second: Whole) -> float:
    """Return the cosine of two vectors, -1..1, to four digits; 0 where one is empty."""
    square = int(first @ first) * int(second @ second)
    if square == 0:
        return 0.0
    return round(int(first @ second) / float(square) ** 0.5, 4)


@lru_cache(maxsize=1)
def word_vectors() -> WordVectors:
    """Read the table, once."""
    with np.load(PATH) as stored:
        return WordVectors(stored["words"], stored["vectors"], stored["weights"])


def table_sha256() -> str:
    """Return the hash of the table's file, 64 hexadecimal digits."""
    return hashlib.sha256(PATH.read_bytes()).hexdigest()
